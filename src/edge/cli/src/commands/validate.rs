//! `drform validate`

use crate::arguments;
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::Validate) -> Exit {
    let said = ops::validate(&shell.site(&args.world));
    let exit = shell.say(&said);
    if exit == Exit::Success {
        shell.terminal.out("Success! The configuration is valid.\n");
    }
    exit
}
