//! Why a text is not a state that may be acted upon.

use diag::{Diagnostic, Diagnostics};
use std::fmt;

/// What is wrong with a state text, for callers that treat the cases differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateErrorKind {
    /// No bytes, or only blanks. Terraform's own lock leaves such a file behind when there is no state yet;
    /// a write that the disk lost looks the same. The caller decides, with the journal and the backup at hand.
    Empty,
    /// The text ends in the middle.
    Torn,
    /// Not JSON, or not a JSON object.
    NotState,
    /// Version 1, 2 or 3.
    OlderVersion,
    /// A version that came after us.
    NewerVersion,
    /// Version 4, but something in it cannot be.
    Malformed,
}

/// A refusal to read a state. It never quotes values: a state holds secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    /// Which case it is.
    pub kind: StateErrorKind,
    /// One line without a full stop.
    pub summary: String,
    /// Full sentences.
    pub detail: String,
    /// What to do next.
    pub next_step: String,
    /// The resource that it concerns, if any.
    pub address: Option<String>,
}

/// The way back that every kind of broken state shares.
const RESTORE: &str = "Nothing was changed. Restore the state from its backup or from an earlier version that the backend keeps, \
                       and run the command again.";

impl StateError {
    /// Whether the file may be taken for no state at all when neither journal nor backup say otherwise.
    pub fn is_empty(&self) -> bool {
        self.kind == StateErrorKind::Empty
    }

    pub(crate) fn empty() -> StateError {
        StateError {
            kind: StateErrorKind::Empty,
            summary: "The state is empty".into(),
            detail: "The state has no content: either nothing was ever stored, or a write of it was lost.".into(),
            next_step: "If there was a state before, restore its backup. If there was none, remove the empty file."
                .into(),
            address: None,
        }
    }

    pub(crate) fn json(error: &serde_json::Error, text: &str) -> StateError {
        let place = format!("line {}, column {}", error.line(), error.column());
        // A number that is cut off behind its sign, point or exponent counts as wrong, not as unfinished.
        if error.is_eof() || text.ends_with(['-', '+', '.', 'e', 'E']) {
            return StateError {
                kind: StateErrorKind::Torn,
                summary: "The state is cut off".into(),
                detail: format!("The text of the state ends in the middle, at {place}: a write of it was interrupted."),
                next_step: RESTORE.into(),
                address: None,
            };
        }
        StateError {
            kind: StateErrorKind::NotState,
            summary: "The state is not JSON".into(),
            detail: format!("The text of the state stops being JSON at {place}."),
            next_step: RESTORE.into(),
            address: None,
        }
    }

    pub(crate) fn not_a_state(why: &str) -> StateError {
        StateError {
            kind: StateErrorKind::NotState,
            summary: "This is not a state".into(),
            detail: format!("The text is JSON, but {why}."),
            next_step: "Check the path or the backend configuration: another file may stand where the state should be."
                .into(),
            address: None,
        }
    }

    pub(crate) fn newer_version(version: u64, tool: &str) -> StateError {
        let by = if tool.is_empty() {
            String::new()
        } else {
            format!(", written by a tool that calls itself version {tool}")
        };
        StateError {
            kind: StateErrorKind::NewerVersion,
            summary: "The state was written by a newer version".into(),
            detail: format!(
                "The state has format version {version}{by}; this version reads format version 4. \
                 It was left as it is and will never be overwritten by this version."
            ),
            next_step: "Use the tool version that wrote it, or a newer one.".into(),
            address: None,
        }
    }

    pub(crate) fn older_version(version: u64) -> StateError {
        StateError {
            kind: StateErrorKind::OlderVersion,
            summary: "The state has an old format".into(),
            detail: format!("The state has format version {version}, from before Terraform 0.12; only format version 4 is read."),
            next_step: "Open the state once with Terraform 1.x, for example with \"terraform refresh\": it writes format version 4.".into(),
            address: None,
        }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> StateError {
        StateError {
            kind: StateErrorKind::Malformed,
            summary: "The state is malformed".into(),
            detail: detail.into(),
            next_step: RESTORE.into(),
            address: None,
        }
    }

    pub(crate) fn about(mut self, address: &str) -> StateError {
        self.address.get_or_insert_with(|| address.to_owned());
        self
    }

    pub(crate) fn advise(mut self, next_step: &str) -> StateError {
        self.next_step = next_step.to_owned();
        self
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary, self.detail)
    }
}

impl std::error::Error for StateError {}

impl From<StateError> for Diagnostic {
    fn from(error: StateError) -> Diagnostic {
        let diagnostic = Diagnostic::error(error.summary, error.detail).next(error.next_step);
        match error.address {
            Some(address) => diagnostic.about(address),
            None => diagnostic,
        }
    }
}

impl From<StateError> for Diagnostics {
    fn from(error: StateError) -> Diagnostics {
        Diagnostics::from(Diagnostic::from(error))
    }
}
