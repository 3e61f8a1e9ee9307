//! Resource instances and their keys.

use crate::{ConfigResource, ModuleInstance, Resource};
use std::fmt;
use std::sync::Arc;

/// Which instance of a resource or module call: none, a number from `count`, a string from `for_each`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Neither `count` nor `for_each`.
    #[default]
    None,
    /// From `count`, from zero.
    Int(u32),
    /// From `for_each`.
    String(Arc<str>),
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstanceKey::None => Ok(()),
            InstanceKey::Int(i) => write!(f, "[{i}]"),
            InstanceKey::String(s) => {
                f.write_str("[\"")?;
                let mut rest = s.chars().peekable();
                while let Some(c) = rest.next() {
                    match c {
                        // As it is written in a configuration, where this would begin a template.
                        '$' | '%' if rest.peek() == Some(&'{') => write!(f, "{c}{c}")?,
                        '"' => f.write_str("\\\"")?,
                        '\\' => f.write_str("\\\\")?,
                        '\n' => f.write_str("\\n")?,
                        '\r' => f.write_str("\\r")?,
                        '\t' => f.write_str("\\t")?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("\"]")
            }
        }
    }
}

/// The full address of one resource instance, such as `module.db["a"].aws_instance.pg[0]`.
///
/// Ordered by module, then mode, type, name, then key: the order in which plans list them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceInstance {
    /// Module instance that it stands in.
    pub module: ModuleInstance,
    /// The resource in that module.
    pub resource: Resource,
    /// Which instance.
    pub key: InstanceKey,
}

impl ResourceInstance {
    /// The resource in the configuration that it is an instance of.
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }
}

impl fmt::Display for ResourceInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}{}", self.resource, self.key)
    }
}
