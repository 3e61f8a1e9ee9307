//! `drform plan`

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell, plan_options};
use plan::Plan;
use std::path::Path;

pub(crate) fn run(shell: &Shell, args: &arguments::Plan) -> Exit {
    if let Err(diagnostic) = shell.begin_stream(&args.telling) {
        return shell.fail(diagnostic);
    }
    let options = match plan_options(&shell.site(&args.world), &args.planning) {
        Ok(options) => options,
        Err(said) => return shell.say(&said),
    };
    let request = match shell.writing(&args.world, &args.variables, &args.running) {
        Ok(request) => request,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    shell.terminal.out(request.site.banner());
    let lines = Lines::with(&shell.terminal, args.saying.concise);
    let generated = args.generate_config_out.as_ref().filter(|path| !path.is_empty()).map(Path::new);
    let (planned, said) = match generated {
        Some(file) => {
            let generating = ops::Generating { file, block: &views::resource_block };
            ops::plan_generating(&request, options, generating, &lines)
        }
        None => ops::plan(&request, options, "plan", &lines),
    };
    if let Some(planned) = &planned {
        // Of a configuration that is wrong in itself there is no plan to tell of.
        tell(shell, &planned.plan, !planned.plan.checked.is_empty());
        show(shell, &planned.plan, (&planned.before, &planned.after));
    }
    let mut said = said;
    // As under Terraform an empty name asks for nothing.
    let out = args.out.as_ref().filter(|path| !path.is_empty()).map(Path::new);
    if let (Some(planned), Some(path)) = (&planned, out)
        && let Err(unwritten) = ops::save(planned, &request.site, path)
    {
        said.diagnostics.push(unwritten);
    }
    let exit = shell.say(&said);
    if let (Some(planned), Exit::Success) = (&planned, exit)
        && planned.plan.has_changes()
    {
        let written = generated.filter(|_| !planned.plan.generated.is_empty());
        shell.terminal.out(&next_steps(written, out, args.world.sandbox));
    }
    match planned {
        Some(planned) if exit == Exit::Success && args.detailed_exitcode && planned.plan.has_changes() => {
            Exit::Difference
        }
        _ => exit,
    }
}

/// What was written beside the plan, and how to go on with it.
fn next_steps(generated: Option<&Path>, saved: Option<&Path>, sandbox: bool) -> String {
    let mut out = String::new();
    if let Some(file) = generated {
        let file = file.display();
        out.push_str(&format!(
            "\ndrform has generated configuration and written it to {file}. Please review the configuration and edit it as \
             necessary before adding it to version control.\n"
        ));
    }
    if let Some(path) = saved {
        let (path, flag) = (path.display().to_string(), if sandbox { "-sandbox " } else { "" });
        out.push_str(&format!(
            "\nSaved the plan to: {path}\n\nTo perform exactly these actions, run the following command to apply:\n    \
             drform apply {flag}{path:?}\n"
        ));
    }
    if out.is_empty() { out } else { format!("\n{}\n{out}", "─".repeat(77)) }
}

/// Tells programs of a plan; of one that failed only if there is something in it, or `anyway`.
pub(crate) fn tell(shell: &Shell, plan: &Plan, anyway: bool) {
    let something = !plan.changes.is_empty() || !plan.outputs.is_empty();
    if shell.terminal.has_stream() && (plan.complete == plan::Complete::Yes || something || anyway) {
        views::json::planned(plan).for_each(|message| shell.terminal.tell(message));
    }
}

/// Prints a plan and what survives before and after it.
pub(crate) fn show(shell: &Shell, plan: &Plan, (before, after): (&dr::Report, &dr::Report)) {
    shell.terminal.out(&views::plan_text(plan, shell.colour()));
    if plan.mode == plan::Mode::Normal && plan.complete == plan::Complete::Yes && !after.datasets.is_empty() {
        shell.terminal.out(&views::survival_text(after, shell.colour()));
        shell.terminal.out(&views::posture_text(before, after, shell.colour()));
    }
}
