//! `drform init`

use crate::arguments::{self, World};
use crate::shell::{Exit, Shell};
use ops::{Modules, Upgrade};

pub(crate) fn run(shell: &Shell, args: &arguments::Init) -> Exit {
    let site = shell.site(&World::default());
    let mut say = |line: &str| shell.terminal.out(&format!("{line}\n"));
    if let Some(source) = &args.from_module {
        let copied = shell.say(&ops::from_module(&site, source, &mut say));
        if copied != Exit::Success {
            return copied;
        }
        say("");
    }
    let upgrade = if args.upgrade { Upgrade::Yes } else { Upgrade::No };
    let modules = if args.get { Modules::Fetch } else { Modules::Keep };
    let said = ops::init(&site, upgrade, modules, &mut say);
    let initialised = !ops::is_empty(&site);
    let exit = shell.say(&said);
    if exit == Exit::Success && initialised {
        shell.terminal.out("\ndrform has been successfully initialized!\n\ndrform plan shows what would be done.\n");
    }
    exit
}
