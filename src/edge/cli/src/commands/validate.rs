//! `drform validate`

use crate::arguments;
use crate::shell::{Exit, Shell};
use ops::{Said, TestFiles};
use serde::Serialize;

/// What `-json` prints: `terraform validate -json`, format 1.0.
#[derive(Serialize)]
struct Validated {
    format_version: &'static str,
    valid: bool,
    error_count: usize,
    warning_count: usize,
    diagnostics: Vec<diag::DiagnosticJson>,
}

pub(crate) fn run(shell: &Shell, args: &arguments::Validate) -> Exit {
    let tests = if args.no_tests { TestFiles::None } else { TestFiles::In(args.test_directory.clone()) };
    let said = ops::validate(&shell.site(&args.world), &tests);
    if args.json {
        let validated = validated(&said);
        shell.terminal.out(&format!("{}\n", diag::go_json(&validated, true)));
        return if validated.valid { Exit::Success } else { Exit::Failure };
    }
    let exit = shell.say(&said);
    if exit == Exit::Success {
        shell.terminal.out("Success! The configuration is valid.\n");
    }
    exit
}

fn validated(said: &Said) -> Validated {
    let sorted = said.diagnostics.clone().sorted();
    let error_count = sorted.iter().filter(|one| one.is_error()).count();
    Validated {
        format_version: "1.0",
        valid: error_count == 0,
        error_count,
        warning_count: sorted.len() - error_count,
        diagnostics: said.json(),
    }
}
