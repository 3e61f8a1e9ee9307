//! Provider packages: directories and archives, what is in them, and their checksums.

use base64::Engine;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A package on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Package {
    /// A directory.
    Unpacked(PathBuf),
    /// A zip archive.
    Packed(PathBuf),
}

/// What executables of a provider are called, before version and suffix.
pub(crate) fn executable_name(kind: &str) -> String {
    format!("terraform-provider-{kind}")
}

/// The provider's executable in a directory: `terraform-provider-TYPE`, perhaps with `_…` or `.…` after it.
pub(crate) fn executable(dir: &Path, kind: &str) -> io::Result<Option<PathBuf>> {
    let prefix = executable_name(kind);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        // Build tools leave `.d` files beside their executables.
        let fits = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.'])) && rest != Some(".d");
        if fits && entry.path().is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found.into_iter().next())
}

impl Package {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Package::Unpacked(path) | Package::Packed(path) => path,
        }
    }

    /// Whether one of the checksums is that of this package. `zh:` is of archives, `h1:` of what is in them.
    pub(crate) fn matches_any(&self, checksums: &[String]) -> io::Result<bool> {
        let any = |scheme: &str| checksums.iter().any(|checksum| checksum.starts_with(scheme));
        let listed = |checksum: String| checksums.contains(&checksum);
        match self {
            Package::Unpacked(dir) => Ok(any("h1:") && listed(h1_of_directory(dir)?)),
            Package::Packed(archive) => {
                Ok((any("zh:") && listed(zh_of_archive(archive)?)) || (any("h1:") && listed(h1_of_archive(archive)?)))
            }
        }
    }
}

/// `h1:` of a directory: of the checksums and names of all its files.
pub(crate) fn h1_of_directory(dir: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    // The directory itself may be a link, such as `init` makes.
    walk(&std::fs::canonicalize(dir)?, "", &mut files)?;
    files.sort();
    let mut sums = Vec::new();
    for (name, path) in files {
        sums.push((sha256(File::open(path)?)?, name));
    }
    h1(sums)
}

/// Adds name and path of every file below a directory. Links are files, as they are to Terraform.
fn walk(dir: &Path, called: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(io::Error::other(format!("the name of {} is not text", entry.path().display())));
        };
        let called = if called.is_empty() { name.to_string() } else { format!("{called}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &called, files)?;
        } else {
            files.push((called, entry.path()));
        }
    }
    Ok(())
}

/// `h1:` of an archive: the same as that of the directory it unpacks to.
pub(crate) fn h1_of_archive(archive: &Path) -> io::Result<String> {
    let mut archive = zip::ZipArchive::new(File::open(archive)?).map_err(io::Error::other)?;
    let mut sums = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(io::Error::other)?;
        let name = file.name().map_err(io::Error::other)?.into_owned();
        if !file.is_dir() {
            sums.push((sha256(file)?, name));
        }
    }
    sums.sort_by(|a, b| a.1.cmp(&b.1));
    h1(sums)
}

/// `zh:` of an archive: of its bytes.
pub(crate) fn zh_of_archive(archive: &Path) -> io::Result<String> {
    Ok(format!("zh:{}", sha256(File::open(archive)?)?))
}

/// `h1:` of checksums and names, sorted by name.
fn h1(sums: Vec<(String, String)>) -> io::Result<String> {
    let mut hash = Sha256::new();
    for (sum, name) in sums {
        if name.contains('\n') {
            return Err(io::Error::other(format!("the file name {name:?} has a line break")));
        }
        hash.update(format!("{sum}  {name}\n"));
    }
    Ok(format!("h1:{}", base64::engine::general_purpose::STANDARD.encode(hash.finalize())))
}

fn sha256(mut source: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    }))
}

#[cfg(test)]
mod tests;
