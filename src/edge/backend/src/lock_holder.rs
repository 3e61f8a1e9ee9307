//! The word that the holder of a lock leaves for others, in Terraform's format.

use crate::BackendError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Who holds the lock of a state, since when and what for. Its JSON is Terraform's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockHolder {
    /// A new id for every lock.
    #[serde(rename = "ID")]
    pub id: String,
    /// What is being done: `OperationTypeApply`, `OperationTypePlan`, `state-mv` …
    pub operation: String,
    /// Anything more that helps people.
    pub info: String,
    /// `user@host`.
    pub who: String,
    /// Version of the program that holds it.
    pub version: String,
    /// When, as RFC 3339 in UTC.
    pub created: String,
    /// The state, as the holder named it.
    pub path: String,
}

impl LockHolder {
    /// Word of this process, now.
    pub fn new(operation: &str, state: &Path) -> LockHolder {
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::effective()).ok().flatten().map(|u| u.name);
        let host = nix::unistd::gethostname().ok().map(|h| h.to_string_lossy().into_owned());
        LockHolder {
            id: uuid::Uuid::new_v4().to_string(),
            operation: operation.to_string(),
            info: format!("drform, process {}", std::process::id()),
            who: format!("{}@{}", user.unwrap_or_else(|| "?".into()), host.unwrap_or_else(|| "?".into())),
            version: env!("CARGO_PKG_VERSION").to_string(),
            created: jiff::Timestamp::now().to_string(),
            path: state.display().to_string(),
        }
    }

    /// Where the word for a state file stands: `.NAME.lock.info` beside it.
    pub(crate) fn place(state: &Path) -> PathBuf {
        let name = state.file_name().unwrap_or_default().to_string_lossy();
        state.with_file_name(format!(".{name}.lock.info"))
    }

    /// The word that stands beside a state file, if it is there and can be read. It says who locked last: whether the
    /// lock is still held, only the lock itself tells.
    pub(crate) fn read(state: &Path) -> Option<LockHolder> {
        serde_json::from_slice(&fs::read(Self::place(state)).ok()?).ok()
    }

    pub(crate) fn write(&self, state: &Path) -> Result<(), BackendError> {
        let place = Self::place(state);
        let trouble = BackendError::file("write", &place);
        let text = serde_json::to_vec(self).unwrap_or_default();
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&place)
            .and_then(|mut f| f.write_all(&text))
            .map_err(trouble)
    }
}

/// `root@host since 2026-11-22T20:05:18Z for OperationTypeApply (1.11.4, id …)`
impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |s: &str| if s.is_empty() { "?".to_string() } else { s.to_string() };
        write!(f, "{} since {} for {}", word(&self.who), word(&self.created), word(&self.operation))?;
        write!(f, " (version {}, lock id {}", word(&self.version), word(&self.id))?;
        if !self.info.is_empty() {
            write!(f, "; {}", self.info)?;
        }
        f.write_str(")")
    }
}
