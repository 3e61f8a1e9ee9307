//! `drform drift`: compares, changes nothing, takes no lock.

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::Drift) -> Exit {
    let request = shell.reading(&args.world, &args.variables, args.parallelism);
    shell.terminal.out(request.site.banner());
    let (planned, said) = ops::drift(&request, &Lines::new(&shell.terminal));
    let exit = shell.say(&said);
    let Some(planned) = planned.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    shell.terminal.out(&views::drift_text(&planned.plan, shell.colour()));
    if planned.plan.drift.iter().all(|drift| drift.is_only_moved()) { Exit::Success } else { Exit::Difference }
}
