//! `init -from-module`: a module from elsewhere becomes the content of an empty directory.

use crate::fetch::{self, Fetcher};
use crate::registry::Registries;
use crate::source::{self, Source};
use crate::{Constraints, Place, cli_config, masked, whole_file};
use diag::{Diagnostic, Diagnostics};
use std::fs;
use std::path::{Path, PathBuf};

/// Copies a module into the site's directory, which must be empty. The calls of a copied module lead where they led
/// before only if the package is copied whole, which it is not: `init` says afterwards what is missing.
pub fn copy_module(place: &Place, source: &str, say: &mut dyn FnMut(&str)) -> Diagnostics {
    match copy(place, source, say) {
        Ok(()) => Diagnostics::new(),
        Err(trouble) => trouble.into(),
    }
}

fn copy(place: &Place, source: &str, say: &mut dyn FnMut(&str)) -> Result<(), Diagnostic> {
    let here = |error: std::io::Error| {
        Diagnostic::error("The module was not copied", format!("{}: {error}.", place.dir.display()))
            .next("Check that the directory may be written to.")
    };
    let mut entries = fs::read_dir(&place.dir).map_err(here)?;
    if entries.next().is_some() {
        return Err(Diagnostic::error(
            "Can't populate non-empty directory",
            "The working directory already contains files; -from-module copies a module into an empty one.",
        )
        .next("Use an empty directory, or leave out -from-module to prepare the configuration that is here."));
    }
    let shown = masked::address(source);
    say(&format!("Copying configuration from {shown:?}..."));
    let failed = |why: String, next: String| Diagnostic::error("Failed to download module", why).next(next);
    let parsed = source::parse(source).map_err(|error| failed(error.why, error.next))?;
    // Prepared beside the place where it goes, so that the last step is a rename of each entry.
    let above = fs::canonicalize(&place.dir).map_err(here)?;
    let staged = tempfile::Builder::new().prefix(".drform-").tempdir_in(&above).map_err(here)?;
    let package = staged.path().join("package");
    let module = match parsed {
        Source::Local(path) => place.dir.join(path),
        Source::Package(from) => {
            fetcher(place).fetch(&from.address, &package, None).map_err(|failure| failed(failure.why, failure.next))?;
            subdirectory(&package, &from.subdirectory)?
        }
        Source::Registry(module) => {
            let (config, _) = cli_config::read(&place.settings);
            let fetcher = fetcher(place);
            let registries = Registries::new(&fetcher, &config);
            let failed = |failure: fetch::Failure| failed(failure.why, failure.next);
            let versions = registries.versions(&module).map_err(failed)?;
            let any = Constraints::default();
            let Some(version) = versions.iter().find(|version| any.allow(version)) else {
                let why = format!("{} has prereleases only.", module.address());
                return Err(Diagnostic::error("Failed to download module", why).next("Name a package by its address."));
            };
            let location = registries.location(&module, version).map_err(failed)?;
            let from = fetch::package(&location).map_err(failed)?;
            let bearer = registries.bearer(&module.host).map_err(failed)?;
            fetcher.fetch(&from.address, &package, bearer.as_ref()).map_err(failed)?;
            let inside = [from.subdirectory, module.subdirectory].join("/");
            subdirectory(&package, &inside)?
        }
    };
    if !module.is_dir() {
        let why = format!("{} is no directory.", module.display());
        return Err(Diagnostic::error("Failed to download module", why).next("Check the source."));
    }
    let staged_copy = staged.path().join("copy");
    copy_files(&module, &staged_copy).map_err(here)?;
    for entry in fs::read_dir(&staged_copy).map_err(here)? {
        let entry = entry.map_err(here)?;
        fs::rename(entry.path(), above.join(entry.file_name())).map_err(here)?;
    }
    Ok(())
}

fn fetcher(place: &Place) -> Fetcher {
    Fetcher::new(&place.settings)
}

fn subdirectory(package: &Path, wanted: &str) -> Result<PathBuf, Diagnostic> {
    let inside = fetch::subdirectory(package, wanted)
        .map_err(|failure| Diagnostic::error("Unreadable module subdirectory", failure.why).next(failure.next))?;
    Ok(package.join(inside))
}

/// Everything but what belongs to the place where it was: repositories and what `init` made.
fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let left = name.to_str().is_some_and(|name| [".git", ".hg", ".terraform", ".drform"].contains(&name));
        if !left {
            whole_file::copy_tree(&entry.path(), &to.join(name))?;
        }
    }
    Ok(())
}
