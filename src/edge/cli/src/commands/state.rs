//! `drform state list|show|pull`

use crate::arguments::{self, Variables};
use crate::shell::{Exit, Shell, bad_address};
use diag::Diagnostic;

pub(crate) fn run(shell: &Shell, args: &arguments::State) -> Exit {
    match args {
        arguments::State::List { addresses, world } => match ops::read_state(&shell.site(world)) {
            Ok(state) => {
                let wanted =
                    |address: &str| addresses.is_empty() || addresses.iter().any(|a| address.starts_with(a.as_str()));
                for address in state.instances.keys().map(ToString::to_string).filter(|a| wanted(a)) {
                    shell.terminal.out(&format!("{address}\n"));
                }
                Exit::Success
            }
            Err(diagnostic) => shell.fail(diagnostic),
        },
        arguments::State::Pull { world } => match ops::read_state(&shell.site(world)) {
            Ok(state) => {
                shell.terminal.out(&state::v4::print(&state));
                Exit::Success
            }
            Err(diagnostic) => shell.fail(diagnostic),
        },
        arguments::State::Show { address, world } => show(shell, address, world),
    }
}

fn show(shell: &Shell, address: &str, world: &arguments::World) -> Exit {
    let addr = match addrs::parse_resource_instance(address) {
        Ok(addr) => addr,
        Err(error) => return shell.fail(bad_address(address, &error)),
    };
    let request = shell.reading(world, &Variables::default(), 10);
    let (stored, said) = ops::stored(&request);
    let exit = shell.say(&said);
    let Some(stored) = stored.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    let objects: Vec<_> = stored.objects.into_iter().filter(|o| o.addr == addr).collect();
    if objects.is_empty() {
        return shell.fail(
            Diagnostic::error("No instance found for the given address", format!("The state has no {addr}."))
                .next("drform state list shows what it has."),
        );
    }
    shell.terminal.out(&views::state_text(&objects, shell.colour()));
    Exit::Success
}
