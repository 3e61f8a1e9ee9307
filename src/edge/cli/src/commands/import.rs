//! `drform import`

use crate::arguments;
use crate::progress::Lines;
use crate::shell::{Exit, Shell, bad_address};

pub(crate) fn run(shell: &Shell, args: &arguments::Import) -> Exit {
    let addr = match addrs::parse_resource_instance(&args.address) {
        Ok(addr) => addr,
        Err(error) => return shell.fail(bad_address(&args.address, &error)),
    };
    let request = match shell.writing(&args.world, &args.variables, &args.running) {
        Ok(request) => request,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    shell.terminal.out(request.site.banner());
    let lines = Lines::new(&shell.terminal);
    if shell.say(&ops::recover_first(&request, &lines)) == Exit::Failure {
        return Exit::Failure;
    }
    let exit = shell.say(&ops::import(&request, &addr, &args.id, &lines));
    if exit == Exit::Success {
        shell.terminal.out(
            "\nImport successful!\n\nThe resources that were imported are shown above. These resources are now in\nyour drform \
             state and will henceforth be managed by drform.\n\n",
        );
    }
    exit
}
