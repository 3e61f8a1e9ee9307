//! `drform validate`: configuration and schemas, no state, no cloud.

use crate::providers::Providers;
use crate::{Said, Site, configuration};
use state::State;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Checks the configuration of a site.
pub fn validate(site: &Site) -> Said {
    let mut said = Said::default();
    let configuration = configuration::read(site, &mut said);
    let (graph, diagnostics) = eval::expression_graph(&configuration.tree);
    said.diagnostics.extend(diagnostics);
    if said.diagnostics.has_errors() {
        return said;
    }
    let Some(runtime) = said.take(Runtime::new().map_err(|e| diag::Diagnostic::error("Cannot start threads", e.to_string()))) else {
        return said;
    };
    let started = Providers::start(site, &configuration.tree, &State::default(), &mut said);
    let Some(providers) = runtime.block_on(started) else {
        return said;
    };
    let settings = eval::Settings {
        phase: eval::Phase::Validate,
        workspace: "default".into(),
        cwd: configuration::working_directory(&site.dir).into(),
        files: Arc::new(install::ModuleFiles::new(&site.dir)),
        plan_timestamp: None,
    };
    let tree = &configuration.tree;
    said.diagnostics.extend(eval::validate_module_tree(tree, &graph, providers.schemas(), settings));
    runtime.block_on(providers.stop());
    said
}
