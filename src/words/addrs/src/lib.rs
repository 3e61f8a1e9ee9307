//! Holds: addresses of modules, resources, resource instances and providers; parsed once, displayed once.
//! May touch: nothing.
//! Never: configuration or state that the addresses point into.

mod instance;
mod module;
mod parse;
mod partial;
mod provider;
mod resource;
mod target;

pub use instance::{InstanceKey, ResourceInstance};
pub use module::{ModuleInstance, ModulePath};
pub use parse::{ParseError, parse_provider, parse_provider_config, parse_resource_instance, parse_target};
pub use partial::{PartialInstance, PartialInstances, calls_below};
pub use provider::{DEFAULT_HOST, Provider, ProviderConfig};
pub use resource::{ConfigResource, Mode, Resource};
pub use target::Target;
