//! `drform validate`: configuration and schemas, no state, no cloud.

use crate::providers::{Extent, Providers};
use crate::{Said, Site, TERRAFORM_VERSION, configuration, functions, session};
use state::State;
use tokio::runtime::Runtime;

/// Checks the configuration of a site.
pub fn validate(site: &Site) -> Said {
    let mut said = Said::default();
    let configuration = configuration::read_if_any(site, &mut said);
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    let (graph, diagnostics) = eval::expression_graph(&configuration.tree);
    said.diagnostics.extend(diagnostics);
    if said.diagnostics.has_errors() {
        return said;
    }
    let Some(runtime) =
        said.take(Runtime::new().map_err(|e| diag::Diagnostic::error("Cannot start threads", e.to_string())))
    else {
        return said;
    };
    let nothing = State::default();
    let started = Providers::start(site, &configuration.tree, &nothing, Extent::Used, &mut said);
    let Some(providers) = runtime.block_on(started) else {
        return said;
    };
    let settings = eval::Settings { phase: eval::Phase::Validate, ..session::settings_of(site) };
    let tree = &configuration.tree;
    let mut answered = Vec::new();
    loop {
        let (diagnostics, lacking) =
            eval::validate_module_tree(tree, &graph, providers.schemas(), settings.clone(), &answered);
        if lacking.is_empty() {
            said.diagnostics.extend(diagnostics);
            break;
        }
        answered.extend(runtime.block_on(functions::answer(&providers, lacking)));
    }
    runtime.block_on(providers.stop());
    said
}
