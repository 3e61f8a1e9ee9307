//! `drform apply`

use super::plan::{show, tell};
use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell, plan_options};
use diag::Diagnostic;
use ops::Said;
use plan::{Mode, PlanOptions};
use std::path::Path;
use views::json::Sum;

pub(crate) fn run(shell: &Shell, args: &arguments::Apply) -> Exit {
    if let Err(diagnostic) = shell.begin_stream(&args.telling) {
        return shell.fail(diagnostic);
    }
    match (plan_options(&shell.site(&args.world), &args.planning), &args.plan) {
        (Ok(options), None) => with_options(shell, args, options, "Apply"),
        (Ok(options), Some(path)) => saved(shell, args, &options, path),
        (Err(said), _) => shell.say(&said),
    }
}

/// Applies a saved plan: nothing is planned and nobody is asked.
fn saved(shell: &Shell, args: &arguments::Apply, options: &PlanOptions, path: &Path) -> Exit {
    if *options != PlanOptions::default() {
        return shell.fail(
            Diagnostic::error(
                "Can't change planning options when applying a saved plan",
                "The plan was made with the options that it was made with; on the command line there are others.",
            )
            .next("Leave them out, or make a new plan with them: drform plan -out=FILE."),
        );
    }
    let (request, lines) = match begun(shell, args) {
        Ok(begun) => begun,
        Err(exit) => return exit,
    };
    let (planned, said) = ops::open(&request, path);
    match (shell.say(&said), planned) {
        (Exit::Success, Some(planned)) => {
            if shell.terminal.has_stream() {
                views::json::saved_changes(&planned.plan).for_each(|message| shell.terminal.tell(message));
            }
            carry_out(shell, args, planned, "Apply", &lines)
        }
        _ => Exit::Failure,
    }
}

/// Where it is done, once what an earlier run left is settled.
fn begun<'s>(shell: &'s Shell, args: &arguments::Apply) -> Result<(ops::Request, Lines<'s>), Exit> {
    let request =
        shell.writing(&args.world, &args.variables, &args.running).map_err(|diagnostic| shell.fail(diagnostic))?;
    shell.terminal.out(request.site.banner());
    let lines = Lines::with(&shell.terminal, args.saying.concise);
    match shell.say(&ops::recover_first(&request, &lines)) {
        Exit::Failure => Err(Exit::Failure),
        _ => Ok((request, lines)),
    }
}

/// Plans, asks, applies; `verb` is what the summary calls it.
pub(crate) fn with_options(shell: &Shell, args: &arguments::Apply, options: PlanOptions, verb: &str) -> Exit {
    if args.telling.json && !args.auto_approve {
        return shell.fail(nobody_asked());
    }
    let (request, lines) = match begun(shell, args) {
        Ok(begun) => begun,
        Err(exit) => return exit,
    };
    let (planned, said) = ops::plan(&request, options, "apply", &lines);
    if let Some(planned) = &planned {
        if verb != "Refresh" {
            tell(shell, &planned.plan, false);
        }
        show(shell, &planned.plan, (&planned.before, &planned.after));
    }
    let said = Said { diagnostics: said.diagnostics.into_iter().filter(|d| !is_settled_by_apply(d)).collect(), ..said };
    let (exit, Some(planned)) = (shell.say(&said), planned) else {
        return Exit::Failure;
    };
    if exit == Exit::Failure {
        return exit;
    }
    if planned.plan.has_changes() && !args.auto_approve && !approved(shell, planned.plan.mode, args.running.input) {
        return Exit::Failure;
    }
    carry_out(shell, args, planned, verb, &lines)
}

/// Applies what is approved; `verb` is what the summary calls it.
fn carry_out(shell: &Shell, args: &arguments::Apply, planned: ops::Planned, verb: &str, lines: &Lines<'_>) -> Exit {
    let count = planned.plan.imported();
    let imported = match count {
        0 => String::new(),
        count => format!("{count} imported, "),
    };
    let mode = planned.plan.mode;
    let lets_go = planned.plan.forgotten() > 0;
    for change in &planned.plan.changes {
        if let Some(by) = &change.importing {
            // Nothing is asked any more: the object was read while planning.
            let addr = &change.addr;
            shell.terminal.out(&format!("{addr}: Importing... [{by}]\n{addr}: Import complete [{by}]\n"));
        }
    }
    let (applied, said) = ops::apply(planned, lines);
    let exit = shell.say(&said);
    let outcome = match (applied.interrupted, exit) {
        (true, _) => "interrupted!",
        (false, Exit::Failure) => "stopped.",
        (false, _) => "complete!",
    };
    let counted = verb != "Refresh";
    if exit == Exit::Success && shell.terminal.has_stream() {
        let apply::ApplySummary { added, changed, destroyed, .. } = applied.summary;
        let sum = Sum { add: added, change: changed, import: count, remove: destroyed };
        let operation = if verb == "Destroy" { "destroy" } else { "apply" };
        if counted {
            shell.terminal.tell(views::json::summary(&sum, operation));
        }
        if verb != "Destroy" {
            shell.terminal.tell(views::json::outputs(&applied.outputs));
        }
    }
    if counted || mode == Mode::Destroy || exit == Exit::Failure {
        let apply::ApplySummary { added, changed, destroyed, forgotten, .. } = applied.summary;
        let counts = match verb {
            "Destroy" => format!("{destroyed} destroyed"),
            _ => format!("{imported}{added} added, {changed} changed, {destroyed} destroyed"),
        };
        let counts = if lets_go { format!("{counts}, {forgotten} forgotten") } else { counts };
        shell.terminal.out(&format!("\n{verb} {outcome} Resources: {counts}.\n"));
    }
    if !applied.outputs.is_empty() && exit == Exit::Success {
        shell.terminal.out(&format!("\nOutputs:\n\n{}", views::outputs_text(&applied.outputs)));
    }
    let left = mode == Mode::Destroy && exit == Exit::Success && applied.summary.forgotten > 0;
    if left && !args.suppress_forget_errors {
        return shell.fail(left_behind());
    }
    exit
}

/// A program cannot be asked.
fn nobody_asked() -> Diagnostic {
    Diagnostic::error("Plan file or auto-approve required", "With -json there is nobody to ask for approval.")
        .next("Look at the plan with drform plan, then run with -auto-approve.")
}

/// Whoever destroys wants nothing to be left, and scripts go by the exit code: OpenTofu 1.12 fails here too.
fn left_behind() -> Diagnostic {
    Diagnostic::error(
        "Destroy was successful but left behind forgotten instances",
        "As destroy = false asks for, some objects are no longer managed and still exist, and may cost money. The plan \
         above names them.",
    )
    .next("Remove them by hand if they are not wanted. Where they are meant to stay, -suppress-forget-errors makes this a success.")
}

/// Warnings of the plan that the apply itself settles, one way or the other.
fn is_settled_by_apply(diagnostic: &Diagnostic) -> bool {
    diagnostic.summary == "Check block assertion known after apply"
}

fn approved(shell: &Shell, mode: Mode, input: bool) -> bool {
    if !input || !shell.terminal.can_ask() {
        shell.fail(
            Diagnostic::error("Nobody to ask", "The plan needs approval, and there is no terminal to ask on.")
                .next("Look at the plan with drform plan, then run with -auto-approve."),
        );
        return false;
    }
    let question = match mode {
        Mode::Destroy => {
            "\nDo you really want to destroy all resources?\n  drform will destroy everything shown above. There is no undo. Only 'yes' will be accepted.\n\n  Enter a value: "
        }
        _ => {
            "\nDo you want to perform these actions?\n  drform will perform the actions described above. Only 'yes' will be accepted.\n\n  Enter a value: "
        }
    };
    let yes = shell.terminal.ask(question).as_deref() == Some("yes");
    if !yes {
        shell.terminal.out("\nApply cancelled.\n");
    }
    yes
}
