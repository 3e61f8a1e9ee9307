//! Files of the root directory that are not modules: variable definitions and `*.dr.hcl`.

use crate::module_sources::joined;
use crate::text_file;
use diag::Diagnostic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name and text of each `*.dr.hcl` file of a directory, sorted by name.
///
/// # Errors
/// When the directory or one of the files cannot be read.
#[allow(clippy::type_complexity, reason = "name and text, said in the line above")]
pub fn dr_files(dir: &Path) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
    let names = names(dir, |name| name.ends_with(".dr.hcl"))?;
    names
        .into_iter()
        .map(|name| match text_file::read(&dir.join(&name)) {
            Ok(text) => Ok((Arc::from(name), text)),
            Err(trouble) => Err(trouble.about("Failed to read disaster recovery file", &name)),
        })
        .collect()
}

/// Name and text of each test file of a directory and of its test directory, sorted by name. Names are relative to the
/// directory.
///
/// # Errors
/// When a directory or one of the files cannot be read. A test directory that is not there holds no files.
#[allow(clippy::type_complexity, reason = "name and text, said in the line above")]
pub fn test_files(dir: &Path, test_directory: &Path) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
    let mut found: Vec<String> = names(dir, config::is_test_file)?;
    if dir.join(test_directory).is_dir() && test_directory != Path::new(".") {
        let nested = names(&dir.join(test_directory), config::is_test_file)?;
        found.extend(nested.into_iter().map(|name| test_directory.join(name).display().to_string()));
    }
    let read = |name: String| match text_file::read(&dir.join(&name)) {
        Ok(text) => Ok((Arc::from(name), text)),
        Err(trouble) => Err(trouble.about("Failed to read test file", &name)),
    };
    found.into_iter().map(read).collect()
}

/// Name and text of each file of mock data in a directory, sorted by name; `shown` is what the directory is called.
///
/// # Errors
/// When the directory or one of the files cannot be read.
#[allow(clippy::type_complexity, reason = "name and text, said in the line above")]
pub fn mock_files(dir: &Path, shown: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
    let entries = text_file::list(dir).map_err(|_| {
        let detail = format!("Mock data directory {shown} does not exist or cannot be read.");
        Diagnostic::error("Failed to read mock data directory", detail)
            .next("Check the path; it is relative to the root module's directory.")
    })?;
    let read = |name: String| {
        let shown = joined(".", &format!("{shown}/{name}"));
        match text_file::read(&dir.join(&name)) {
            Ok(text) => Ok((Arc::from(shown), text)),
            Err(trouble) => Err(trouble.about("Failed to read mock data", &shown)),
        }
    };
    entries.into_iter().filter(|name| config::is_mock_file(name)).map(read).collect()
}

/// The variable definitions files that are read without being asked for, in the order in which they are read:
/// `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and `*.auto.tfvars.json` by name.
///
/// # Errors
/// When the directory cannot be read.
pub fn variable_files(dir: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"];
    let automatic = |name: &str| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    let mut files: Vec<PathBuf> = fixed.iter().map(|name| dir.join(name)).filter(|path| path.is_file()).collect();
    files.extend(names(dir, automatic)?.into_iter().map(|name| dir.join(name)));
    Ok(files)
}

/// The text of a variable definitions file.
///
/// # Errors
/// When it cannot be read or is not text.
pub fn variable_file(path: &Path) -> Result<Arc<str>, Diagnostic> {
    text_file::read(path).map_err(|trouble| {
        let (summary, name) = ("Failed to read variables file", path.display());
        if trouble.is_absence() {
            return Diagnostic::error(summary, format!("Given variables file {name} does not exist."))
                .next("Check the name after -var-file; it is relative to the root module's directory.");
        }
        trouble.about(summary, &name.to_string())
    })
}

/// The text of a file of addresses (`-target-file`).
///
/// # Errors
/// When it cannot be read or is not text.
pub fn target_file(path: &Path) -> Result<Arc<str>, Diagnostic> {
    let about =
        |trouble: text_file::Trouble| trouble.about("Failed to read file of addresses", &path.display().to_string());
    text_file::read(path).map_err(about)
}

/// Names of the files of a directory that are wanted, sorted, without those that editors leave behind.
fn names(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, Diagnostic> {
    let entries = text_file::list(dir).map_err(|error| {
        Diagnostic::error("Unreadable directory", format!("{}: {error}.", dir.display()))
            .next("Change to the directory of the root module, or name it with -chdir.")
    })?;
    Ok(entries.into_iter().filter(|name| wanted(name)).collect())
}

#[cfg(test)]
mod tests;
