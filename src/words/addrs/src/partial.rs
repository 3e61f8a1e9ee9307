//! Addresses some keys of which nobody knows yet.

use crate::{ConfigResource, InstanceKey, ModuleInstance, ModulePath, Resource, ResourceInstance};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// One resource instance, or all that may come of a resource whose keys are not known yet. Displayed as in Terraform, with
/// `[*]` in place of what is not known: `module.a["x"].module.b[*].aws_instance.db[*]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialInstance {
    /// The module instance as far as it is known.
    pub module: ModuleInstance,
    /// The calls below it; which instances they have is not known.
    pub below: Vec<Arc<str>>,
    /// The resource in that module.
    pub resource: Resource,
    /// Which instance; `None` while that is not known.
    pub key: Option<InstanceKey>,
}

impl PartialInstance {
    /// Exactly one instance.
    pub fn one(addr: &ResourceInstance) -> PartialInstance {
        let ResourceInstance { module, resource, key } = addr.clone();
        PartialInstance { module, below: Vec::new(), resource, key: Some(key) }
    }

    /// All instances of a resource in a module instance and the calls below it.
    pub fn all(module: ModuleInstance, below: Vec<Arc<str>>, resource: Resource) -> PartialInstance {
        PartialInstance { module, below, resource, key: None }
    }

    /// The instance, if it is exactly one.
    pub fn instance(&self) -> Option<ResourceInstance> {
        let key = self.key.clone().filter(|_| self.below.is_empty())?;
        Some(ResourceInstance { module: self.module.clone(), resource: self.resource.clone(), key })
    }

    /// The resource in the configuration.
    pub fn config(&self) -> ConfigResource {
        let mut path = self.module.path();
        path.0.extend(self.below.iter().cloned());
        ConfigResource { module: path, resource: self.resource.clone() }
    }

    /// The module as displayed, such as `module.a[*]`; empty for the root module.
    pub fn module_text(&self) -> String {
        let known = (!self.module.is_root()).then(|| self.module.to_string());
        let below = self.below.iter().map(|name| format!("module.{name}[*]"));
        known.into_iter().chain(below).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for PartialInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = self.module_text();
        if !module.is_empty() {
            write!(f, "{module}.")?;
        }
        match &self.key {
            Some(key) if self.below.is_empty() => write!(f, "{}{key}", self.resource),
            _ => write!(f, "{}[*]", self.resource),
        }
    }
}

/// Many of them: whether an address is among them is found in as many steps as its module has calls, however many they are.
#[derive(Clone, Debug, Default)]
pub struct PartialInstances {
    exact: BTreeSet<ResourceInstance>,
    open: BTreeSet<(ModuleInstance, ConfigResource)>,
}

impl PartialInstances {
    /// Adds one.
    pub fn insert(&mut self, addr: &PartialInstance) {
        match addr.instance() {
            Some(exact) => self.exact.insert(exact),
            None => self.open.insert((addr.module.clone(), addr.config())),
        };
    }

    /// Whether one of them stands for this instance.
    pub fn contain(&self, addr: &ResourceInstance) -> bool {
        if self.exact.contains(addr) {
            return true;
        }
        let mut config = addr.config();
        let mut module = addr.module.clone();
        loop {
            let looked_up = (module, config);
            if self.open.contains(&looked_up) {
                return true;
            }
            let (rest, same) = looked_up;
            match rest.parent() {
                Some((parent, ..)) => (module, config) = (parent, same),
                None => return false,
            }
        }
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.open.is_empty()
    }
}

impl FromIterator<PartialInstance> for PartialInstances {
    fn from_iter<I: IntoIterator<Item = PartialInstance>>(all: I) -> Self {
        let mut found = PartialInstances::default();
        all.into_iter().for_each(|addr| found.insert(&addr));
        found
    }
}

/// The calls of a module that are below one of its callers.
pub fn calls_below(module: &ModuleInstance, path: &ModulePath) -> Vec<Arc<str>> {
    path.0.iter().skip(module.0.len()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_resource_instance;

    #[test]
    fn stands_for_what_may_come() {
        let parsed = |text: &str| parse_resource_instance(text).unwrap();
        let db = parsed("module.a[\"x\"].module.b[0].aws_instance.db[1]");
        let caller = ModuleInstance(db.module.0[..1].to_vec());
        let open = PartialInstance::all(caller.clone(), calls_below(&caller, &db.module.path()), db.resource.clone());
        assert_eq!(open.to_string(), "module.a[\"x\"].module.b[*].aws_instance.db[*]");
        assert_eq!(open.config(), db.config());
        let one = PartialInstance::one(&parsed("aws_instance.web"));
        assert_eq!((one.to_string().as_str(), one.instance().is_some()), ("aws_instance.web", true));
        let all: PartialInstances = [open, one].into_iter().collect();
        for (addr, expected) in [
            ("module.a[\"x\"].module.b[0].aws_instance.db[1]", true),
            ("module.a[\"x\"].module.b[\"k\"].aws_instance.db", true),
            ("module.a[\"y\"].module.b[0].aws_instance.db[1]", false),
            ("module.a[\"x\"].aws_instance.db", false),
            ("module.a[\"x\"].module.b[0].aws_instance.other", false),
            ("aws_instance.web", true),
            ("aws_instance.web[0]", false),
        ] {
            assert_eq!(all.contain(&parsed(addr)), expected, "{addr}");
        }
    }
}
