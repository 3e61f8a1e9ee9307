//! What can go wrong with files, and what to do then.

use crate::LockHolder;
use diag::Diagnostic;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A trouble with a file or lock, complete enough to be shown.
#[derive(Debug)]
pub enum BackendError {
    /// An operation on a file failed.
    File {
        /// What was tried: `read`, `write`, `lock` …
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else holds the lock.
    Locked {
        /// The state file.
        path: PathBuf,
        /// Who holds it, if the holder left word.
        holder: Option<Box<LockHolder>>,
        /// Process that holds it, where the system tells.
        process: Option<i32>,
    },
    /// An earlier failure leaves the file in doubt, so that nothing more may be written to it.
    Broken {
        /// The file.
        path: PathBuf,
    },
}

impl BackendError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackendError {
        let path = path.to_path_buf();
        move |source| BackendError::File { action, path, source }
    }

    /// What the system said, if it was the system: [`io::ErrorKind::StorageFull`] is a full disk.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match self {
            BackendError::File { source, .. } => Some(source.kind()),
            BackendError::Locked { .. } | BackendError::Broken { .. } => None,
        }
    }

    /// What to do next.
    pub fn next_step(&self) -> String {
        match self {
            BackendError::File { path, source, .. } => file_next_step(path, source.kind()),
            BackendError::Locked { process: Some(process), .. } => format!(
                "Wait until process {process} on this machine has finished, or stop it; the lock ends with the process. \
                 `-lock-timeout=5m` waits by itself. There is no file to remove."
            ),
            BackendError::Locked { .. } => "Wait until the holder has finished, or stop it; the lock ends with the \
                 process that holds it. `-lock-timeout=5m` waits by itself. There is no file to remove."
                .into(),
            BackendError::Broken { .. } => {
                "Look after the disk, then run the command again: it starts from what did reach the disk.".into()
            }
        }
    }
}

fn file_next_step(path: &Path, kind: io::ErrorKind) -> String {
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("Free some space on the disk of {}, then run the command again.", directory.display())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("Let this user write in {}, then run the command again.", directory.display())
        }
        io::ErrorKind::FileTooLarge => {
            "Raise the limit on file sizes (`ulimit -f`), then run the command again.".into()
        }
        io::ErrorKind::NotFound => format!("Make sure that {} exists.", directory.display()),
        _ => format!("Look after {} and its disk, then run the command again.", path.display()),
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackendError::File { action, path, source } => write!(f, "cannot {action} {}: {source}", path.display()),
            BackendError::Locked { path, holder: Some(holder), .. } => {
                write!(f, "{} is locked by {holder}", path.display())
            }
            BackendError::Locked { path, holder: None, process: Some(process) } => {
                write!(f, "{} is locked by process {process}, which left no word", path.display())
            }
            BackendError::Locked { path, .. } => {
                write!(f, "{} is locked by another process, which left no word", path.display())
            }
            BackendError::Broken { path } => write!(
                f,
                "{} takes no more after a failed write to the disk: what it holds beyond that point is in doubt",
                path.display()
            ),
        }
    }
}

impl std::error::Error for BackendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BackendError::File { source, .. } => Some(source),
            BackendError::Locked { .. } | BackendError::Broken { .. } => None,
        }
    }
}

impl From<BackendError> for Diagnostic {
    fn from(error: BackendError) -> Self {
        let summary = match &error {
            BackendError::Locked { .. } => "Error acquiring the state lock".to_string(),
            BackendError::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "The disk is full".into()
            }
            BackendError::File { action, .. } => format!("Cannot {action} a file"),
            BackendError::Broken { .. } => "A file is in doubt".into(),
        };
        let mut detail = error.to_string();
        if let Some(first) = detail.get(..1) {
            let upper = first.to_uppercase();
            if matches!(error, BackendError::File { .. }) {
                detail.replace_range(..1, &upper);
            }
        }
        Diagnostic::error(summary, format!("{detail}.")).next(error.next_step())
    }
}
