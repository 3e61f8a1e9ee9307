//! What the state commands are given.

use crate::{InstanceKey, ModuleInstance, Resource, ResourceInstance};
use std::fmt;

/// A part of a state: all that lies in a module, all instances of a resource, or one of them.
///
/// An address without instance key is always read as the whole resource: what it means, the state decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateAddress {
    /// A module instance with the modules below it.
    Module(ModuleInstance),
    /// A resource in a module instance.
    Resource(ModuleInstance, Resource),
    /// An instance with a key.
    Instance(ResourceInstance),
}

impl StateAddress {
    /// True when a resource instance is in this part. A module without key covers all its instances, as in Terraform
    /// (`state rm`, `state list`).
    pub fn covers(&self, addr: &ResourceInstance) -> bool {
        match self {
            StateAddress::Module(module) => covers_module(module, &addr.module),
            StateAddress::Resource(module, resource) => *module == addr.module && *resource == addr.resource,
            StateAddress::Instance(instance) => instance == addr,
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

impl fmt::Display for StateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateAddress::Module(module) => module.fmt(f),
            StateAddress::Resource(module, resource) if module.is_root() => resource.fmt(f),
            StateAddress::Resource(module, resource) => write!(f, "{module}.{resource}"),
            StateAddress::Instance(instance) => instance.fmt(f),
        }
    }
}
