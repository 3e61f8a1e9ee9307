//! `drform destroy`: `apply -destroy`.

use crate::arguments::{self, Planning};
use crate::shell::{Exit, Shell, plan_options};
use diag::Diagnostic;
use plan::Mode;

pub(crate) fn run(shell: &Shell, args: &arguments::Apply) -> Exit {
    if let Some(path) = &args.plan {
        return shell.fail(
            Diagnostic::error(
                "Destroy can't be called with a plan file",
                "A saved plan says by itself what is destroyed.",
            )
            .next(format!(
                "If it was made with plan -destroy, apply it: drform apply {:?}.",
                path.display().to_string()
            )),
        );
    }
    match plan_options(&shell.site(&args.world), &Planning { destroy: true, ..args.planning.clone() }) {
        Ok(options) => {
            super::apply::with_options(shell, args, plan::PlanOptions { mode: Mode::Destroy, ..options }, "Destroy")
        }
        Err(said) => shell.say(&said),
    }
}
