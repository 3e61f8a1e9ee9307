//! The configuration files of a directory: which are read, which override, which hide others.

use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Extension of a file, and what it is.
const EXTENSIONS: [(&str, Kind); 4] = [
    (".tf", Kind { json: false, tofu: false }),
    (".tf.json", Kind { json: true, tofu: false }),
    (".tofu", Kind { json: false, tofu: true }),
    (".tofu.json", Kind { json: true, tofu: true }),
];

/// What the name of a configuration file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    /// In the JSON form of the language.
    json: bool,
    /// For OpenTofu, and in place of the file of the same name for Terraform.
    tofu: bool,
}

/// A file that is read.
pub(crate) struct File {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) json: bool,
    /// Its blocks change those of other files: see [`crate::merge`].
    pub(crate) overrides: bool,
}

/// True for the name of a file that holds configuration: `.tf`, `.tf.json`, `.tofu` and `.tofu.json`.
pub fn is_configuration_file(name: &str) -> bool {
    split(name).is_some()
}

/// Name without extension, and the extension.
fn split(name: &str) -> Option<(&str, Kind)> {
    EXTENSIONS.iter().find_map(|(extension, kind)| Some((name.strip_suffix(extension)?, *kind)))
}

/// The files that are read, by name. One `.tofu` file hides the `.tf` file of the same name, and `.tofu.json` hides
/// `.tf.json`, as in OpenTofu; Terraform reads the hidden one instead, so this is told.
pub(crate) fn read_in_order(files: Vec<(Arc<str>, Arc<str>)>, diagnostics: &mut Diagnostics) -> Vec<File> {
    let mut found: BTreeMap<Arc<str>, Arc<str>> = files.into_iter().collect();
    let names: Vec<Arc<str>> = found.keys().cloned().collect();
    for name in &names {
        let Some((stem, Kind { json, tofu: false })) = split(name) else { continue };
        let other = format!("{stem}.tofu{}", if json { ".json" } else { "" });
        if found.contains_key(other.as_str()) {
            found.remove(name);
            let detail = format!("{other} is read in place of {name}, which is ignored. Terraform does the opposite.");
            diagnostics.push(
                Diagnostic::warning("File hidden by a .tofu file", detail)
                    .next("Where both tools must agree, keep one of the two files."),
            );
        }
    }
    let read = |(name, text): (Arc<str>, Arc<str>)| {
        let (stem, kind) = split(&name)?;
        let stem = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
        let overrides = stem == "override" || stem.ends_with("_override");
        Some(File { json: kind.json, overrides, name, text })
    };
    found.into_iter().filter_map(read).collect()
}
