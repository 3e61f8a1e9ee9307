//! `drform init` and `drform get`: modules, providers, lock file.

use crate::providers::place;
use crate::{
    BackendOptions, Said, Site, TERRAFORM_VERSION, Talk, VariableArguments, configuration, migrate, variables,
};
pub use install::Upgrade;
use install::{Purpose, Wanted};
use std::path::Path;

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

/// Prepares a site. Variables count where modules or the backend depend on them; the modules of the runs of test files in
/// `tests` are fetched too.
pub fn init(
    site: &Site,
    (variables, tests): (&VariableArguments, &Path),
    (upgrade, modules): (Upgrade, Modules),
    backend: &BackendOptions,
    talk: &mut Talk<'_>,
) -> Said {
    let mut said = Said::default();
    if configuration::is_empty(site) {
        (talk.say)("drform initialized in an empty directory!");
        (talk.say)(EMPTY);
        return said;
    }
    let configuration = match modules {
        Modules::Fetch => {
            configuration::install(site, (variables, tests), (upgrade, Purpose::Init), talk.say, &mut said)
        }
        Modules::Keep => {
            let (inputs, _) = variables::gather(site, variables, &mut said.texts);
            let configuration = configuration::read_with(site, &inputs, &mut said);
            let configuration = configuration::with_tests(site, &inputs, tests, configuration, &mut said);
            said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
            configuration
        }
    };
    if said.diagnostics.has_errors() {
        return said;
    }
    let (inputs, _) = variables::gather(site, variables, &mut said.texts);
    migrate::backend(site, &configuration, &inputs, backend, talk, &mut said);
    if said.diagnostics.has_errors() {
        return said;
    }
    let wanted = Wanted { tree: &configuration.tree, state: None, upgrade };
    let (lines, diagnostics) = install::prepare(&place(site), wanted);
    lines.iter().for_each(|line| (talk.say)(line));
    said.diagnostics.extend(diagnostics);
    said
}

/// Installs modules, those of the test files in `tests` too, and nothing else.
pub fn get(
    site: &Site,
    (variables, tests): (&VariableArguments, &Path),
    upgrade: Upgrade,
    say: &mut dyn FnMut(&str),
) -> Said {
    let mut said = Said::default();
    if !configuration::is_empty(site) {
        configuration::install(site, (variables, tests), (upgrade, Purpose::Get), say, &mut said);
    }
    said
}

/// Copies a module from elsewhere into the site's empty directory, as a beginning.
pub fn from_module(site: &Site, source: &str, say: &mut dyn FnMut(&str)) -> Said {
    let diagnostics = install::copy_module(&place(site), source, say);
    Said { diagnostics, ..Said::default() }
}
