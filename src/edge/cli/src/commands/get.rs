//! `drform get`

use crate::arguments::{self, World};
use crate::shell::{self, Exit, Shell};
use ops::Upgrade;

pub(crate) fn run(shell: &Shell, args: &arguments::Get) -> Exit {
    let site = shell.site(&World::default());
    let upgrade = if args.update { Upgrade::Yes } else { Upgrade::No };
    let mut say = |line: &str| shell.terminal.out(&format!("{line}\n"));
    shell.say(&ops::get(&site, (&shell::arguments(&args.variables), &args.test_directory), upgrade, &mut say))
}
