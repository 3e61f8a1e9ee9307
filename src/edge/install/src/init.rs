//! `init`: modules and providers are put where operations find them, and the lock file is written.

mod modules;
mod providers;

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

/// What is to be prepared.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The configuration.
    pub tree: &'a ModuleTree,
    /// Providers of the objects in the state; where it is not known, what is locked stays locked.
    pub state: Option<&'a BTreeSet<Provider>>,
    /// Whether to look for newer versions.
    pub upgrade: Upgrade,
}

/// Prepares a directory without knowing its state: [`prepare`]. The lines are for the user.
pub fn init(place: &Place, tree: &ModuleTree, upgrade: Upgrade) -> (Vec<String>, Diagnostics) {
    prepare(place, Wanted { tree, state: None, upgrade })
}

/// Installs providers, records local modules, writes the lock file. Where nothing changes, nothing is written.
pub fn prepare(place: &Place, wanted: Wanted<'_>) -> (Vec<String>, Diagnostics) {
    let mut lines = Vec::new();
    let mut diagnostics = modules::record(place, wanted, &mut lines);
    let (config, troubles) = cli_config::read(&place.settings);
    diagnostics.extend(troubles);
    diagnostics.extend(overrides_in_effect(place));
    if diagnostics.has_errors() {
        return (lines, diagnostics);
    }
    diagnostics.extend(providers::install(place, &config, wanted, &mut lines));
    (lines, diagnostics)
}

#[cfg(test)]
mod tests;
