//! What drform believes to exist.
//!
//! Objects are kept as the JSON text of their attributes: only a schema can say what they mean, and what we do
//! not understand, we keep (invariant 8).

use addrs::{ConfigResource, ModuleInstance, ProviderConfig, Resource, ResourceInstance};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, Type, Value};

/// Everything that a state file says. A value: the fold of journal records makes new ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Identity of this line of states, made once; empty in a state that was never written.
    pub lineage: Arc<str>,
    /// Counts the changes of content.
    pub serial: u64,
    /// Version of the tool that wrote it, as it is written back: to other tools we are Terraform 1.11.4.
    pub terraform_version: Arc<str>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Arc<str>, OutputState>,
    /// Resource instances in address order.
    pub instances: BTreeMap<ResourceInstance, InstanceState>,
    /// What became of the conditions at the last apply, as JSON text; `None` for none.
    pub check_results: Option<Arc<str>>,
    /// Keys of the top level that we do not understand, as JSON text.
    pub unread: BTreeMap<Arc<str>, Arc<str>>,
    /// Keys of resources (not of their instances) that we do not understand, as JSON text.
    pub resource_unread: BTreeMap<(ModuleInstance, Resource), Unread>,
}

/// Keys that we do not understand, with their values as JSON text.
pub type Unread = BTreeMap<Arc<str>, Arc<str>>;

/// An output value as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputState {
    /// The value, unmarked.
    pub value: Value,
    /// Its type.
    pub ty: Type,
    /// Whether it must be hidden.
    pub sensitive: bool,
}

/// One resource instance: its current object and objects that wait for deletion.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceState {
    /// Provider configuration that manages it.
    pub provider: ProviderConfig,
    /// The object that references mean.
    pub current: Option<Arc<Object>>,
    /// Objects replaced by a newer one and not deleted yet.
    pub deposed: BTreeMap<DeposedKey, Arc<Object>>,
}

/// Names a deposed object: eight hexadecimal digits.
pub type DeposedKey = Arc<str>;

/// One remote object as it was last seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Version of the schema that the attributes follow.
    pub schema_version: u64,
    /// The attributes as JSON text, verbatim as read; of objects that we write, typed JSON (plugin-protocol.md 6.5).
    pub attributes: Arc<str>,
    /// Attributes of states older than 0.12, by flat path; then `attributes` is empty.
    pub flat_attributes: Option<Arc<BTreeMap<Arc<str>, Arc<str>>>>,
    /// Paths marked sensitive by the configuration.
    pub sensitive: Arc<[Path]>,
    /// Bytes that only the provider understands.
    pub private: Arc<[u8]>,
    /// Whether a create failed half-way.
    pub status: Status,
    /// Everything that must outlive it, transitively, in address order.
    pub dependencies: Arc<[ConfigResource]>,
    /// Whether its replacement must be created first.
    pub create_before_destroy: bool,
    /// Whether it is let go of instead of destroyed (`destroy = false`), once its block is gone too.
    pub skip_destroy: bool,
    /// Keys of the instance that have no field here, as JSON text: its identity, and what we do not understand.
    pub unread: BTreeMap<Arc<str>, Arc<str>>,
}

impl Object {
    /// Its identity: version of the identity schema, and JSON text.
    pub fn identity(&self) -> Option<(u64, Arc<str>)> {
        let json = self.unread.get(IDENTITY).filter(|json| json.as_ref() != "null")?;
        let version = self.unread.get(IDENTITY_VERSION).and_then(|version| version.parse().ok());
        Some((version.unwrap_or_default(), json.clone()))
    }

    /// The same object with another identity; with none it keeps what it has.
    #[must_use]
    pub fn with_identity(mut self, identity: Option<(u64, Arc<str>)>) -> Object {
        if let Some((version, json)) = identity {
            self.unread.insert(IDENTITY_VERSION.into(), version.to_string().into());
            self.unread.insert(IDENTITY.into(), json);
        }
        self
    }
}

const IDENTITY: &str = "identity";
const IDENTITY_VERSION: &str = "identity_schema_version";

/// Whether an object is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Ready,
    /// Its create failed after it began to exist: it is to be replaced.
    Tainted,
}

/// One object decoded by its schema, for showing.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedObject {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Which deposed object; `None` for the current one.
    pub deposed: Option<DeposedKey>,
    /// Whether it is to be replaced.
    pub status: Status,
    /// Its schema.
    pub schema: Arc<configschema::Schema>,
    /// Its attributes, with marks.
    pub value: Value,
}
