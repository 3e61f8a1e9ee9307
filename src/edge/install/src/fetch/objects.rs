//! Packages that are many objects of a store.

use super::Failure;
use crate::unpack;
use std::fs::{self, File};
use std::path::Path;

/// Writes objects below a directory, by their names without the prefix.
pub(super) fn save_all(
    names: &[String],
    prefix: &str,
    to: &Path,
    mut save: impl FnMut(&str, &File) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let here = |error| Failure::here("An object was not saved", &error);
    fs::create_dir(to).map_err(here)?;
    let mut found = false;
    for name in names.iter().filter(|name| !name.ends_with('/')) {
        let Some(place) = name.strip_prefix(prefix).and_then(unpack::inside) else {
            return Err(Failure::new(
                format!("The object {name:?} has a name that leads out of the package."),
                "Rename it.",
            ));
        };
        let place = to.join(place);
        fs::create_dir_all(place.parent().unwrap_or(to)).map_err(here)?;
        save(name, &File::create(&place).map_err(here)?)?;
        found = true;
    }
    if found {
        return Ok(());
    }
    let why = format!("There is no object whose name begins with {prefix:?}.");
    Err(Failure::new(why, "Check bucket and path; for an archive whose name does not tell its kind add ?archive=zip."))
}
