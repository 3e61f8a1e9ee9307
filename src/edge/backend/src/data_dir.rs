//! What a working directory remembers between runs: the selected workspace and the backend that it was initialised with.

use crate::{BackendError, DEFAULT_WORKSPACE, place};
use std::fs;
use std::io;
use std::path::PathBuf;

/// The data directory, `.terraform` unless `TF_DATA_DIR` says otherwise.
#[derive(Clone, Debug)]
pub struct DataDir(pub PathBuf);

impl DataDir {
    /// The selected workspace, from `environment`.
    pub fn selected(&self) -> Result<String, BackendError> {
        let file = self.0.join("environment");
        match fs::read_to_string(&file) {
            Ok(name) if name.trim().is_empty() => Ok(DEFAULT_WORKSPACE.into()),
            Ok(name) => Ok(name.trim().to_string()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(DEFAULT_WORKSPACE.into()),
            Err(e) => Err(BackendError::file("read", &file)(e)),
        }
    }

    /// Selects a workspace for the runs to come.
    pub fn select(&self, workspace: &str) -> Result<(), BackendError> {
        place::make_directory(&self.0)?;
        place::replace(&self.0.join("environment"), workspace.as_bytes())
    }

    /// What was noted of the backend that was initialised: `terraform.tfstate`, if there is one.
    pub fn backend_record(&self) -> Result<Option<String>, BackendError> {
        let file = self.record_file();
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(BackendError::file("read", &file)(e)),
        }
    }

    /// Notes the backend for the runs to come; `None` forgets it.
    pub fn note_backend(&self, record: Option<&str>) -> Result<(), BackendError> {
        let file = self.record_file();
        match record {
            Some(text) => {
                place::make_directory(&self.0)?;
                place::replace(&file, text.as_bytes())
            }
            None => match fs::remove_file(&file) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(BackendError::file("remove", &file)(e)),
                _ => Ok(()),
            },
        }
    }

    fn record_file(&self) -> PathBuf {
        self.0.join("terraform.tfstate")
    }
}
