//! Objects of the simulated cloud.

use crate::Domain;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What names an object: its type, its region and its id. Objects of one type and region lie together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Resource type.
    pub kind: Arc<str>,
    /// Region; empty for providers without regions.
    pub region: Arc<str>,
    /// Id as in the `id` attribute.
    pub id: Arc<str>,
}

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It may (or the object is no key).
    Present,
    /// Deletion is scheduled: it seals and opens nothing, and providers report it as gone.
    PendingDeletion,
}

/// What an object is to the laws of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A block volume.
    Disk,
    /// A machine.
    Instance,
    /// A key.
    Key,
    /// Anything else.
    Other,
}

impl Role {
    /// As overlays and events write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Disk => "disk",
            Role::Instance => "instance",
            Role::Key => "key",
            Role::Other => "other",
        }
    }

    /// Reads what [`Role::name`] writes.
    pub(crate) fn of(name: &str) -> Option<Role> {
        [Role::Disk, Role::Instance, Role::Key, Role::Other].into_iter().find(|role| role.name() == name)
    }
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Source address of the provider that made it.
    pub provider: Arc<str>,
    /// Type, region, id.
    pub key: ObjectKey,
    /// What it is to the laws of loss.
    pub role: Role,
    /// Zone by name, when the object is lost with a zone.
    pub zone: Option<Arc<str>>,
    /// ARN, or the id where there is none.
    pub arn: Arc<str>,
    /// Client token of the request that made it.
    pub token: Arc<str>,
    /// ARNs of the keys that seal what it holds.
    pub sealed_by: Vec<Arc<str>>,
    /// Whether it holds bytes of the user.
    pub holds_data: bool,
    /// Id of the object that its bytes were copied from.
    pub copy_of: Option<Arc<str>>,
    /// Ids of the objects of its region that it cannot outlive (an attachment: volume and instance).
    pub joins: Vec<Arc<str>>,
    /// Pending deletion or not.
    pub state: KeyState,
    /// All attributes and nested blocks, JSON as in state files.
    pub attributes: Map<String, Json>,
}

impl Object {
    /// A text attribute; `None` when null, missing or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.attributes, name)
    }
}

/// An object that a loss destroyed.
#[derive(Clone, Debug, PartialEq)]
pub struct LostObject {
    /// As it was.
    pub object: Arc<Object>,
    /// What took it.
    pub by: Domain,
}

/// A text attribute; `None` when null, missing or empty (the legacy SDK writes "" for absent).
pub(crate) fn text<'a>(attributes: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Json::as_str).filter(|t| !t.is_empty())
}

/// A truth attribute; false when null or missing.
pub(crate) fn flag(attributes: &Map<String, Json>, name: &str) -> bool {
    attributes.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// A whole number attribute.
pub(crate) fn whole(attributes: &Map<String, Json>, name: &str) -> Option<i64> {
    attributes.get(name).and_then(Json::as_i64)
}

/// The nested blocks of a name, as objects.
pub(crate) fn blocks<'a>(attributes: &'a Map<String, Json>, name: &str) -> impl Iterator<Item = &'a Map<String, Json>> {
    attributes.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object)
}
