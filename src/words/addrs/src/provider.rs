//! Providers and provider configurations.

use crate::{InstanceKey, ModulePath};
use std::fmt;
use std::sync::Arc;

/// The source address of a provider, such as `registry.terraform.io/hashicorp/aws`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provider {
    /// Registry host.
    pub host: Arc<str>,
    /// Namespace.
    pub namespace: Arc<str>,
    /// Type: the last part, usually the prefix of its resource types.
    pub kind: Arc<str>,
}

/// Host that an address without a host means (state that we write keeps Terraform's form; decision 7).
pub const DEFAULT_HOST: &str = "registry.terraform.io";

impl Provider {
    /// The provider that an undeclared local name means: `hashicorp/NAME` on the default host.
    pub fn default_for(kind: impl Into<Arc<str>>) -> Provider {
        let kind = kind.into();
        if kind.as_ref() == "terraform" {
            return Provider::builtin();
        }
        if kind.as_ref() == "drform" {
            return Provider { host: DEFAULT_HOST.into(), namespace: "drform".into(), kind };
        }
        Provider { host: DEFAULT_HOST.into(), namespace: "hashicorp".into(), kind }
    }

    /// `terraform.io/builtin/terraform`, which serves `terraform_data`.
    pub fn builtin() -> Provider {
        Provider { host: "terraform.io".into(), namespace: "builtin".into(), kind: "terraform".into() }
    }

    /// True when both name the same provider: an address under either public registry is the same one
    /// (decision 7).
    pub fn same_as(&self, other: &Provider) -> bool {
        let public = |host: &str| host == DEFAULT_HOST || host == "registry.opentofu.org";
        self.namespace == other.namespace
            && self.kind == other.kind
            && (self.host == other.host || (public(&self.host) && public(&other.host)))
    }

    /// As people write it: without the default host.
    pub fn short(&self) -> String {
        if self.host.as_ref() == DEFAULT_HOST { format!("{}/{}", self.namespace, self.kind) } else { self.to_string() }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.namespace, self.kind)
    }
}

/// A provider configuration: one process, one set of credentials and one region.
///
/// Displayed as state files write it: `module.a.provider["registry.terraform.io/hashicorp/aws"].west`, and of a block
/// with `for_each` (OpenTofu 1.9) `provider["registry.terraform.io/hashicorp/aws"].by_region["eu"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderConfig {
    /// Module whose `provider` block it is (the root also for implicit empty configurations).
    pub module: ModulePath,
    /// Which provider.
    pub provider: Provider,
    /// Alias, if any.
    pub alias: Option<Arc<str>>,
    /// Which of the configurations that a block with `for_each` makes; none for the block itself.
    pub key: InstanceKey,
}

impl ProviderConfig {
    /// The `provider` block that the configuration comes from.
    pub fn block(&self) -> ProviderConfig {
        ProviderConfig { key: InstanceKey::None, ..self.clone() }
    }

    /// The configuration that the same block makes for a key.
    pub fn with_key(&self, key: InstanceKey) -> ProviderConfig {
        ProviderConfig { key, ..self.clone() }
    }
}

impl fmt::Display for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "provider[\"{}\"]", self.provider)?;
        if let Some(alias) = &self.alias {
            write!(f, ".{alias}")?;
        }
        write!(f, "{}", self.key)
    }
}
