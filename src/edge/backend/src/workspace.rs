//! Workspaces of the local backend, where Terraform keeps them.

use crate::{BackendError, LocalState, place};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the workspace that is always there.
pub const DEFAULT_WORKSPACE: &str = "default";

/// The workspaces of one working directory.
#[derive(Clone, Debug)]
pub struct Workspaces {
    directory: PathBuf,
    data: PathBuf,
}

impl Workspaces {
    /// Those of a working directory; `data` is its data directory, `.terraform` unless `TF_DATA_DIR` says otherwise.
    pub fn new(directory: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Workspaces {
        Workspaces { directory: directory.into(), data: data.into() }
    }

    /// The state of a workspace: `terraform.tfstate`, or `terraform.tfstate.d/NAME/terraform.tfstate`.
    pub fn state(&self, workspace: &str) -> LocalState {
        match workspace {
            DEFAULT_WORKSPACE => LocalState::new(self.directory.join("terraform.tfstate")),
            other => LocalState::new(self.all_directory().join(other).join("terraform.tfstate")),
        }
    }

    /// The selected one, from `.terraform/environment`.
    pub fn selected(&self) -> Result<String, BackendError> {
        let file = self.data.join("environment");
        match fs::read_to_string(&file) {
            Ok(name) if name.trim().is_empty() => Ok(DEFAULT_WORKSPACE.into()),
            Ok(name) => Ok(name.trim().to_string()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(DEFAULT_WORKSPACE.into()),
            Err(e) => Err(BackendError::file("read", &file)(e)),
        }
    }

    /// What Terraform noted of the backend that it initialised: `.terraform/terraform.tfstate`, if there is one.
    pub fn backend_record(&self) -> Option<String> {
        fs::read_to_string(self.data.join("terraform.tfstate")).ok()
    }

    /// Selects one for the runs to come.
    pub fn select(&self, workspace: &str) -> Result<(), BackendError> {
        place::make_directory(&self.data)?;
        place::replace(&self.data.join("environment"), workspace.as_bytes())
    }

    /// All of them by name, `default` first.
    pub fn list(&self) -> Result<Vec<String>, BackendError> {
        let directory = self.all_directory();
        let mut names = BTreeSet::new();
        match fs::read_dir(&directory) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    if entry.path().is_dir() {
                        names.insert(entry.file_name().to_string_lossy().into_owned());
                    }
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(BackendError::file("read", &directory)(e)),
        }
        names.remove(DEFAULT_WORKSPACE);
        Ok(std::iter::once(DEFAULT_WORKSPACE.to_string()).chain(names).collect())
    }

    /// Makes the directory of a workspace, so that it is listed before it has a state.
    pub fn create(&self, workspace: &str) -> Result<(), BackendError> {
        place::make_directory(&self.all_directory().join(workspace))
    }

    /// Removes a workspace with all that it holds. Whether its state may go, the caller has decided.
    pub fn delete(&self, workspace: &str) -> Result<(), BackendError> {
        let directory = self.all_directory().join(workspace);
        fs::remove_dir_all(&directory).map_err(BackendError::file("remove", &directory))?;
        place::sync_directory(&self.all_directory())
    }

    /// True for a name that Terraform takes: one that stays itself in a URL path.
    pub fn is_valid_name(name: &str) -> bool {
        !matches!(name, "" | "." | "..")
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~$&+=:@".contains(&b))
    }

    fn all_directory(&self) -> PathBuf {
        Path::new(&self.directory).join("terraform.tfstate.d")
    }
}
