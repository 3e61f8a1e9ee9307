//! Providers of a test file in place of those of the module under test.

use super::literal;
use super::variables::{Pool, Stands};
use addrs::{InstanceKey, ModulePath, ProviderConfig};
use config::{MockProvider, Module, ModuleTree, ProviderBlock, ProviderName, TestFile, TestProvider, TestRun};
use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};
use syntax::{Attribute, Block, Body};

/// Provider configurations that are mocked, and what answers for them.
pub(super) type Mocked = BTreeMap<ProviderConfig, MockProvider>;

/// Puts the providers of a test file into a module: those that the run names, else those that the module uses. Their
/// arguments become values, because they see the test file's names and not the module's.
pub(super) fn put(tree: &mut ModuleTree, file: &TestFile, run: &TestRun, pool: &Pool<'_>) -> (Mocked, Diagnostics) {
    let mut mocked = Mocked::new();
    let mut troubles = Diagnostics::new();
    let Some(root) = tree.modules.get_mut(&ModulePath::ROOT) else { return (mocked, troubles) };
    let mut chosen: Vec<(ProviderName, &TestProvider)> = Vec::new();
    if run.providers.is_empty() {
        let used = used(root);
        chosen.extend(file.providers.iter().filter(|(name, _)| used.contains(name)).map(|(n, p)| (n.clone(), p)));
    }
    for (name, passed) in &run.providers {
        match file.providers.get(&passed.name) {
            Some(provider) => chosen.push((name.clone(), provider)),
            None => {
                let summary = format!("Missing provider definition for {}", shown(&passed.name));
                let detail = "This provider block references a provider definition that does not exist.";
                let trouble = Diagnostic::error(summary, detail).at(passed.range.clone());
                troubles.push(trouble.next("Write a provider or mock_provider block of that name in the test file."));
            }
        }
    }
    for (name, provider) in chosen {
        let source = root.provider_for(&name.0);
        if let Some(mock) = &provider.mock {
            let config = ProviderConfig {
                module: ModulePath::ROOT,
                provider: source,
                alias: name.1.clone(),
                key: InstanceKey::None,
            };
            // Nothing of it is configured.
            root.provider_configs.remove(&name);
            mocked.insert(config, mock.clone());
            continue;
        }
        let (body, found) = settled(&provider.body, pool);
        troubles.extend(found);
        let block = ProviderBlock {
            local_name: name.0.clone(),
            alias: name.1.clone(),
            provider: source,
            for_each: None,
            body,
            range: provider.range.clone(),
        };
        root.provider_configs.insert(name, block);
    }
    troubles.extend(missing(tree, &mocked));
    (mocked, troubles)
}

/// Configurations that the root module asks its caller for, and that the test does not have.
fn missing(tree: &ModuleTree, mocked: &Mocked) -> Diagnostics {
    let resources = tree.modules.values().flat_map(|module| module.resources.values());
    let is_missing = |config: &ProviderConfig| {
        config.module.is_root()
            && config.alias.is_some()
            && tree.provider_block(config).is_none()
            && !mocked.contains_key(config)
    };
    let missing = resources.filter(|resource| is_missing(&resource.provider_config));
    missing
        .map(|resource| {
            let detail = format!("There is no provider configuration {} in the test.", shown(&resource.provider_name));
            Diagnostic::error("Provider configuration not present", detail)
                .at(resource.range.clone())
                .next("Write a provider or mock_provider block for it, and name it in the providers of the run.")
        })
        .collect()
}

/// The provider configurations that a root module names.
fn used(root: &Module) -> BTreeSet<ProviderName> {
    let mut used = BTreeSet::new();
    for (name, required) in &root.required_providers {
        used.insert((name.clone(), None));
        used.extend(required.aliases.iter().map(|alias| (name.clone(), Some(alias.clone()))));
    }
    used.extend(root.provider_configs.keys().cloned());
    used.extend(root.resources.values().map(|resource| resource.provider_name.clone()));
    let passed = root.module_calls.values().flat_map(|call| call.providers.values());
    used.extend(passed.map(|passed| passed.name.clone()));
    used
}

/// The body with values in place of what refers to something.
fn settled(body: &Body, pool: &Pool<'_>) -> (Body, Diagnostics) {
    let mut troubles = Diagnostics::new();
    let mut attribute = |attribute: &Attribute| {
        if eval::references(&attribute.expr).0.is_empty() {
            return attribute.clone();
        }
        let (value, found) = pool.value(&attribute.expr, Stands::Provider);
        let failed = found.has_errors();
        troubles.extend(found);
        let expr = if failed { attribute.expr.clone() } else { literal::expression(&value, &attribute.expr) };
        Attribute { expr, ..attribute.clone() }
    };
    let attributes = body.attributes.iter().map(&mut attribute).collect();
    let undecided = body.undecided.iter();
    let more: Vec<Attribute> = undecided.map(|property| attribute(property.as_argument())).collect();
    let mut settled_body = Body { attributes, undecided: Vec::new(), blocks: Vec::new(), ..body.clone() };
    settled_body.attributes.extend(more);
    for block in &body.blocks {
        let (inner, found) = settled(&block.body, pool);
        troubles.extend(found);
        let mut block: Block = block.clone();
        block.body = inner;
        settled_body.blocks.push(block);
    }
    (settled_body, troubles)
}

/// `name` or `name.alias`.
pub(super) fn shown(name: &ProviderName) -> String {
    match &name.1 {
        Some(alias) => format!("{}.{alias}", name.0),
        None => name.0.to_string(),
    }
}
