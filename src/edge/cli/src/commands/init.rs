//! `drform init`

use crate::arguments::{self, World};
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::Init) -> Exit {
    let site = shell.site(&World::default());
    let upgrade = if args.upgrade { ops::Upgrade::Yes } else { ops::Upgrade::No };
    let (lines, said) = ops::init(&site, upgrade);
    let initialised = !ops::is_empty(&site);
    for line in lines {
        shell.terminal.out(&format!("{line}\n"));
    }
    let exit = shell.say(&said);
    if exit == Exit::Success && initialised {
        shell.terminal.out("\ndrform has been successfully initialized!\n\ndrform plan shows what would be done.\n");
    }
    exit
}
