//! `provider_config`: every provider configuration of every module, flat, and which of them a resource uses in the end.

use super::configuration::{Written, compact};
use super::expressions::expressions;
use super::values::{member, text};
use addrs::{ModulePath, Provider};
use config::Module;
use configschema::Block;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::json::Node;

/// Provider configurations by their keys.
pub(crate) struct ProviderConfigs(BTreeMap<String, Entry>);

struct Entry {
    name: Arc<str>,
    provider: Provider,
    alias: Option<Arc<str>>,
    module: ModulePath,
    version: Option<String>,
    expressions: Option<Node>,
    /// Where the configuration comes from: another key.
    parent: Option<String>,
}

/// The key of a name in a module.
pub(crate) fn key(name: &str, module: &ModulePath) -> String {
    if module.is_root() { name.to_string() } else { format!("{module}:{name}") }
}

impl ProviderConfigs {
    pub(crate) fn new(written: &Written<'_>) -> ProviderConfigs {
        let mut all = ProviderConfigs(BTreeMap::new());
        // Modules come after those that call them.
        for (path, module) in &written.tree.modules {
            all.passed(written, path, module);
            all.declared(written, path, module);
        }
        all
    }

    /// The key of the configuration that this one comes from, or the key itself.
    pub(crate) fn source(&self, key: String) -> String {
        let parent = self.0.get(&key).and_then(|entry| entry.parent.clone());
        parent.filter(|parent| self.0.contains_key(parent)).unwrap_or(key)
    }

    /// Those that come from nowhere else.
    pub(crate) fn node(&self) -> Node {
        let own = self.0.iter().filter(|(_, entry)| entry.parent.is_none());
        Node::Object(own.map(|(key, entry)| (key.as_str().into(), entry.node())).collect())
    }

    /// What the caller passes by name.
    fn passed(&mut self, written: &Written<'_>, path: &ModulePath, module: &Module) {
        let (Some((caller, _)), Some(call)) = (path.parent(), written.tree.call_of(path)) else { return };
        for (inner, passed) in &call.providers {
            let provider = module.provider_for(&inner.0);
            let parent = self.find(key(&compact(&passed.name), &caller), &provider);
            let entry = Entry { parent, ..Entry::new(compact(inner).into(), provider, path) };
            self.0.insert(key(&compact(inner), path), entry);
        }
    }

    fn declared(&mut self, written: &Written<'_>, path: &ModulePath, module: &Module) {
        let version = |provider: &Provider| {
            let required = module.required_providers.values().find(|required| required.source == *provider)?;
            required.version.as_ref().map(|version| (written.constraint)(version))
        };
        for (name, block) in &module.provider_configs {
            let nothing = Block::default();
            let schema = written.schemas.get(&block.provider).map_or(&nothing, |schemas| &schemas.provider);
            let entry = Entry {
                alias: block.alias.clone(),
                version: version(&block.provider),
                expressions: Some(expressions(written.texts, &block.body, schema)),
                ..Entry::new(block.local_name.clone(), block.provider.clone(), path)
            };
            self.0.insert(key(&compact(name), path), entry);
        }
        for (name, required) in &module.required_providers {
            for alias in &required.aliases {
                let named = key(&format!("{name}.{alias}"), path);
                let entry = || Entry {
                    version: version(&required.source),
                    ..Entry::new(name.clone(), required.source.clone(), path)
                };
                self.0.entry(named).or_insert_with(entry);
            }
            self.add(name, &required.source, version(&required.source), path);
        }
        let used: BTreeSet<&Provider> = module.resources.values().map(|block| &block.provider).collect();
        for provider in used {
            self.add(&provider.kind, provider, version(provider), path);
        }
    }

    /// A configuration that is not written here: that of the calling module, or an empty one.
    fn add(&mut self, name: &Arc<str>, provider: &Provider, version: Option<String>, path: &ModulePath) {
        let own = key(name, path);
        if self.0.contains_key(&own) {
            return;
        }
        let parent = path.parent().and_then(|(caller, _)| self.find(key(name, &caller), provider));
        self.0.insert(own, Entry { version, parent, ..Entry::new(name.clone(), provider.clone(), path) });
    }

    /// The first configuration of a chain that begins at a key; `None` where there is none of this provider.
    fn find(&self, start: String, provider: &Provider) -> Option<String> {
        let mut found = None;
        let mut at = Some(start);
        while let Some(key) = at
            && let Some(entry) = self.0.get(&key)
            && entry.provider == *provider
        {
            at = entry.parent.clone();
            found = Some(key);
        }
        found
    }
}

impl Entry {
    fn new(name: Arc<str>, provider: Provider, module: &ModulePath) -> Entry {
        let module = module.clone();
        Entry { name, provider, alias: None, module, version: None, expressions: None, parent: None }
    }

    fn node(&self) -> Node {
        let mut members = vec![text("name", self.name.clone()), text("full_name", self.provider.to_string())];
        members.extend(self.alias.as_ref().map(|alias| text("alias", alias.clone())));
        members.extend(self.version.as_ref().map(|version| text("version_constraint", version.as_str())));
        if !self.module.is_root() {
            members.push(text("module_address", self.module.to_string()));
        }
        let written = self.expressions.as_ref().filter(|all| all.as_object().is_some_and(|all| !all.is_empty()));
        members.extend(written.map(|written| member("expressions", written.clone())));
        Node::Object(members)
    }
}
