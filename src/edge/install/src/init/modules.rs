//! The module manifest.

use super::{Upgrade, Wanted};
use crate::module_manifest::{self, InstalledModule, ModuleManifest};
use crate::module_sources::is_local;
use crate::{Place, whole_file};
use addrs::ModulePath;
use config::Module;
use diag::{Diagnostic, Diagnostics};

/// Records where each module is. Modules that come from elsewhere keep the entry that their download made.
pub(super) fn record(place: &Place, wanted: Wanted<'_>, lines: &mut Vec<String>) -> Diagnostics {
    let calls_modules = wanted.tree.root().is_some_and(|root| !root.module_calls.is_empty());
    if !calls_modules {
        return Diagnostics::new();
    }
    lines.push(match wanted.upgrade {
        Upgrade::Yes => "Upgrading modules...".to_string(),
        Upgrade::No => "Initializing modules...".to_string(),
    });
    // A manifest that cannot be read is made anew.
    let before = module_manifest::read(&place.data_dir).unwrap_or_default();
    let entries = wanted.tree.modules.values().map(|module| entry(wanted, module, &before));
    let mut now = ModuleManifest { modules: entries.collect() };
    now.modules.sort_by(|a, b| a.key.cmp(&b.key));
    for module in &now.modules {
        let known = before.modules.contains(module) && wanted.upgrade == Upgrade::No;
        if !module.key.is_empty() && !known {
            lines.push(format!("- {} in {}", module.key, module.dir));
        }
    }
    if now == before {
        return Diagnostics::new();
    }
    let path = module_manifest::path(&place.data_dir);
    match whole_file::write(&path, &module_manifest::text(&now)) {
        Ok(()) => Diagnostics::new(),
        Err(error) => Diagnostic::error("Failed to write module manifest", format!("{}: {error}.", path.display()))
            .next("Check that the directory may be written to.")
            .into(),
    }
}

fn entry(wanted: Wanted<'_>, module: &Module, before: &ModuleManifest) -> InstalledModule {
    let source = source_of(wanted, &module.path);
    if !is_local(&source)
        && !module.path.is_root()
        && let Some(installed) = before.entry(&module.path)
    {
        return installed.clone();
    }
    InstalledModule {
        key: module_manifest::key(&module.path),
        source: if module.path.is_root() { String::new() } else { module_manifest::long_form(&source) },
        version: String::new(),
        dir: module.dir.to_string(),
    }
}

fn source_of(wanted: Wanted<'_>, path: &ModulePath) -> String {
    wanted.tree.call_of(path).map_or_else(String::new, |call| call.source.to_string())
}
