//! Unpacking provider packages.

use crate::package;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Bytes that a package may unpack to: the largest providers have a sixth of it.
const MAX_BYTES: u64 = 8 << 30;

/// Unpacks an archive into a directory that appears whole or not at all; what stood there before is replaced.
pub(crate) fn unpack(archive: &Path, to: &Path) -> io::Result<()> {
    let above = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(above)?;
    let unpacked = tempfile::Builder::new().prefix(".unpack").tempdir_in(above)?;
    let mut zip = zip::ZipArchive::new(File::open(archive)?).map_err(io::Error::other)?;
    let mut left = MAX_BYTES;
    for index in 0..zip.len() {
        let file = zip.by_index(index).map_err(io::Error::other)?;
        let name = file.name().map_err(io::Error::other)?.into_owned();
        let refused = |why: &str| io::Error::other(format!("the archive has an entry {name:?} that {why}"));
        let place = inside(&name).ok_or_else(|| refused("leads out of it"))?;
        if file.is_symlink() {
            return Err(refused("is a link"));
        }
        let target = unpacked.path().join(place);
        if file.is_dir() {
            fs::create_dir_all(target)?;
        } else {
            left = left.saturating_sub(extract(file, &target, left)?);
        }
    }
    #[cfg(unix)]
    readable(unpacked.path())?;
    crate::whole_file::remove(to)?;
    fs::rename(unpacked.path(), to)
}

/// Unpacks into a cache that other processes use at the same time: what is there already and right stays.
pub(crate) fn unpack_into_cache(archive: &Path, cache: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(cache)?;
    // Freed when the file is closed, also by the death of the process.
    let lock = File::create(cache.join(".drform.lock"))?;
    lock.lock()?;
    if to.is_dir() && package::h1_of_directory(to)? == package::h1_of_archive(archive)? {
        return Ok(());
    }
    unpack(archive, to)
}

/// Writes one file and says how long it was.
fn extract(file: zip::read::ZipFile<'_, File>, target: &Path, left: u64) -> io::Result<u64> {
    if let Some(above) = target.parent() {
        fs::create_dir_all(above)?;
    }
    // An archive that knows nothing of modes holds an executable all the same.
    let mode = file.unix_mode().unwrap_or(0o755);
    let mut output = File::create_new(target)?;
    let written = io::copy(&mut file.take(left.saturating_add(1)), &mut output)?;
    if written > left {
        return Err(io::Error::other("the archive unpacks to more than 8 GiB"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        output.set_permissions(fs::Permissions::from_mode((mode & 0o755) | 0o600))?;
    }
    Ok(written)
}

/// A temporary directory is for one user alone; a package is for everybody.
#[cfg(unix)]
fn readable(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))
}

/// The path of an entry below the directory; `None` for one that leads out of it.
fn inside(name: &str) -> Option<PathBuf> {
    if name.contains(['\\', '\0', ':']) {
        return None;
    }
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    plain.then(|| path.to_path_buf())
}

#[cfg(test)]
mod tests;
