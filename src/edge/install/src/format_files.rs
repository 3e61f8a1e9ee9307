//! Files that `fmt` lays out: which there are, and how they are written back.

use crate::{text_file, whole_file};
use diag::Diagnostic;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the names end. Terraform 1.11 knows those that begin with `.tf`; `.tofu` is OpenTofu's, `.dr.hcl` ours.
const ENDINGS: [&str; 7] = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl", ".tofu", ".tofutest.hcl", ".dr.hcl"];

/// Whether files of directories below are meant as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Files of the directory only.
    One,
    /// And of all directories in it, besides hidden ones.
    All,
}

/// The files that a target names, relative to `dir` as the target is: itself, or those of the directory that it is, in
/// the order of their names. A target that is a file may be hidden or a backup copy; inside of directories these are left
/// out. No link to a directory is followed.
///
/// # Errors
/// When there is nothing of that name, it is a file of another kind, or a directory cannot be read; what was found
/// before is not given.
pub fn format_files(dir: &Path, target: &Path, depth: Depth) -> Result<Vec<PathBuf>, Diagnostic> {
    let shown = target.display();
    let found = fs::metadata(dir.join(target)).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Diagnostic::error("No such file or directory", format!("There is no file or directory at {shown}.")).next(
                "Name files, directories, or - for the standard input; without a name it is the current directory.",
            )
        }
        _ => Diagnostic::error("Unreadable file or directory", format!("{shown}: {error}."))
            .next("Check that it may be read."),
    })?;
    let mut files = Vec::new();
    if found.is_dir() {
        add_directory(dir, target, depth, &mut files)?;
    } else if has_layout(&shown.to_string()) {
        files.push(target.to_path_buf());
    } else {
        let (last, others) = ENDINGS.split_last().unwrap_or((&"", &[]));
        let detail =
            format!("{shown} is none of the files that have a canonical layout: {} and {last}.", others.join(", "));
        return Err(Diagnostic::error("Not a file to format", detail)
            .next("Leave it out, or rename it. JSON files are not formatted."));
    }
    Ok(files)
}

fn add_directory(dir: &Path, inside: &Path, depth: Depth, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let unreadable = |error: std::io::Error| {
        let shown = if inside.as_os_str().is_empty() { dir } else { inside };
        Diagnostic::error("Unreadable directory", format!("{}: {error}.", shown.display()))
            .next("Check that it may be read.")
    };
    let mut entries =
        fs::read_dir(dir.join(inside)).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(text) = name.to_str().filter(|name| !text_file::is_left_behind(name)) else { continue };
        let path = inside.join(text);
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            if depth == Depth::All {
                add_directory(dir, &path, depth, files)?;
            }
        } else if has_layout(text) {
            files.push(path);
        }
    }
    Ok(())
}

fn has_layout(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The text of such a file; `name` is how it is called to people.
///
/// # Errors
/// When it cannot be read or is not text.
pub fn read_format_file(path: &Path, name: &str) -> Result<Arc<str>, Diagnostic> {
    text_file::read(path).map_err(|trouble| trouble.about("Failed to read file", name))
}

/// Bytes that are to be text, as the standard input gives them.
///
/// # Errors
/// When they are not UTF-8.
pub fn format_text(bytes: Vec<u8>, name: &str) -> Result<Arc<str>, Diagnostic> {
    text_file::text(bytes).map_err(|trouble| trouble.about("Invalid character encoding", name))
}

/// Replaces the text of such a file, as a whole or not at all. Its mode stays, and a link goes on to lead to it.
///
/// # Errors
/// When the file may not be written.
pub fn write_format_file(path: &Path, name: &str, text: &str) -> Result<(), Diagnostic> {
    // A new file takes its place: that the old one may be written has to be asked for.
    let write = || {
        fs::OpenOptions::new().write(true).open(path)?;
        whole_file::write(&fs::canonicalize(path)?, text)
    };
    write().map_err(|error| {
        Diagnostic::error("Failed to write file", format!("The file {name} could not be written: {error}."))
            .next("It is as it was. Check that the file and its directory may be written, and that there is room.")
    })
}

#[cfg(test)]
mod tests;
