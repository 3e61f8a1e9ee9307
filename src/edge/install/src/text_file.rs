//! Reading text, and saying what is wrong when that fails.

use diag::Diagnostic;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// Why there is no text.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The system refused.
    System(std::io::Error),
    /// The file has bytes that are not UTF-8, the first of them here.
    NotText(usize),
}

impl Trouble {
    /// True when there is no such file.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Trouble::System(error) if error.kind() == ErrorKind::NotFound)
    }

    /// The diagnostic about a file.
    pub(crate) fn about(&self, summary: &str, name: &str) -> Diagnostic {
        let (detail, next) = match self {
            Trouble::System(error) if error.kind() == ErrorKind::NotFound => {
                (format!("The file {name} does not exist."), "Check the name, or where the link leads.")
            }
            Trouble::System(error) => {
                (format!("The file {name} could not be read: {error}."), "Check that it is a file and may be read.")
            }
            Trouble::NotText(at) => {
                (format!("The file {name} is not UTF-8 text: byte {at} belongs to no character."), "Save it as UTF-8.")
            }
        };
        Diagnostic::error(summary, detail).next(next)
    }
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<Arc<str>, Trouble> {
    text(std::fs::read(path).map_err(Trouble::System)?)
}

/// Bytes as text.
pub(crate) fn text(bytes: Vec<u8>) -> Result<Arc<str>, Trouble> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(Trouble::NotText(error.utf8_error().valid_up_to())),
    }
}

/// Names of the files of a directory, sorted: no directories, nothing hidden, nothing that an editor leaves
/// behind, and no name that is not text (no extension of ours could be read from it).
pub(crate) fn list(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // A link counts as what it leads to; a broken one is kept, so that reading it says so.
        if !is_left_behind(&name) && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// True for what is hidden, and for what an editor leaves behind.
pub(crate) fn is_left_behind(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}
