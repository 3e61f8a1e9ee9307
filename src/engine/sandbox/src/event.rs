//! What happened, one small record each, and its JSON form (`schema/sandbox-events.md`).

use crate::{Domain, KeyState, Object, ObjectKey, Role};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Version of the JSON form of events: every line carries it (`schema/sandbox-events.md`).
pub const EVENT_FORMAT: u64 = 1;

/// Everything that changes a [`crate::World`].
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An object came to be.
    Created(Box<Object>),
    /// An object has other attributes now.
    Updated {
        /// Which.
        key: ObjectKey,
        /// All attributes after.
        attributes: Map<String, Json>,
        /// ARNs of the keys that seal it after.
        sealed_by: Vec<Arc<str>>,
    },
    /// An object was deleted by its owner.
    Deleted {
        /// Which.
        key: ObjectKey,
        /// Gone, or only scheduled (keys).
        ends_in: Ending,
    },
    /// A domain failed, with everything in it.
    Lost(Domain),
    /// A domain works again; of what was in it only a key comes back.
    Restored(Domain),
}

/// What a deletion leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing.
    Nothing,
    /// A key that waits for its deletion.
    PendingDeletion,
}

/// An event that cannot be: of unknown form, or illegal in the world that it is applied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError(pub String);

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Event {
    /// One line of JSON without a line feed; keys in alphabetical order, so equal events give equal bytes.
    pub fn to_json(&self) -> String {
        let json = match self {
            Event::Created(object) => object_json(object),
            Event::Updated { key, attributes, sealed_by } => {
                json!({"event": "updated", "type": *key.kind, "region": *key.region, "id": *key.id,
                    "attributes": attributes, "sealed_by": texts(sealed_by)})
            }
            Event::Deleted { key, ends_in } => {
                let pending = *ends_in == Ending::PendingDeletion;
                json!({"event": "deleted", "type": *key.kind, "region": *key.region, "id": *key.id,
                    "pending_deletion": pending})
            }
            Event::Lost(domain) => json!({"event": "lost", "class": domain.class(), "name": domain.name()}),
            Event::Restored(domain) => json!({"event": "restored", "class": domain.class(), "name": domain.name()}),
        };
        // Through an ordered map: whether serde_json keeps order otherwise is up to the features of others.
        let parts = json.as_object().into_iter().flatten().map(|(name, part)| (name.as_str(), part.clone()));
        let ordered: BTreeMap<&str, Json> = parts.chain([("format", EVENT_FORMAT.into())]).collect();
        serde_json::to_string(&ordered).unwrap_or_default()
    }

    /// Reads what [`Event::to_json`] writes.
    ///
    /// # Errors
    /// Text that is not JSON, an unknown event, a missing or mistyped part.
    pub fn from_json(text: &str) -> Result<Event, EventError> {
        let json: Json = serde_json::from_str(text).map_err(|e| EventError(format!("not an event: {e}")))?;
        let record = Record(json.as_object().ok_or_else(|| EventError("not an event: no object".into()))?);
        if record.part("format")?.as_u64() != Some(EVENT_FORMAT) {
            return Err(EventError(format!("the event is not of format {EVENT_FORMAT}: written by a newer drform?")));
        }
        match record.text("event")? {
            "created" => record.object().map(|o| Event::Created(Box::new(o))),
            "updated" => Ok(Event::Updated {
                key: record.key()?,
                attributes: record.map("attributes")?,
                sealed_by: record.texts("sealed_by")?,
            }),
            "deleted" => {
                let ends_in = if record.flag("pending_deletion")? { Ending::PendingDeletion } else { Ending::Nothing };
                Ok(Event::Deleted { key: record.key()?, ends_in })
            }
            "lost" => record.domain().map(Event::Lost),
            "restored" => record.domain().map(Event::Restored),
            other => Err(EventError(format!("unknown event {other:?}: written by a newer drform?"))),
        }
    }
}

fn texts(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(AsRef::as_ref).collect()
}

fn object_json(object: &Object) -> Json {
    json!({
        "event": "created",
        "provider": *object.provider,
        "type": *object.key.kind,
        "region": *object.key.region,
        "id": *object.key.id,
        "role": object.role.name(),
        "zone": object.zone.as_deref(),
        "arn": *object.arn,
        "token": *object.token,
        "sealed_by": texts(&object.sealed_by),
        "holds_data": object.holds_data,
        "copy_of": object.copy_of.as_deref(),
        "joins": texts(&object.joins),
        "attributes": object.attributes,
    })
}

/// A decoded JSON object, read part by part.
struct Record<'a>(&'a Map<String, Json>);

impl Record<'_> {
    fn part(&self, name: &str) -> Result<&Json, EventError> {
        self.0.get(name).ok_or_else(|| EventError(format!("the event has no {name:?}")))
    }

    fn wrong(name: &str) -> EventError {
        EventError(format!("{name:?} of the event has the wrong type"))
    }

    fn text(&self, name: &str) -> Result<&str, EventError> {
        self.part(name)?.as_str().ok_or_else(|| Self::wrong(name))
    }

    fn flag(&self, name: &str) -> Result<bool, EventError> {
        self.part(name)?.as_bool().ok_or_else(|| Self::wrong(name))
    }

    fn optional_text(&self, name: &str) -> Result<Option<Arc<str>>, EventError> {
        match self.part(name)? {
            Json::Null => Ok(None),
            Json::String(text) => Ok(Some(text.as_str().into())),
            _ => Err(Self::wrong(name)),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<Arc<str>>, EventError> {
        let items = self.part(name)?.as_array().ok_or_else(|| Self::wrong(name))?;
        items.iter().map(|item| item.as_str().map(Arc::from).ok_or_else(|| Self::wrong(name))).collect()
    }

    fn map(&self, name: &str) -> Result<Map<String, Json>, EventError> {
        self.part(name)?.as_object().cloned().ok_or_else(|| Self::wrong(name))
    }

    fn key(&self) -> Result<ObjectKey, EventError> {
        Ok(ObjectKey {
            kind: self.text("type")?.into(),
            region: self.text("region")?.into(),
            id: self.text("id")?.into(),
        })
    }

    fn domain(&self) -> Result<Domain, EventError> {
        let class = self.text("class")?;
        Domain::of(class, self.text("name")?).ok_or_else(|| EventError(format!("unknown class of domain {class:?}")))
    }

    fn object(&self) -> Result<Object, EventError> {
        let role = self.text("role")?;
        Ok(Object {
            provider: self.text("provider")?.into(),
            key: self.key()?,
            role: Role::of(role).ok_or_else(|| EventError(format!("unknown role {role:?}")))?,
            zone: self.optional_text("zone")?,
            arn: self.text("arn")?.into(),
            token: self.text("token")?.into(),
            sealed_by: self.texts("sealed_by")?,
            holds_data: self.flag("holds_data")?,
            copy_of: self.optional_text("copy_of")?,
            joins: self.texts("joins")?,
            state: KeyState::Present,
            attributes: self.map("attributes")?,
        })
    }
}
