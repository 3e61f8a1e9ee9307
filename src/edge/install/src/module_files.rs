//! What `file()`, `templatefile()`, `fileset()` and their kin read.

use eval::functions::{Entry, EntryKind, FileSource};
use std::fs::Metadata;
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
            Err(error) if error.kind() == ErrorKind::IsADirectory => {
                Err(format!("failed to read file: read {path}: is a directory"))
            }
            Err(error) => Err(format!("open {path}: {}", reason(&error))),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match std::fs::metadata(self.dir.join(path)) {
            Ok(found) if found.is_file() => Ok(true),
            Ok(found) if found.is_dir() => Err(format!("{path:?} is a directory, not a file")),
            Ok(found) => Err(format!("{path:?} is {}, not a regular file", special(&found))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(_) => Err(format!("failed to stat {path:?}")),
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

/// What a file is that is neither file nor directory.
#[cfg(unix)]
fn special(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    match (kind.is_block_device() || kind.is_char_device(), kind.is_fifo(), kind.is_socket()) {
        (true, _, _) => "a device node",
        (_, true, _) => "a named pipe",
        (_, _, true) => "a unix domain socket",
        _ => "a special file",
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "a special file"
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
