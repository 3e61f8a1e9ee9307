//! Why a journal cannot be used.

use diag::{Diagnostic, Diagnostics};
use std::fmt;

/// A refusal to read or fold a journal. It quotes no values: a journal holds secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// The bytes are not a journal.
    NotAJournal,
    /// Written by a version that came after us.
    NewerVersion {
        /// What it says that we do not know.
        what: String,
    },
    /// Bytes in the middle are damaged: intact frames follow.
    Corrupt {
        /// Place of the damaged frame.
        at_byte: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A record that cannot follow the ones before it.
    Illegal {
        /// Its number, from one.
        record: u64,
        /// Address that it is about, if any.
        address: Option<String>,
        /// What is wrong.
        why: String,
    },
    /// The journal belongs to another line of states.
    OtherLineage {
        /// Lineage of the journal.
        journal: String,
        /// Lineage of the state.
        state: String,
    },
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::NotAJournal => f.write_str("The file does not begin as a journal does."),
            JournalError::NewerVersion { what } => write!(f, "The journal was written by a newer version: {what}."),
            JournalError::Corrupt { at_byte, why } => {
                write!(f, "The journal is damaged at byte {at_byte}, and intact parts follow: {why}.")
            }
            JournalError::Illegal { record, address, why } => {
                let about = address.as_ref().map_or(String::new(), |a| format!(" about {a}"));
                write!(f, "Record {record} of the journal{about} contradicts the ones before it: {why}.")
            }
            JournalError::OtherLineage { journal, state } => {
                write!(
                    f,
                    "The journal belongs to a state of lineage {journal:?}, but this state has lineage {state:?}."
                )
            }
        }
    }
}

impl std::error::Error for JournalError {}

impl From<JournalError> for Diagnostic {
    fn from(error: JournalError) -> Diagnostic {
        let next = match &error {
            JournalError::NewerVersion { .. } => {
                "Use the version that wrote it, or a newer one; the journal was left as it is."
            }
            JournalError::OtherLineage { .. } => {
                "Check that the backend configuration and the workspace are the ones of the run that left the journal behind."
            }
            JournalError::NotAJournal | JournalError::Corrupt { .. } | JournalError::Illegal { .. } => {
                "Nothing was changed. Keep a copy of the journal: it names the objects that the last run was working on. \
                 Compare them with what exists, then move the journal away."
            }
        };
        let diagnostic =
            Diagnostic::error("The journal of an earlier run cannot be used", error.to_string()).next(next);
        match error {
            JournalError::Illegal { address: Some(address), .. } => diagnostic.about(address),
            _ => diagnostic,
        }
    }
}

impl From<JournalError> for Diagnostics {
    fn from(error: JournalError) -> Diagnostics {
        Diagnostics::from(Diagnostic::from(error))
    }
}
