//! `drform modules`: what the configuration calls.

use crate::{Said, Site, configuration};
use install::CalledModule;

/// The modules of a site, each before those that it calls itself.
pub fn modules(site: &Site) -> (Vec<CalledModule>, Said) {
    let mut said = Said::default();
    let configuration = configuration::read_if_any(site, &mut said);
    (install::called_modules(&site.data_dir(), &configuration.tree), said)
}
