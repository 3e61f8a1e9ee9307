//! `.terraform/modules/modules.json`: which module was installed where, in Terraform's format.

use crate::source::{self, Source};
use addrs::ModulePath;
use diag::Diagnostic;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The installed modules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModuleManifest {
    #[serde(rename = "Modules")]
    pub(crate) modules: Vec<InstalledModule>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InstalledModule {
    /// Names of the calls from the root, with dots; empty for the root.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// Where it came from.
    #[serde(rename = "Source", default)]
    pub(crate) source: String,
    /// Its version, for modules of a registry.
    #[serde(rename = "Version", default, skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
    /// Its directory, relative to the root module.
    #[serde(rename = "Dir")]
    pub(crate) dir: String,
}

impl ModuleManifest {
    /// The entry of a module.
    pub(crate) fn entry(&self, module: &ModulePath) -> Option<&InstalledModule> {
        let key = key(module);
        self.modules.iter().find(|entry| entry.key == key)
    }
}

/// A module's path as keys of the manifest write it.
pub(crate) fn key(module: &ModulePath) -> String {
    module.0.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(".")
}

/// Where the manifest is.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("modules").join("modules.json")
}

/// Reads it; one that does not exist is empty.
pub(crate) fn read(data_dir: &Path) -> Result<ModuleManifest, Diagnostic> {
    let path = path(data_dir);
    let wrong = |detail: String| {
        Diagnostic::error("Unreadable module manifest", detail).next("Remove it and run drform init: it is made anew.")
    };
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| wrong(format!("{}: {error}.", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(ModuleManifest::default()),
        Err(error) => Err(wrong(format!("{}: {error}.", path.display()))),
    }
}

/// Its text, byte for byte as Terraform writes it.
pub(crate) fn text(manifest: &ModuleManifest) -> String {
    // Strings and lists only: there is nothing in it that could fail.
    let text = serde_json::to_string(manifest).unwrap_or_default();
    // Go escapes these; they stand in strings only.
    text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// True when a source means what the manifest recorded: Terraform and drform record the long form, others may not.
pub(crate) fn same_source(recorded: &str, source: &Source) -> bool {
    recorded == source.to_string() || source::parse(recorded).as_ref() == Ok(source)
}

#[cfg(test)]
mod tests;
