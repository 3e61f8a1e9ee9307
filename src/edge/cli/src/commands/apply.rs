//! `drform apply`

use super::plan::{show, tell};
use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell, plan_options};
use diag::{Diagnostic, Diagnostics};
use ops::Said;
use plan::{Action, InstanceChange, Mode, PlanOptions};
use std::path::Path;
use views::json::{Message, Sum};

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
            let mut course = Course::new(&planned, "Apply");
            let (applied, next, said) = course.wave(shell, planned, &lines);
            let said = shell.say(&said);
            let exit = course.end(shell, args, &applied, said);
            if exit == Exit::Success && next.is_some() { more_follows(shell) } else { exit }
        }
        _ => Exit::Failure,
    }
}

/// A saved plan is one wave: what it does was looked at, what follows was not.
fn more_follows(shell: &Shell) -> Exit {
    let text = "This was one wave of several: what it left to later waves can be planned now.\nTo go on, run drform plan \
                or drform apply; this is what exit code 4 stands for.";
    shell.terminal.tell(Message::log(text));
    shell.terminal.out(&format!("\n{text}\n"));
    Exit::Wave
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

/// Plans, asks, applies, wave by wave; `verb` is what the summary calls it.
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
    let said = without_settled(said);
    let (exit, Some(mut planned)) = (shell.say(&said), planned) else {
        return Exit::Failure;
    };
    if exit == Exit::Failure {
        return exit;
    }
    if planned.plan.has_changes() && !args.auto_approve && !approved(shell, planned.plan.mode, args.running.input) {
        return Exit::Failure;
    }
    let mut course = Course::new(&planned, verb);
    course.told.extend(said.diagnostics);
    loop {
        let (applied, next, said) = course.wave(shell, planned, &lines);
        let exit = shell.say(&said);
        let Some(next) = next else { return course.end(shell, args, &applied, exit) };
        shell.terminal.out(&course.between(&applied));
        let said;
        (planned, said) = next.plan(&lines);
        course.wave_planned(&planned);
        if planned.plan.has_changes() {
            tell(shell, &planned.plan, false);
            show(shell, &planned.plan, (&planned.before, &planned.after));
        }
        let failed = shell.say(&course.anew(without_settled(said))) == Exit::Failure;
        let exceeded = planned.exceeded();
        if failed || !(exceeded.is_empty() || approved_beyond(shell, args, &exceeded)) {
            return course.end(shell, args, &applied, Exit::Failure);
        }
        if !exceeded.is_empty() {
            planned = planned.approved();
        }
    }
}

/// Without the warnings of the plan that the apply itself settles, one way or the other.
fn without_settled(said: Said) -> Said {
    let settled = |diagnostic: &Diagnostic| diagnostic.summary == "Check block assertion known after apply";
    Said { diagnostics: said.diagnostics.into_iter().filter(|d| !settled(d)).collect(), ..said }
}

/// What is applied in one go, in one wave or several.
struct Course<'a> {
    /// What the summary calls it.
    verb: &'a str,
    mode: Mode,
    waves: usize,
    imported: usize,
    lets_go: bool,
    sum: apply::ApplySummary,
    /// What the plans so far warned of.
    told: Diagnostics,
}

impl<'a> Course<'a> {
    fn new(planned: &ops::Planned, verb: &'a str) -> Course<'a> {
        let sum = apply::ApplySummary::default();
        let mode = planned.plan.mode;
        let mut course = Course { verb, mode, waves: 0, imported: 0, lets_go: false, sum, told: Diagnostics::new() };
        course.wave_planned(planned);
        course
    }

    /// One wave more is planned.
    fn wave_planned(&mut self, planned: &ops::Planned) {
        self.waves += 1;
        self.lets_go |= planned.plan.forgotten() > 0;
    }

    /// Without the warnings that an earlier wave came with.
    fn anew(&mut self, said: Said) -> Said {
        let known = |found: &Diagnostic| self.told.iter().any(|told| told == found);
        let diagnostics: Diagnostics = said.diagnostics.into_iter().filter(|found| !known(found)).collect();
        self.told.extend(diagnostics.clone());
        Said { diagnostics, ..said }
    }

    /// Applies what is approved.
    fn wave(
        &mut self,
        shell: &Shell,
        planned: ops::Planned,
        lines: &Lines<'_>,
    ) -> (ops::Applied, Option<ops::NextWave>, Said) {
        self.imported += planned.plan.imported();
        for change in &planned.plan.changes {
            if let Some(by) = &change.importing {
                // Nothing is asked any more: the object was read while planning.
                let addr = &change.addr;
                shell.terminal.out(&format!("{addr}: Importing... [{by}]\n{addr}: Import complete [{by}]\n"));
            }
        }
        let (applied, next, said) = ops::apply(planned, lines);
        let apply::ApplySummary { added, changed, destroyed, forgotten, .. } = applied.summary;
        self.sum.added += added;
        self.sum.changed += changed;
        self.sum.destroyed += destroyed;
        self.sum.forgotten += forgotten;
        (applied, next, said)
    }

    /// What is said between two waves.
    fn between(&self, applied: &ops::Applied) -> String {
        let apply::ApplySummary { added, changed, destroyed, .. } = applied.summary;
        let wave = self.waves;
        format!(
            "\nWave {wave} complete: {added} added, {changed} changed, {destroyed} destroyed. Planning wave {}.\n",
            wave + 1
        )
    }

    /// Says what came of it.
    fn end(&self, shell: &Shell, args: &arguments::Apply, applied: &ops::Applied, exit: Exit) -> Exit {
        let outcome = match (applied.interrupted, exit) {
            (true, _) => "interrupted!",
            (false, Exit::Failure) => "stopped.",
            (false, _) => "complete!",
        };
        let verb = self.verb;
        let apply::ApplySummary { added, changed, destroyed, forgotten, .. } = self.sum;
        let counted = verb != "Refresh";
        if exit == Exit::Success && shell.terminal.has_stream() {
            let sum = Sum { add: added, change: changed, import: self.imported, remove: destroyed };
            let operation = if verb == "Destroy" { "destroy" } else { "apply" };
            if counted {
                shell.terminal.tell(views::json::summary(&sum, operation));
            }
            if verb != "Destroy" {
                shell.terminal.tell(views::json::outputs(&applied.outputs));
            }
        }
        if counted || self.mode == Mode::Destroy || exit == Exit::Failure {
            let imported = if self.imported == 0 { String::new() } else { format!("{} imported, ", self.imported) };
            let counts = match verb {
                "Destroy" => format!("{destroyed} destroyed"),
                _ => format!("{imported}{added} added, {changed} changed, {destroyed} destroyed"),
            };
            let counts = if self.lets_go { format!("{counts}, {forgotten} forgotten") } else { counts };
            shell.terminal.out(&format!("\n{verb} {outcome} Resources: {counts}.\n"));
        }
        if !applied.outputs.is_empty() && exit == Exit::Success {
            shell.terminal.out(&format!("\nOutputs:\n\n{}", views::outputs_text(&applied.outputs)));
        }
        let left = self.mode == Mode::Destroy && exit == Exit::Success && forgotten > 0;
        if left && !args.suppress_forget_errors {
            return shell.fail(left_behind());
        }
        exit
    }
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

/// Asks about a wave that does more than was announced. Whoever approved everything is not asked.
fn approved_beyond(shell: &Shell, args: &arguments::Apply, exceeded: &[&InstanceChange]) -> bool {
    let mut listed: String = exceeded.iter().take(LISTED).map(|change| format!("  - {}\n", beyond(change))).collect();
    if exceeded.len() > LISTED {
        listed.push_str(&format!("  - and {} more\n", exceeded.len() - LISTED));
    }
    shell.terminal.out(&format!("\nThis wave does more than was announced and approved:\n{listed}"));
    if args.auto_approve {
        return true;
    }
    if !args.running.input || !shell.terminal.can_ask() {
        let detail = "This wave does more than was announced when the first one was approved, and there is no terminal \
                      to ask on. Nothing of it was done; the waves before it are applied and kept.";
        let next = "Look at what is left with drform plan, then go on with drform apply: on a terminal, or with \
                    -auto-approve.";
        shell.fail(Diagnostic::error("Nobody to ask", detail).next(next));
        return false;
    }
    approved(shell, Mode::Normal, true)
}

/// How many changes are named that nobody announced; the plan above shows all of them.
const LISTED: usize = 20;

fn beyond(change: &InstanceChange) -> String {
    let what = match change.action {
        Action::Create => "is created",
        Action::Update => "is updated",
        Action::Delete => "is destroyed",
        Action::Forget => "is removed from the state",
        Action::NoOp => "is imported",
        Action::Read => "is read",
        Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate => "is replaced",
    };
    match &change.deposed {
        Some(key) => format!("{} (deposed object {key}) {what}", change.addr),
        None => format!("{} {what}", change.addr),
    }
}
