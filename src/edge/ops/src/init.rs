//! `drform init`: modules, providers, lock file.

use crate::providers::place;
use crate::{Said, Site, TERRAFORM_VERSION, configuration};
pub use install::Upgrade;

const EMPTY: &str =
    "\nThe directory has no configuration files (.tf). Write a first main.tf, then run drform init again.";

/// Prepares a site; the lines say what was found.
pub fn init(site: &Site, upgrade: Upgrade) -> (Vec<String>, Said) {
    let mut said = Said::default();
    if configuration::is_empty(site) {
        return (vec!["drform initialized in an empty directory!".into(), EMPTY.into()], said);
    }
    let configuration = configuration::read(site, &mut said);
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    if said.diagnostics.has_errors() {
        return (Vec::new(), said);
    }
    let (lines, diagnostics) = install::init(&place(site), &configuration.tree, upgrade);
    said.diagnostics.extend(diagnostics);
    (lines, said)
}
