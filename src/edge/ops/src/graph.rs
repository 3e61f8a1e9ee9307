//! `drform graph`: the graph of the configuration and the state, without asking any provider.

use crate::storage::{Locking, Storage};
use crate::{Request, Said, TERRAFORM_VERSION, World, configuration, local_backend, variables};
use plan::{Drawing, DrawingOf};

/// The graph; `None` after an error.
pub fn graph(request: &Request, of: DrawingOf) -> (Option<Drawing>, Said) {
    let mut said = Said::default();
    let site = &request.site;
    let (inputs, _) = variables::gather(site, &request.variables, &mut said.texts);
    let configuration = configuration::read_with(site, &inputs, &mut said);
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    if said.diagnostics.has_errors() {
        return (None, said);
    }
    if site.world == World::Real
        && let Err(troubles) = local_backend::agreed(site, &configuration.tree, &inputs)
    {
        said.diagnostics.extend(troubles);
        return (None, said);
    }
    let Some(storage) = said.take(Storage::open(site, Locking::Free, "graph")) else { return (None, said) };
    // Programs read this: warnings would only upset them.
    match plan::drawing(&configuration.tree, storage.state(), of) {
        Ok(drawing) => (Some(drawing), Said::default()),
        Err(troubles) => {
            said.diagnostics.extend(troubles);
            (None, said)
        }
    }
}
