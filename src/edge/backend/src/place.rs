//! Files that are wholly there or not at all.

use crate::BackendError;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// End of the names of files that are not finished yet.
const UNFINISHED: &str = ".drform-new";

/// Directory that a file stands in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unfinished_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Makes names in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), BackendError> {
    File::open(directory).and_then(|d| d.sync_all()).map_err(BackendError::file("sync", directory))
}

/// Makes a directory and those above it, durably.
pub(crate) fn make_directory(directory: &Path) -> Result<(), BackendError> {
    if directory.as_os_str().is_empty() || directory.is_dir() {
        return Ok(());
    }
    make_directory(directory_of(directory))?;
    match fs::create_dir(directory) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(BackendError::file("create", directory)(e)),
        _ => {}
    }
    sync_directory(directory_of(directory))
}

/// Writes a file beside `path`, durable but not yet in its place, with mode and owner of `like` where there is one. What is
/// new only its owner may read: states hold secrets.
pub(crate) fn write_beside(
    path: &Path,
    bytes: &[u8],
    like: Option<&fs::Metadata>,
) -> Result<NamedTempFile, BackendError> {
    let mode = like.map_or(0o600, |m| m.permissions().mode() & 0o777);
    let trouble = BackendError::file("write", path);
    let write = || -> io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new()
            .prefix(&unfinished_prefix(path))
            .suffix(UNFINISHED)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(directory_of(path))?;
        if let Some(like) = like {
            keep_owner(file.as_file(), like)?;
        }
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(trouble)
}

/// Gives a new file the mode (the umask has cut it) and, as far as this user may, the owner of the old one.
fn keep_owner(file: &File, like: &fs::Metadata) -> io::Result<()> {
    let now = file.metadata()?;
    if now.gid() != like.gid() {
        let _ = fchown(file, None, Some(like.gid()));
    }
    if now.uid() != like.uid() {
        let _ = fchown(file, Some(like.uid()), None);
    }
    file.set_permissions(Permissions::from_mode(like.permissions().mode() & 0o777))
}

/// Replaces `path` in one step; at every moment the name leads to the old bytes or to the new ones.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), BackendError> {
    replace_like(path, bytes, fs::metadata(path).ok().as_ref())
}

/// The same, with mode and owner of `like` where there is one.
pub(crate) fn replace_like(path: &Path, bytes: &[u8], like: Option<&fs::Metadata>) -> Result<(), BackendError> {
    let file = write_beside(path, bytes, like)?;
    file.persist(path).map_err(|e| BackendError::file("write", path)(e.error))?;
    sync_directory(directory_of(path))
}

/// Writes a file that only its owner may read, whatever was there before, in one step.
///
/// # Errors
/// What the disk says; what was there before is still there.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), BackendError> {
    let trouble = |error| BackendError::file("write", path)(error);
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished_prefix(path))
        .suffix(UNFINISHED)
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(directory_of(path))
        .map_err(trouble)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(trouble)?;
    file.persist(path).map_err(|e| trouble(e.error))?;
    sync_directory(directory_of(path))
}

/// Removes unfinished files that runs which died have left beside `path`. Only for the holder of the lock.
pub(crate) fn sweep(path: &Path) {
    let prefix = unfinished_prefix(path);
    let Ok(entries) = fs::read_dir(directory_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(UNFINISHED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Where a path leads after all symbolic links, so that replacing it replaces the file and not the link.
pub(crate) fn resolve(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}
