//! Workspaces of the local backend, where Terraform keeps them.

use crate::{BackendError, LocalState, place};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the workspace that is always there.
pub const DEFAULT_WORKSPACE: &str = "default";

const STATE_FILE: &str = "terraform.tfstate";
const OTHER_STATES: &str = "terraform.tfstate.d";

/// The states of one local backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspaces {
    /// The state of the workspace `default`.
    first: PathBuf,
    /// Every other workspace has a directory in here.
    others: PathBuf,
}

impl Workspaces {
    /// Those of a working directory: `terraform.tfstate` and `terraform.tfstate.d`.
    pub fn new(directory: impl AsRef<Path>) -> Workspaces {
        Workspaces::at(directory.as_ref(), None, None)
    }

    /// Those of a local backend with the arguments `path` and `workspace_dir`, relative to a working directory.
    pub fn at(directory: &Path, path: Option<&str>, workspace_dir: Option<&str>) -> Workspaces {
        Workspaces {
            first: directory.join(path.unwrap_or(STATE_FILE)),
            others: directory.join(workspace_dir.unwrap_or(OTHER_STATES)),
        }
    }

    /// The state of a workspace: `terraform.tfstate`, or `terraform.tfstate.d/NAME/terraform.tfstate`.
    pub fn state(&self, workspace: &str) -> LocalState {
        match workspace {
            DEFAULT_WORKSPACE => LocalState::new(self.first.clone()),
            other => LocalState::new(self.others.join(other).join(STATE_FILE)),
        }
    }

    /// All of them by name, `default` first.
    pub fn list(&self) -> Result<Vec<String>, BackendError> {
        let mut names = BTreeSet::new();
        match fs::read_dir(&self.others) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    if entry.path().is_dir() {
                        names.insert(entry.file_name().to_string_lossy().into_owned());
                    }
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(BackendError::file("read", &self.others)(e)),
        }
        names.remove(DEFAULT_WORKSPACE);
        Ok(std::iter::once(DEFAULT_WORKSPACE.to_string()).chain(names).collect())
    }

    /// Makes the directory of a workspace, so that it is listed before it has a state.
    pub fn create(&self, workspace: &str) -> Result<(), BackendError> {
        place::make_directory(&self.others.join(workspace))
    }

    /// Removes a workspace with all that it holds. Whether its state may go, the caller has decided.
    pub fn delete(&self, workspace: &str) -> Result<(), BackendError> {
        let directory = self.others.join(workspace);
        fs::remove_dir_all(&directory).map_err(BackendError::file("remove", &directory))?;
        place::sync_directory(&self.others)
    }

    /// True for a name that Terraform takes: one that stays itself in a URL path.
    pub fn is_valid_name(name: &str) -> bool {
        !matches!(name, "" | "." | "..")
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~$&+=:@".contains(&b))
    }
}
