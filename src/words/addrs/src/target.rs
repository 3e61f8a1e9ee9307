//! What a user may point at: modules, resources, instances of them.

use crate::{ModuleInstance, Resource, ResourceInstance};
use std::fmt;

/// One address as `-target` takes it, and everything that it stands for.
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
