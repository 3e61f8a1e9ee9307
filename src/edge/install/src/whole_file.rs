//! Files and directories that appear whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a file beside its place and moves it there; the directories above it are made.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    fs::create_dir_all(dir)?;
    let mut file = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are for one user alone; these are for everybody who works in the directory.
        let mode = fs::metadata(path).map_or(0o644, |found| found.permissions().mode());
        file.as_file().set_permissions(fs::Permissions::from_mode(mode & 0o777))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Removes what is at a place, whatever it is: of a link the link alone.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a directory that stands for another: a link, or a copy where links cannot be made.
pub(crate) fn link_directory(from: &Path, to: &Path) -> io::Result<()> {
    let from = fs::canonicalize(from)?;
    if let Some(above) = to.parent() {
        fs::create_dir_all(above)?;
    }
    // A mirror may be the data directory itself, or the link is there already.
    if fs::canonicalize(to).is_ok_and(|there| there == from) {
        return Ok(());
    }
    remove(to)?;
    if symlink(&from, to).is_ok() {
        return Ok(());
    }
    let copy = tempfile::tempdir_in(to.parent().unwrap_or(Path::new(".")))?;
    copy_directory(&from, copy.path())?;
    fs::rename(copy.keep(), to)
}

#[cfg(unix)]
fn symlink(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Copies a directory with everything below it; links stay what they are.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return symlink(&fs::read_link(from)?, to);
    }
    if !found.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy_directory(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_directory(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
