//! What a user may point at: modules, resources, instances of them. An address without instance key is the whole resource.

use crate::{InstanceKey, ModuleInstance, Resource, ResourceInstance};
use std::fmt;

/// One address as `-target` and the state commands take it, and everything that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// All objects of a module instance and of the modules that it calls. Without a key at its end all instances of the
    /// call.
    Module(ModuleInstance),
    /// All instances of a resource in one module instance.
    Resource(ModuleInstance, Resource),
    /// One instance of a resource.
    Instance(ResourceInstance),
}

impl Target {
    /// True when a resource instance is in this part. A module without key covers all its instances, as in Terraform
    /// (`state rm`, `state list`).
    pub fn covers(&self, addr: &ResourceInstance) -> bool {
        match self {
            Target::Module(module) => covers_module(module, &addr.module),
            Target::Resource(module, resource) => *module == addr.module && *resource == addr.resource,
            Target::Instance(instance) => instance == addr,
        }
    }
}

/// A step without key matches any key where it is the last one, or where the other module lies deeper: measured.
fn covers_module(whole: &ModuleInstance, part: &ModuleInstance) -> bool {
    let below = part.0.len() > whole.0.len();
    let last = whole.0.len().saturating_sub(1);
    part.0.len() >= whole.0.len()
        && whole.0.iter().zip(&part.0).enumerate().all(|(at, ((name, key), (other, other_key)))| {
            name == other && (key == other_key || (*key == InstanceKey::None && (below || at == last)))
        })
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Module(module) => write!(f, "{module}"),
            Target::Resource(module, resource) if module.is_root() => write!(f, "{resource}"),
            Target::Resource(module, resource) => write!(f, "{module}.{resource}"),
            Target::Instance(addr) => write!(f, "{addr}"),
        }
    }
}
