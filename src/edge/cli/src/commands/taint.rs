//! `drform taint` and `drform untaint`

use super::state::edit;
use crate::arguments;
use crate::shell::{Exit, Shell, bad_address};
use diag::Diagnostic;
use ops::{Marked, Said};
use state::Status;

pub(crate) fn run(shell: &Shell, args: &arguments::Mark, status: Status) -> Exit {
    let addr = match addrs::parse_resource_instance(&args.address) {
        Ok(addr) => addr,
        Err(error) => return shell.fail(bad_address(&args.address, &error)),
    };
    if addr.resource.mode != addrs::Mode::Managed {
        let detail = format!("{addr} is no managed resource: only what drform makes can be replaced.");
        return shell.fail(Diagnostic::error("Resource instance cannot be tainted", detail));
    }
    let edit = match edit(shell, &args.editing) {
        Ok(edit) => edit,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    match ops::mark(&edit, &addr, status) {
        Ok(Marked::Done) => {
            let done = match status {
                Status::Tainted => "has been marked as tainted",
                Status::Ready => "has been successfully untainted",
            };
            shell.terminal.out(&format!("{}Resource instance {addr} {done}.\n", edit.site.banner()));
            Exit::Success
        }
        Ok(Marked::Missing) if args.allow_missing => shell.fail(Diagnostic::warning(
            "No such resource instance",
            format!(
                "Resource instance {addr} was not found, but this is not an error because -allow-missing was set."
            ),
        )),
        Ok(Marked::Missing) => shell.fail(
            Diagnostic::error(
                "No such resource instance",
                format!("There is no resource instance in the state with the address {addr}."),
            )
            .next("drform state list shows those that there are. What is new in the configuration gets there by drform apply."),
        ),
        Err(diagnostics) => shell.say(&Said { diagnostics, ..Said::default() }),
    }
}
