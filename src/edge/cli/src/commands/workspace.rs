//! `drform workspace list|show|new|select|delete`

use crate::arguments::{self, World};
use crate::shell::{self, Exit, Shell};
use diag::Diagnostic;
use ops::{Creation, Deletion, Selected};

pub(crate) fn run(shell: &Shell, args: &arguments::Workspace) -> Exit {
    let told = match args {
        arguments::Workspace::List => list(shell),
        arguments::Workspace::Show => {
            ops::current_workspace(&shell.site(&World::default())).map(|name| format!("{name}\n"))
        }
        arguments::Workspace::New { name, state, locking } => new(shell, name, state.as_deref(), locking),
        arguments::Workspace::Select { name, or_create } => select(shell, name, *or_create),
        arguments::Workspace::Delete { name, force, locking } => delete(shell, name, *force, locking),
    };
    match told {
        Ok(text) => {
            shell.terminal.out(&text);
            Exit::Success
        }
        Err(diagnostic) => shell.fail(diagnostic),
    }
}

fn list(shell: &Shell) -> Result<String, Diagnostic> {
    let listed = ops::workspaces(&shell.site(&World::default()))?;
    let mut text = String::new();
    for name in &listed.names {
        text.push_str(if *name == listed.current { "* " } else { "  " });
        text.push_str(name);
        text.push('\n');
    }
    text.push('\n');
    if let Some(variable) = listed.overridden {
        text.push_str(&format!(
            "\n\nThe active workspace is being overridden using the {variable} environment\nvariable.\n\n"
        ));
    }
    Ok(text)
}

fn new(
    shell: &Shell,
    name: &str,
    state: Option<&std::path::Path>,
    locking: &arguments::Locking,
) -> Result<String, Diagnostic> {
    let locking = shell::locking(locking.lock, &locking.lock_timeout)?;
    ops::new_workspace(&shell.site(&World::default()), name, state, locking)?;
    Ok(created(name))
}

fn select(shell: &Shell, name: &str, or_create: bool) -> Result<String, Diagnostic> {
    let creation = if or_create { Creation::Yes } else { Creation::No };
    Ok(match ops::select_workspace(&shell.site(&World::default()), name, creation)? {
        Selected::Already => String::new(),
        Selected::Now => format!("Switched to workspace {name:?}.\n"),
        Selected::Created => created(name),
    })
}

fn delete(shell: &Shell, name: &str, force: bool, locking: &arguments::Locking) -> Result<String, Diagnostic> {
    let locking = shell::locking(locking.lock, &locking.lock_timeout)?;
    let deletion = if force { Deletion::Forced } else { Deletion::IfEmpty };
    let tracked = ops::delete_workspace(&shell.site(&World::default()), name, deletion, locking)?;
    let mut text = format!("Deleted workspace {name:?}!\n");
    if tracked {
        text.push_str(&format!(
            "WARNING: {name:?} was non-empty.\nThe resources managed by the deleted workspace may still exist,\nbut are no \
             longer manageable by drform since the state has\nbeen deleted.\n\n"
        ));
    }
    Ok(text)
}

fn created(name: &str) -> String {
    format!(
        "Created and switched to workspace {name:?}!\n\nYou're now on a new, empty workspace. Workspaces isolate their \
         state,\nso if you run \"drform plan\" drform will not see any existing state\nfor this configuration.\n"
    )
}
