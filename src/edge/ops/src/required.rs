//! `drform providers`: who needs which provider, and what providers declare.

use crate::providers::{Extent, Providers};
use crate::storage::{Locking, Storage};
use crate::{Said, Site, configuration};
use addrs::{ModulePath, Provider};
use config::ModuleTree;
use state::State;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A version constraint in its usual form, such as `>= 1.5.0, < 2.0.0`; what is none as it is written.
pub fn constraint_text(text: &str) -> String {
    install::Constraints::parse(text).map_or_else(|_| text.to_string(), |constraints| constraints.to_string())
}

/// The providers that a module needs, and those of the modules that it calls.
pub struct RequiredBy {
    /// Providers with the versions that are allowed, as text that may be empty; by address.
    pub providers: Vec<(Provider, String)>,
    /// Called modules by name.
    pub modules: Vec<(Arc<str>, RequiredBy)>,
}

/// Who needs which provider: the configuration, and the objects of the state.
pub fn required_providers(site: &Site) -> (Option<(RequiredBy, BTreeSet<Provider>)>, Said) {
    let mut said = Said::default();
    let configuration = configuration::read(site, &mut said);
    if said.diagnostics.has_errors() {
        return (None, said);
    }
    let Some(storage) = said.take(Storage::open(site, Locking::Free, "providers")) else { return (None, said) };
    let in_state = storage.state().instances.values().map(|instance| instance.provider.provider.clone()).collect();
    (Some((required_by(&configuration.tree, &ModulePath::ROOT), in_state)), said)
}

fn required_by(tree: &ModuleTree, path: &ModulePath) -> RequiredBy {
    let Some(module) = tree.module(path) else { return RequiredBy { providers: Vec::new(), modules: Vec::new() } };
    let providers = install::module_requirements(module).into_iter();
    RequiredBy {
        providers: providers.map(|(provider, versions)| (provider, versions.to_string())).collect(),
        modules: module
            .module_calls
            .keys()
            .map(|name| (name.clone(), required_by(tree, &path.child(name.clone()))))
            .collect(),
    }
}

/// What all required providers declare, as `terraform providers schema -json` prints it.
pub fn provider_schemas(site: &Site) -> (Option<String>, Said) {
    let mut said = Said::default();
    let configuration = configuration::read_if_any(site, &mut said);
    if said.diagnostics.has_errors() {
        return (None, said);
    }
    let storage = said.take(Storage::open(site, Locking::Free, "providers schema"));
    let runtime = said.take(Runtime::new().map_err(|e| diag::Diagnostic::error("Cannot start threads", e.to_string())));
    let (Some(storage), Some(runtime)) = (storage, runtime) else { return (None, said) };
    let state: Arc<State> = storage.state().clone();
    let started = Providers::start(site, &configuration.tree, &state, Extent::Required, &mut said);
    let Some(providers) = runtime.block_on(started) else { return (None, said) };
    let schemas: Vec<String> =
        providers.schemas().iter().map(|(provider, schema)| format!("\"{provider}\":{}", schema.to_json())).collect();
    runtime.block_on(providers.stop());
    let all =
        if schemas.is_empty() { String::new() } else { format!(",\"provider_schemas\":{{{}}}", schemas.join(",")) };
    (Some(format!("{{\"format_version\":\"1.0\"{all}}}")), said)
}

/// The versions of providers that the lock file chooses.
pub fn provider_selections(site: &Site) -> Vec<(Provider, String)> {
    install::selections(&site.dir).0.into_iter().collect()
}
