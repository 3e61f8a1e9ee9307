//! Which providers a configuration needs, and which versions it allows.

use crate::Constraints;
use addrs::{DEFAULT_HOST, Provider};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;

/// What all modules together ask of a provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requirement {
    pub(crate) constraints: Constraints,
    /// Entries of `required_providers`: the constraint as written, and its place.
    pub(crate) entries: Vec<(String, Range)>,
}

impl Requirement {
    /// The entry to underline.
    pub(crate) fn range(&self) -> Option<&Range> {
        let constrained = self.entries.iter().find(|(text, _)| !text.is_empty());
        constrained.or(self.entries.first()).map(|(_, range)| range)
    }
}

/// Providers that are part of drform: nothing to install.
pub(crate) fn is_built_in(provider: &Provider) -> bool {
    let ours = Provider { host: DEFAULT_HOST.into(), namespace: "drform".into(), kind: "drform".into() };
    *provider == Provider::builtin() || provider.same_as(&ours)
}

/// The providers of all modules: those of `required_providers`, and those that resources and `provider` blocks imply.
pub(crate) fn requirements(tree: &ModuleTree) -> (BTreeMap<Provider, Requirement>, Diagnostics) {
    let mut all: BTreeMap<Provider, Requirement> = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    for module in tree.modules.values() {
        for required in module.required_providers.values() {
            let requirement = entry(&mut all, &required.source);
            let text = required.version.as_deref().unwrap_or_default();
            let place = required.version_range.as_ref().unwrap_or(&required.range);
            requirement.entries.push((text.to_string(), place.clone()));
            if required.version.is_none() {
                continue;
            }
            match Constraints::parse(text) {
                Ok(constraints) => requirement.constraints.and(&constraints),
                Err(reason) => diagnostics.push(invalid(&reason, place)),
            }
        }
        let blocks = module.provider_configs.values().map(|block| &block.provider);
        for provider in blocks.chain(module.resources.values().map(|resource| &resource.provider)) {
            entry(&mut all, provider);
        }
        for import in module.undeclared_imports() {
            entry(&mut all, &module.provider_of_import(import).provider);
        }
    }
    (all, diagnostics)
}

/// The providers that one module needs itself, with the versions it allows; a constraint that is none is reported
/// elsewhere.
pub fn module_requirements(module: &config::Module) -> BTreeMap<Provider, Constraints> {
    let mut all: BTreeMap<Provider, Constraints> = BTreeMap::new();
    for required in module.required_providers.values() {
        let constraints = required.version.as_deref().and_then(|text| Constraints::parse(text).ok());
        all.entry(required.source.clone()).or_default().and(&constraints.unwrap_or_default());
    }
    let blocks = module.provider_configs.values().map(|block| &block.provider);
    for provider in blocks.chain(module.resources.values().map(|resource| &resource.provider)) {
        all.entry(provider.clone()).or_default();
    }
    for import in module.undeclared_imports() {
        all.entry(module.provider_of_import(import).provider).or_default();
    }
    all
}

/// What is asked of one provider.
pub(crate) fn requirement(tree: &ModuleTree, provider: &Provider) -> Result<Requirement, Diagnostic> {
    let (mut all, diagnostics) = requirements(tree);
    if let Some(trouble) = diagnostics.into_iter().next() {
        return Err(trouble);
    }
    let key = all.keys().find(|known| known.same_as(provider)).cloned();
    Ok(key.and_then(|key| all.remove(&key)).unwrap_or_default())
}

/// The entry of a provider; an address under either public registry is the same provider.
fn entry<'a>(all: &'a mut BTreeMap<Provider, Requirement>, provider: &Provider) -> &'a mut Requirement {
    let known = all.keys().find(|known| known.same_as(provider)).unwrap_or(provider).clone();
    all.entry(known).or_default()
}

/// A constraint that is none.
pub(crate) fn invalid(reason: &str, range: &Range) -> Diagnostic {
    let detail = format!("This string does not use correct version constraint syntax: {reason}.");
    Diagnostic::error("Invalid version constraint", detail)
        .at(range.clone())
        .next("Write constraints such as \"~> 1.2\" or \">= 1.0.0, < 2.0.0\".")
}
