//! `init`: modules and providers are put where operations find them, and the lock file is written.

mod from_module;
mod modules;
mod providers;

pub use from_module::copy_module;
pub use modules::{CalledModule, Loaded, Purpose, called_modules, check_module_versions, install_modules};

use crate::find::overrides_in_effect;
use crate::{Place, cli_config};
use addrs::Provider;
use config::ModuleTree;
use diag::Diagnostics;
use std::collections::BTreeSet;

/// Whether to look for newer versions than those of the lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// Take the newest that the constraints allow.
    Yes,
    /// Keep what is locked.
    No,
}

/// What providers are for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The configuration.
    pub tree: &'a ModuleTree,
    /// Providers of the objects in the state; where it is not known, what is locked stays locked.
    pub state: Option<&'a BTreeSet<Provider>>,
    /// Whether to look for newer versions.
    pub upgrade: Upgrade,
}

/// Installs providers and writes the lock file. Where nothing changes, nothing is written. The lines are for the user.
pub fn prepare(place: &Place, wanted: Wanted<'_>) -> (Vec<String>, Diagnostics) {
    let mut lines = Vec::new();
    let (config, mut diagnostics) = cli_config::read(&place.settings);
    diagnostics.extend(overrides_in_effect(place));
    if diagnostics.has_errors() {
        return (lines, diagnostics);
    }
    diagnostics.extend(providers::install(place, &config, wanted, &mut lines));
    (lines, diagnostics)
}

#[cfg(test)]
mod tests;
