//! `drform show`

use crate::arguments::{self, Variables};
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::Show) -> Exit {
    let request = shell.reading(&args.world, &Variables::default(), 10);
    let (stored, said) = ops::stored(&request);
    let exit = shell.say(&said);
    if let Some(stored) = stored.filter(|_| exit == Exit::Success) {
        shell.terminal.out(&views::state_text(&stored.objects, shell.colour()));
        if !stored.state.outputs.is_empty() {
            shell.terminal.out(&format!("\nOutputs:\n\n{}", views::outputs_text(&stored.state.outputs)));
        }
    }
    exit
}
