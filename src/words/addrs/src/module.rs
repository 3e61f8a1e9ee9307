//! Where in the module tree something stands.

use crate::InstanceKey;
use std::fmt;
use std::sync::Arc;

/// A module in the configuration: call names from the root, without instance keys. Empty for the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(pub Vec<Arc<str>>);

impl ModulePath {
    /// The root module.
    pub const ROOT: ModulePath = ModulePath(Vec::new());

    /// True for the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module called `name` from here.
    pub fn child(&self, name: impl Into<Arc<str>>) -> ModulePath {
        let mut path = self.0.clone();
        path.push(name.into());
        ModulePath(path)
    }

    /// The calling module and the name of the call; `None` for the root.
    pub fn parent(&self) -> Option<(ModulePath, Arc<str>)> {
        let (last, rest) = self.0.split_last()?;
        Some((ModulePath(rest.to_vec()), last.clone()))
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            write!(f, "{}module.{name}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// An instance of a module: each call name with its instance key. Empty for the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Vec<(Arc<str>, InstanceKey)>);

impl ModuleInstance {
    /// The root module.
    pub const ROOT: ModuleInstance = ModuleInstance(Vec::new());

    /// True for the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The instance `key` of the module called `name` from here.
    pub fn child(&self, name: impl Into<Arc<str>>, key: InstanceKey) -> ModuleInstance {
        let mut path = self.0.clone();
        path.push((name.into(), key));
        ModuleInstance(path)
    }

    /// The calling module instance with the last step; `None` for the root.
    pub fn parent(&self) -> Option<(ModuleInstance, Arc<str>, InstanceKey)> {
        let ((name, key), rest) = self.0.split_last()?;
        Some((ModuleInstance(rest.to_vec()), name.clone(), key.clone()))
    }

    /// The address of something in it, such as `module.a.check.health` for `check.health`.
    pub fn within(&self, local: &str) -> String {
        if self.is_root() { local.to_string() } else { format!("{self}.{local}") }
    }

    /// The module in the configuration.
    pub fn path(&self) -> ModulePath {
        ModulePath(self.0.iter().map(|(name, _)| name.clone()).collect())
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, key)) in self.0.iter().enumerate() {
            write!(f, "{}module.{name}{key}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}
