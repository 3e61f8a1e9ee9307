//! What `file()`, `templatefile()`, `fileset()` and their kin read.

use eval::functions::{Entry, EntryKind, FileSource};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files as functions see them: relative paths start from the root module's directory.
#[derive(Clone, Debug)]
pub struct ModuleFiles {
    dir: PathBuf,
}

impl ModuleFiles {
    /// The files seen from a root module's directory.
    pub fn new(dir: &Path) -> ModuleFiles {
        ModuleFiles { dir: dir.to_path_buf() }
    }
}

impl FileSource for ModuleFiles {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        match std::fs::read(self.dir.join(path)) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(format!(
                "no file exists at {path:?}; this function works only with files that are distributed as part of the \
                 configuration source code, so if this file will be created by a resource in this configuration you \
                 must instead obtain this result from an attribute of that resource"
            )),
            Err(error) => Err(format!("failed to read file {path:?}: {}", reason(&error))),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match std::fs::metadata(self.dir.join(path)) {
            Ok(found) if found.is_file() => Ok(true),
            Ok(found) if found.is_dir() => Err(format!("{path:?} is a directory, not a file")),
            Ok(_) => Err(format!("{path:?} is not a regular file")),
            // A part of the path that is a file means that nothing is there.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
            Err(error) => Err(format!("failed to stat {path:?}: {}", reason(&error))),
        }
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, String> {
        let wrong = |error: std::io::Error| format!("failed to read directory {directory:?}: {}", reason(&error));
        let entries = match std::fs::read_dir(self.dir.join(directory)) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(wrong(error)),
        };
        let mut list = Vec::new();
        for entry in entries {
            let entry = entry.map_err(wrong)?;
            // A name that is not text has no place in a set of strings.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let kind = match std::fs::metadata(entry.path()) {
                Ok(found) if found.is_file() => EntryKind::File,
                Ok(found) if found.is_dir() => EntryKind::Directory,
                _ => EntryKind::Other,
            };
            list.push(Entry { name: name.into(), kind });
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(list)
    }
}

/// What the system said, without the number of the error.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text.get(..at).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
