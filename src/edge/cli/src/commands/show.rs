//! `drform show`

use crate::arguments::{self, Variables};
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::Show) -> Exit {
    let request = shell.reading(&args.world, &Variables::default(), 10);
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
