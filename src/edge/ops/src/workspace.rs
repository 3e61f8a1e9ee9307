//! `drform workspace …`: which workspaces there are, which one is in use, making and deleting them.

use crate::storage::{self, Locking};
use crate::{Site, stored};
use backend::{DEFAULT_WORKSPACE, DataDir, JournalFile, Workspaces};
use diag::Diagnostic;
use std::path::Path;

/// The workspaces of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// All names, `default` first.
    pub names: Vec<String>,
    /// The one in use; a name of the environment may not exist yet.
    pub current: String,
    /// The environment variable that says which one is in use, if one does.
    pub overridden: Option<&'static str>,
}

/// Whether a workspace goes although it holds objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// Only an empty one.
    IfEmpty,
    /// Any (`-force`).
    Forced,
}

/// Whether a workspace that is to be selected is made if it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is (`-or-create`).
    Yes,
    /// It is not.
    No,
}

/// What came of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    /// It was in use already.
    Already,
    /// It is in use now.
    Now,
    /// It was made, and is in use now.
    Created,
}

/// The workspace in use.
///
/// # Errors
/// A name in the environment that is none.
pub fn current_workspace(site: &Site) -> Result<String, Diagnostic> {
    if let Some(name) = site.environment.setting("WORKSPACE") {
        return valid(name).map(str::to_string);
    }
    let name = DataDir(site.data_dir()).selected()?;
    valid(&name)?;
    Ok(name)
}

/// All workspaces.
///
/// # Errors
/// A backend that is not initialised; directories that cannot be read.
pub fn workspaces(site: &Site) -> Result<Listed, Diagnostic> {
    let states = open(site)?;
    Ok(Listed { names: states.list()?, current: current_workspace(site)?, overridden: overridden(site) })
}

/// Selects a workspace for the runs to come.
///
/// # Errors
/// One that is not there; a selection that the environment overrides.
pub fn select_workspace(site: &Site, name: &str, creation: Creation) -> Result<Selected, Diagnostic> {
    let states = open(site)?;
    valid(name)?;
    if let Some(variable) = overridden(site) {
        let detail =
            format!("The selected workspace is currently overridden using the {variable} environment variable.");
        return Err(Diagnostic::error("The workspace is overridden", detail)
            .next("Set the variable to another name, or unset it, and run the command again."));
    }
    if current_workspace(site)? == name {
        return Ok(Selected::Already);
    }
    let exists = states.list()?.iter().any(|known| known == name);
    match (exists, creation) {
        (true, _) => {}
        (false, Creation::Yes) => states.create(name)?,
        (false, Creation::No) => return Err(missing(name)),
    }
    DataDir(site.data_dir()).select(name)?;
    Ok(if exists { Selected::Now } else { Selected::Created })
}

/// Makes a workspace and selects it; `from` is a state file to begin with.
///
/// # Errors
/// One that is there already; a name that is none; a state that cannot be read.
pub fn new_workspace(site: &Site, name: &str, from: Option<&Path>, locking: Locking) -> Result<(), Diagnostic> {
    let states = open(site)?;
    valid(name)?;
    if let Some(variable) = overridden(site)
        && current_workspace(site)? != name
    {
        let detail = format!("The workspace is currently overridden using the {variable} environment variable.");
        return Err(Diagnostic::error("The workspace is overridden", detail)
            .next("Unset the variable, or set it to the name of the workspace to create, and run the command again."));
    }
    if states.list()?.iter().any(|known| known == name) {
        return Err(Diagnostic::error(format!("Workspace {name:?} already exists"), "")
            .next(format!("drform workspace select {name} makes it the one in use.")));
    }
    // Read first: with a wrong name nothing is made.
    let text = match from {
        None => None,
        Some(path) => {
            let file = backend::LocalState::new(site.dir.join(path));
            if file.read()?.is_none() {
                let detail = format!("There is no state in {}.", path.display());
                return Err(Diagnostic::error("State not found", detail).next("Name a state file to copy."));
            }
            let state = storage::read_state(&file)?;
            // Another line of states begins.
            let lineage = uuid::Uuid::new_v4().to_string().into();
            Some(state::v4::print(&state::State { lineage, serial: 1, ..state }))
        }
    };
    states.create(name)?;
    DataDir(site.data_dir()).select(name)?;
    if let Some(text) = text {
        let state = states.state(name);
        let _lock = match locking {
            Locking::Hold(timeout) => Some(state.lock("workspace-new", timeout)?),
            Locking::Free => None,
        };
        state.write(text.as_bytes())?;
    }
    Ok(())
}

/// Deletes a workspace with its state; true when that still had objects.
///
/// # Errors
/// One that is not there or in use; one with objects, unless it is forced.
pub fn delete_workspace(site: &Site, name: &str, deletion: Deletion, locking: Locking) -> Result<bool, Diagnostic> {
    let states = open(site)?;
    if !states.list()?.iter().any(|known| known == name) {
        return Err(missing(name));
    }
    if current_workspace(site)? == name {
        return Err(Diagnostic::error(
            format!("Workspace {name:?} is your active workspace"),
            "You cannot delete the currently active workspace.",
        )
        .next("Switch to another workspace with drform workspace select, and try again."));
    }
    if name == DEFAULT_WORKSPACE {
        return Err(Diagnostic::error("Cannot delete default state", "The workspace \"default\" is always there.")
            .next("Destroy what it holds with drform destroy."));
    }
    let state = states.state(name);
    let lock = match locking {
        Locking::Hold(timeout) => Some(state.lock("workspace-delete", timeout)?),
        Locking::Free => None,
    };
    let journal = storage::journal_dir(site, &states, name, &state);
    let mut tracked = false;
    match storage::read_state(&state) {
        Ok(known) => {
            let managed = known.instances.keys().filter(|addr| addr.resource.mode == addrs::Mode::Managed);
            let managed: Vec<String> = managed.map(ToString::to_string).collect();
            tracked = !managed.is_empty();
            if tracked && deletion == Deletion::IfEmpty {
                return Err(not_empty(name, &managed));
            }
        }
        Err(trouble) if deletion == Deletion::IfEmpty => return Err(trouble),
        Err(_) => {}
    }
    if JournalFile::exists(&journal) && deletion == Deletion::IfEmpty {
        let detail = format!("An earlier run on the workspace {name:?} left a journal that is not in its state yet.");
        return Err(Diagnostic::error("The state is not settled", detail)
            .next("Select the workspace and run drform recover; or use -force to lose what the journal knows."));
    }
    states.delete(name)?;
    match std::fs::remove_dir_all(&journal) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let detail = format!("{}: {error}.", journal.display());
            return Err(Diagnostic::error("Cannot remove the journal of the workspace", detail)
                .next("Remove the directory before you make a workspace of this name again."));
        }
        _ => {}
    }
    drop(lock);
    Ok(tracked)
}

/// The states of a site, whose backend is the one of the configuration.
fn open(site: &Site) -> Result<Workspaces, Diagnostic> {
    stored::settled(site)?;
    storage::workspaces(site)
}

/// The environment variable that says which workspace is in use.
fn overridden(site: &Site) -> Option<&'static str> {
    ["DRFORM_WORKSPACE", "TF_WORKSPACE"].into_iter().find(|name| site.environment.get(name).is_some())
}

fn valid(name: &str) -> Result<&str, Diagnostic> {
    if Workspaces::is_valid_name(name) {
        return Ok(name);
    }
    let detail = format!(
        "The workspace name {name:?} is not allowed. The name must contain only URL safe characters, and no path separators."
    );
    Err(Diagnostic::error("Invalid workspace name", detail).next("Use letters, digits and dashes."))
}

fn missing(name: &str) -> Diagnostic {
    Diagnostic::error(format!("Workspace {name:?} doesn't exist"), "")
        .next("drform workspace list shows those that are there; drform workspace new or select -or-create makes one.")
}

fn not_empty(name: &str, managed: &[String]) -> Diagnostic {
    const SHOWN: usize = 20;
    let mut lines: Vec<String> = managed.iter().take(SHOWN).map(|addr| format!("  - {addr}")).collect();
    if managed.len() > SHOWN {
        lines.push(format!("  … and {} more", managed.len() - SHOWN));
    }
    let detail = format!(
        "Workspace {name:?} is currently tracking the following resource instances:\n{}\n\nDeleting this workspace would cause \
         drform to lose track of any associated remote objects, which would then have to be deleted by hand.",
        lines.join("\n")
    );
    Diagnostic::error("Workspace is not empty", detail)
        .next("Destroy these objects first; or use -force to delete the workspace and forget about them.")
}
