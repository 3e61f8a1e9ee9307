//! `drform show`

use super::plan::show;
use crate::arguments::{self, Variables};
use crate::shell::{Exit, Shell};
use diag::Diagnostic;
use ops::{Said, Stored};
use std::path::Path;
use views::json::About;

pub(crate) fn run(shell: &Shell, args: &arguments::Show) -> Exit {
    let mut request = shell.reading(&args.world, &Variables::default(), 10);
    if let Some(path) = &args.file {
        match ops::kind_of(&request.site, path) {
            Ok(ops::FileKind::State) => request.site.state_file = Some(path.clone()),
            Ok(ops::FileKind::Plan) => return plan(shell, &request.site, path, args.json),
            Err(diagnostic) => return shell.fail(diagnostic),
        }
    }
    let (stored, said) = ops::stored(&request);
    if args.json {
        return state_json(shell, stored, said);
    }
    let exit = shell.say(&said);
    if let Some(stored) = stored.filter(|_| exit == Exit::Success) {
        if stored.objects.is_empty() && stored.state.outputs.is_empty() {
            shell.terminal.out("The state is empty. No resources are managed.\n");
        }
        shell.terminal.out(&views::state_text(&stored.objects, shell.colour()));
        shell.terminal.out(&views::state_outputs_text(&stored.state.outputs, shell.colour()));
    }
    exit
}

/// A program that reads it must not take a part for the whole: what cannot be shown is an error.
fn state_json(shell: &Shell, stored: Option<Stored>, mut said: Said) -> Exit {
    if let Some(stored) = stored.filter(|_| !said.diagnostics.has_errors()) {
        if stored.is_whole() {
            let exit = shell.say(&said);
            let node = views::json::state(&stored.state, &stored.objects);
            shell.terminal.out(&format!("{}\n", node.print()));
            return exit;
        }
        let detail = "Some of its objects do not fit the schemas of their providers.";
        said.diagnostics.push(
            Diagnostic::error("The state is not shown", detail)
                .next("drform apply -refresh-only brings them to the current schemas."),
        );
    }
    shell.say(&said)
}

/// Shows a saved plan as it was shown when it was made.
fn plan(shell: &Shell, site: &ops::Site, path: &Path, json: bool) -> Exit {
    let (shown, said) = ops::show_plan(site, path);
    if let Some(ops::Shown { plan, input, before, after, banner }) = &shown {
        if json {
            let (terraform_version, constraint) = (ops::TERRAFORM_VERSION, &ops::constraint_text);
            let about = About { terraform_version, constraint, texts: &said.texts };
            shell.terminal.out(&format!("{}\n", views::json::plan(plan, input, &about).print()));
        } else {
            shell.terminal.out(banner);
            show(shell, plan, (before, after));
        }
    }
    shell.say(&said)
}
