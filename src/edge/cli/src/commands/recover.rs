//! `drform recover`: what is in doubt after a crash, and settling it.

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell};
use ops::{Locking, Parallelism, Request, VariableArguments};
use std::time::Duration;

pub(crate) fn run(shell: &Shell, args: &arguments::Recover) -> Exit {
    let request = Request {
        site: ops::Site { state_file: args.state.clone(), ..shell.site(&args.world) },
        variables: VariableArguments::default(),
        locking: Locking::Hold(Duration::ZERO),
        parallelism: Parallelism(10),
    };
    let lines = Lines::new(&shell.terminal);
    let said = ops::recover(&request, &args.never_made, &lines);
    shell.say(&said)
}
