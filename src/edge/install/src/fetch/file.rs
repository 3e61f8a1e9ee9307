//! Packages that lie on this machine, at an absolute path.

use super::Failure;
use super::request::Request;
use crate::whole_file;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Links to the directory, as Terraform does: edits there show at once.
pub(super) fn directory(request: &Request, to: &Path) -> Result<(), Failure> {
    let path = path(request)?;
    if !path.is_dir() {
        let why = format!("There is no directory {}.", path.display());
        return Err(Failure::new(
            why,
            "Correct the path; a package that is a file must be an archive (.zip, .tar.gz …).",
        ));
    }
    whole_file::link_directory(&path, to)
        .map_err(|error| Failure::here(&format!("{} was not linked", path.display()), &error))
}

/// Copies an archive.
pub(super) fn file(request: &Request, mut into: &File) -> Result<(), Failure> {
    let path = path(request)?;
    let copied = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut into));
    copied
        .map(|_| ())
        .map_err(|error| Failure::new(format!("{} was not read: {error}.", path.display()), "Correct the path."))
}

fn path(request: &Request) -> Result<PathBuf, Failure> {
    let url = request.url()?;
    url.to_file_path().map_err(|()| {
        let why = format!("{} is no path on this machine.", request.place);
        Failure::new(why, "Write file:///absolute/path, or the absolute path alone.")
    })
}
