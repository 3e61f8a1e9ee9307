//! Why a file is not a plan that can be read.

use diag::Diagnostic;
use std::fmt;

/// A refusal. It quotes nothing of the file: plans hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedError {
    /// It is something else; what it seems to be.
    Foreign(&'static str),
    /// Its bytes are not those that were written: cut off, or edited.
    Damaged,
    /// Another version of drform wrote it.
    OtherVersion {
        /// The one that wrote it, as it says.
        wrote: String,
    },
    /// Its bytes are those that were written, and make no sense.
    Malformed(String),
}

impl SavedError {
    /// A part that is missing or not what it should be.
    pub(crate) fn part(what: &str) -> SavedError {
        SavedError::Malformed(format!("{what} is missing or not what it should be"))
    }
}

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SavedError::Foreign(what) => write!(f, "It is {what}."),
            SavedError::Damaged => f.write_str("Its bytes are not those that were written: it was cut off or edited."),
            SavedError::OtherVersion { wrote } => {
                write!(f, "drform {wrote} wrote it. Plans are not carried from one version to another.")
            }
            SavedError::Malformed(why) => write!(f, "Of what it holds, {why}."),
        }
    }
}

impl From<SavedError> for Diagnostic {
    fn from(error: SavedError) -> Diagnostic {
        Diagnostic::error("This is no saved plan that can be used", error.to_string())
            .next("Make a plan with drform plan -out=FILE, and give FILE.")
    }
}
