//! `drform init` and `drform get`: modules, providers, lock file.

use crate::providers::place;
use crate::{Said, Site, TERRAFORM_VERSION, configuration};
pub use install::Upgrade;
use install::{Purpose, Wanted};

const EMPTY: &str =
    "\nThe directory has no configuration files (.tf). Write a first main.tf, then run drform init again.";

/// Whether modules are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modules {
    /// As far as they are missing.
    Fetch,
    /// Those that are there must do (`-get=false`).
    Keep,
}

/// Prepares a site; `say` hears lines for the user while things happen.
pub fn init(site: &Site, upgrade: Upgrade, modules: Modules, say: &mut dyn FnMut(&str)) -> Said {
    let mut said = Said::default();
    if configuration::is_empty(site) {
        say("drform initialized in an empty directory!");
        say(EMPTY);
        return said;
    }
    let configuration = match modules {
        Modules::Fetch => configuration::install(site, upgrade, Purpose::Init, say, &mut said),
        Modules::Keep => configuration::read(site, &mut said),
    };
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    if said.diagnostics.has_errors() {
        return said;
    }
    let wanted = Wanted { tree: &configuration.tree, state: None, upgrade };
    let (lines, diagnostics) = install::prepare(&place(site), wanted);
    lines.iter().for_each(|line| say(line));
    said.diagnostics.extend(diagnostics);
    said
}

/// Installs modules and nothing else.
pub fn get(site: &Site, upgrade: Upgrade, say: &mut dyn FnMut(&str)) -> Said {
    let mut said = Said::default();
    if !configuration::is_empty(site) {
        let configuration = configuration::install(site, upgrade, Purpose::Get, say, &mut said);
        said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    }
    said
}

/// Copies a module from elsewhere into the site's empty directory, as a beginning.
pub fn from_module(site: &Site, source: &str, say: &mut dyn FnMut(&str)) -> Said {
    let diagnostics = install::copy_module(&place(site), source, say);
    Said { diagnostics, ..Said::default() }
}
