//! `drform show`

use super::plan::show;
use crate::arguments::{self, Variables};
use crate::shell::{Exit, Shell};
use std::path::Path;

pub(crate) fn run(shell: &Shell, args: &arguments::Show) -> Exit {
    let mut request = shell.reading(&args.world, &Variables::default(), 10);
    if let Some(path) = &args.file {
        match ops::kind_of(&request.site, path) {
            Ok(ops::FileKind::State) => request.site.state_file = Some(path.clone()),
            Ok(ops::FileKind::Plan) => return plan(shell, &request.site, path),
            Err(diagnostic) => return shell.fail(diagnostic),
        }
    }
    let (stored, said) = ops::stored(&request);
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

/// Shows a saved plan as it was shown when it was made.
fn plan(shell: &Shell, site: &ops::Site, path: &Path) -> Exit {
    let (shown, said) = ops::show_plan(site, path);
    if let Some(ops::Shown { plan, before, after, banner, .. }) = &shown {
        shell.terminal.out(banner);
        show(shell, plan, (before, after));
    }
    shell.say(&said)
}
