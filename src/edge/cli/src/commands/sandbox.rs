//! `drform sandbox show|lose|restore|reset`

use crate::arguments;
use crate::shell::{Exit, Shell};
use diag::Diagnostic;

pub(crate) fn run(shell: &Shell, args: &arguments::Sandbox) -> Exit {
    let site = shell.site(&arguments::World { sandbox: true });
    shell.terminal.out(site.banner());
    let done = match args {
        arguments::Sandbox::Show => ops::sandbox::show(&site),
        arguments::Sandbox::Lose { what } if what.is_empty() => Err(nothing_named("lose")),
        arguments::Sandbox::Lose { what } => ops::sandbox::lose(&site, what),
        arguments::Sandbox::Restore { what } if what.is_empty() => Err(nothing_named("restore")),
        arguments::Sandbox::Restore { what } => ops::sandbox::restore(&site, what),
        arguments::Sandbox::Reset => ops::sandbox::reset(&site),
    };
    match done {
        Ok(text) => {
            shell.terminal.out(&text);
            Exit::Success
        }
        Err(diagnostic) => shell.fail(diagnostic),
    }
}

fn nothing_named(verb: &str) -> Diagnostic {
    Diagnostic::error("Nothing named", format!("drform sandbox {verb} needs to be told what."))
        .next(format!("Write drform sandbox {verb} zone=eu-central-1a, or disk=, instance=, region=, key=."))
}
