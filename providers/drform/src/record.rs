//! A record of what was asked for, for tests that kill the host or the provider.
//!
//! With `DRFORM_RECORD_FILE=PATH` in its environment the provider appends one line to PATH for each change, on disk
//! before the answer: `create drform_spread TOKEN`, with `repeat ` before it when that token was there already, and
//! ` repeated` after it when the host said that it may have been. So a test counts objects that were made twice, and requests that were lost.

use sdk::{ChangeRequest, Diagnostic, Finding, Findings};
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use value::Path;

/// Names the file of the record; nothing is recorded without.
pub(crate) const FILE_VARIABLE: &str = "DRFORM_RECORD_FILE";

/// After a request of which the host says that it may have been carried out before.
const SAID: &str = " repeated";

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Delete,
}

/// The file; one writer at a time.
pub(crate) struct Record(Mutex<Option<PathBuf>>);

impl Record {
    pub(crate) fn new(file: Option<PathBuf>) -> Record {
        Record(Mutex::new(file))
    }

    /// Appends a line. A record that cannot be written fails the change: a test must not take silence for order.
    pub(crate) fn append(&self, verb: Verb, kind: &str, change: &ChangeRequest) -> Findings {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = file.as_ref() else { return Vec::new() };
        match write(path, verb, kind, change) {
            Ok(()) => Vec::new(),
            Err(why) => {
                let detail = format!("{FILE_VARIABLE} is {}: {why}.", path.display());
                vec![Finding {
                    diagnostic: Diagnostic::error("Could not record the change", detail),
                    attribute: Path::ROOT,
                }]
            }
        }
    }
}

fn write(path: &PathBuf, verb: Verb, kind: &str, change: &ChangeRequest) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    // Processes of one test share the file; the lock goes when it is closed.
    file.lock()?;
    let mut lines = String::new();
    file.read_to_string(&mut lines)?;
    let verb = match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
    };
    let line = format!("{verb} {kind} {}", change.token);
    let known = lines.lines().any(|known| known.strip_suffix(SAID).unwrap_or(known) == line);
    let (before, after) = (if known { "repeat " } else { "" }, if change.repeated { SAID } else { "" });
    file.write_all(format!("{before}{line}{after}\n").as_bytes())?;
    file.sync_all()
}
