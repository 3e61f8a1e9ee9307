//! `drform refresh`: `apply -refresh-only -auto-approve`.

use crate::arguments::{Apply, Planning, Refresh};
use crate::shell::{Exit, Shell, plan_options};

pub(crate) fn run(shell: &Shell, args: &Refresh) -> Exit {
    let planning = Planning {
        refresh: true,
        refresh_only: true,
        destroy: false,
        replace: Vec::new(),
        targets: args.targets.clone(),
        minimal_refresh: false,
    };
    let apply = Apply {
        variables: args.variables.clone(),
        world: args.world.clone(),
        running: args.running.clone(),
        planning,
        auto_approve: true,
        suppress_forget_errors: false,
        saying: args.saying,
        plan: None,
        telling: args.telling.clone(),
    };
    match plan_options(&shell.site(&apply.world), &apply.planning) {
        Ok(options) => super::apply::with_options(shell, &apply, options, "Refresh"),
        Err(said) => shell.say(&said),
    }
}
