//! `drform destroy`: `apply -destroy`.

use crate::arguments;
use crate::shell::{Exit, Shell, plan_options};
use plan::Mode;

pub(crate) fn run(shell: &Shell, args: &arguments::Apply) -> Exit {
    match plan_options(&shell.site(&args.world), &args.planning) {
        Ok(options) => {
            super::apply::with_options(shell, args, plan::PlanOptions { mode: Mode::Destroy, ..options }, "Destroy")
        }
        Err(said) => shell.say(&said),
    }
}
