//! What a user may point at: modules, resources, instances of them. An address without instance key is the whole resource.

use crate::parse::is_reserved;
use crate::{InstanceKey, Mode, ModuleInstance, Resource, ResourceInstance};
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
    /// As [`parse_target`](crate::parse_target) reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (module, resource, key) = match self {
            Target::Module(module) => return module.fmt(f),
            Target::Resource(module, resource) => (module, resource, &InstanceKey::None),
            Target::Instance(addr) => (&addr.module, &addr.resource, &addr.key),
        };
        if !module.is_root() {
            write!(f, "{module}.")?;
        }
        if resource.mode == Mode::Managed && is_reserved(&resource.kind) {
            f.write_str("resource.")?;
        }
        write!(f, "{resource}{key}")
    }
}
