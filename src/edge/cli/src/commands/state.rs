//! `drform state list|show|pull|mv|rm|push|replace-provider`

use crate::arguments::{self, Editing, Variables, World};
use crate::shell::{self, Exit, Shell, bad_address};
use addrs::{Provider, Target};
use diag::{Diagnostic, Diagnostics};
use ops::{Dry, MoveInto, Said, Site, StateEdit};
use state::Force;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) fn run(shell: &Shell, args: &arguments::State) -> Exit {
    use arguments::State;
    let told = match args {
        State::List { addresses, id, state, world } => list(addresses, id.as_deref(), &site(shell, world, state)),
        State::Show { address, state, world } => return show(shell, address, world, state),
        State::Pull { world } => pull(shell, world),
        State::Mv { source, destination, dry_run, state_out, backup_out, editing } => {
            let into = state_out.clone().map(|path| MoveInto { path, backup: backup_out.clone() });
            mv(shell, (source, destination), into, dry(*dry_run), editing)
        }
        State::Rm { addresses, dry_run, editing } => rm(shell, addresses, dry(*dry_run), editing),
        State::Push { path, force, locking, world, .. } => {
            push(shell, path, if *force { Force::Yes } else { Force::No }, (locking, world))
        }
        State::ReplaceProvider { from, to, auto_approve, editing } => {
            replace_provider(shell, (from, to), *auto_approve, editing)
        }
    };
    match told {
        Ok(text) => {
            shell.terminal.out(&text);
            Exit::Success
        }
        Err(diagnostics) => shell.say(&Said { diagnostics, ..Said::default() }),
    }
}

/// The site with another state file, if one is named.
fn site(shell: &Shell, world: &World, state: &Option<PathBuf>) -> Site {
    Site { state_file: state.clone(), ..shell.site(world) }
}

/// Which state is changed, and how.
///
/// # Errors
/// A lock timeout that is no duration.
pub(crate) fn edit(shell: &Shell, editing: &Editing) -> Result<StateEdit, Diagnostic> {
    Ok(StateEdit {
        site: site(shell, &editing.world, &editing.state),
        locking: shell::locking(editing.locking.lock, &editing.locking.lock_timeout)?,
        backup: editing.backup.clone(),
    })
}

fn dry(dry_run: bool) -> Dry {
    if dry_run { Dry::Yes } else { Dry::No }
}

fn list(addresses: &[String], id: Option<&str>, site: &Site) -> Result<String, Diagnostics> {
    Ok(ops::listed(site, addresses, id)?.iter().map(|addr| format!("{addr}\n")).collect())
}

fn pull(shell: &Shell, world: &World) -> Result<String, Diagnostics> {
    let state = ops::read_state(&shell.site(world))?;
    Ok(if state.lineage.is_empty() && state.is_empty() { String::new() } else { state::v4::print(&state) })
}

fn show(shell: &Shell, address: &str, world: &World, state: &Option<PathBuf>) -> Exit {
    let addr = match addrs::parse_resource_instance(address) {
        Ok(addr) => addr,
        Err(error) => return shell.fail(bad_address(address, &error)),
    };
    let request = ops::Request { site: site(shell, world, state), ..shell.reading(world, &Variables::default(), 10) };
    let (stored, said) = ops::stored(&request);
    let exit = shell.say(&said);
    let Some(stored) = stored.filter(|_| exit == Exit::Success) else {
        return Exit::Failure;
    };
    let objects: Vec<_> = stored.objects.into_iter().filter(|o| o.addr == addr && o.deposed.is_none()).collect();
    if objects.is_empty() {
        return shell.fail(
            Diagnostic::error("No instance found for the given address", format!("The state has no {addr}."))
                .next("drform state list shows what it has."),
        );
    }
    shell.terminal.out(&views::state_text(&objects, shell.colour()));
    Exit::Success
}

fn mv(
    shell: &Shell,
    (from, to): (&str, &str),
    into: Option<MoveInto>,
    dry: Dry,
    editing: &Editing,
) -> Result<String, Diagnostics> {
    let edit = edit(shell, editing)?;
    let moved = ops::move_objects(&edit, (from, to), into.as_ref(), dry)?;
    let verb = if dry == Dry::Yes { "Would move" } else { "Move" };
    let mut text = edit.site.banner().to_string();
    for (from, to) in &moved {
        text.push_str(&format!("{verb} {from:?} to {to:?}\n"));
    }
    if dry == Dry::No {
        text.push_str(&format!("Successfully moved {} object(s).\n", moved.len()));
    }
    Ok(text)
}

fn rm(shell: &Shell, addresses: &[String], dry: Dry, editing: &Editing) -> Result<String, Diagnostics> {
    let edit = edit(shell, editing)?;
    let gone = ops::remove_objects(&edit, addresses, dry)?;
    let verb = if dry == Dry::Yes { "Would remove" } else { "Removed" };
    let mut text = edit.site.banner().to_string();
    text.extend(gone.iter().map(|addr| format!("{verb} {addr}\n")));
    match dry {
        Dry::Yes if gone.is_empty() => text.push_str("Would have removed nothing.\n"),
        Dry::Yes => {}
        Dry::No => text.push_str(&format!("Successfully removed {} resource instance(s).\n", gone.len())),
    }
    Ok(text)
}

fn push(
    shell: &Shell,
    path: &Path,
    force: Force,
    (locking, world): (&arguments::Locking, &World),
) -> Result<String, Diagnostics> {
    let site = shell.site(world);
    let locking = shell::locking(locking.lock, &locking.lock_timeout)?;
    let mut bytes = Vec::new();
    let read = match path.as_os_str() == "-" {
        true => std::io::stdin().lock().read_to_end(&mut bytes),
        false => std::fs::File::open(site.dir.join(path)).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| {
        Diagnostic::error("Cannot read the state to push", format!("{}: {error}.", path.display()))
            .next("Name a state file, or - for the standard input.")
    })?;
    let text = site.banner().to_string();
    ops::push_state(&StateEdit { site, locking, backup: None }, bytes, force)?;
    Ok(text)
}

fn replace_provider(
    shell: &Shell,
    (from, to): (&str, &str),
    auto_approve: bool,
    editing: &Editing,
) -> Result<String, Diagnostics> {
    let edit = edit(shell, editing)?;
    let approve = |from: &Provider, to: &Provider, resources: &[Target]| {
        let mut text = format!(
            "{}drform will perform the following actions:\n\n  ~ Updating provider:\n    - {from}\n    + {to}\n\nChanging {} \
             resources:\n\n",
            edit.site.banner(),
            resources.len()
        );
        text.extend(resources.iter().map(|resource| format!("  {resource}\n")));
        shell.terminal.out(&text);
        if auto_approve {
            return Ok(true);
        }
        let question =
            "\nDo you want to make these changes?\nOnly 'yes' will be accepted to continue.\n\nEnter a value: ";
        match shell.terminal.ask(question) {
            Some(answer) => Ok(answer == "yes"),
            None => Err(Diagnostic::error("Nobody to ask", "The change needs approval, and there was no answer.")
                .next("Run the command on a terminal, or with -auto-approve.")),
        }
    };
    Ok(match ops::replace_provider(&edit, (from, to), &approve)? {
        None => "Cancelled replacing providers.\n".into(),
        Some(0) => "No matching resources found.\n".into(),
        Some(count) => format!("\nSuccessfully replaced provider for {count} resources.\n"),
    })
}
