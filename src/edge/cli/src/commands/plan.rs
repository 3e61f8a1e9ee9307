//! `drform plan`

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell, plan_options};
use plan::Plan;

pub(crate) fn run(shell: &Shell, args: &arguments::Plan) -> Exit {
    let options = match plan_options(&shell.site(&args.world), &args.planning) {
        Ok(options) => options,
        Err(said) => return shell.say(&said),
    };
    let request = match shell.writing(&args.world, &args.variables, &args.running) {
        Ok(request) => request,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    shell.terminal.out(request.site.banner());
    let (planned, said) = ops::plan(&request, options, "plan", &Lines::new(&shell.terminal));
    if let Some(planned) = &planned {
        show(shell, &planned.plan, planned);
    }
    let exit = shell.say(&said);
    match planned {
        Some(planned) if exit == Exit::Success && args.detailed_exitcode && planned.plan.has_changes() => {
            Exit::Difference
        }
        _ => exit,
    }
}

/// Prints a plan and what survives.
pub(crate) fn show(shell: &Shell, plan: &Plan, planned: &ops::Planned) {
    shell.terminal.out(&views::plan_text(plan, shell.colour()));
    if plan.mode == plan::Mode::Normal && plan.complete == plan::Complete::Yes && !planned.after.datasets.is_empty() {
        shell.terminal.out(&views::survival_text(&planned.after, shell.colour()));
        shell.terminal.out(&views::posture_text(&planned.before, &planned.after, shell.colour()));
    }
}
