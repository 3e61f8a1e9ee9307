//! What the lens is shown: one object per resource instance, planned or stored.

use crate::Formula;
use addrs::ResourceInstance;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{PathStep, Value};

/// One object, with what only its surroundings know.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Its attributes; unknown ones carry their origin.
    pub value: Value,
    /// Region of the provider configuration that serves it, where that says one.
    pub region: Option<Arc<str>>,
    /// Whether it is there.
    pub presence: Presence,
}

/// Whether an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is, or will be.
    Present,
    /// The state has it, the world has not: a copy that nothing can be read from.
    Missing,
    /// A later wave decides what it will be, or whether it will be: nobody knows yet. The key `*` stands for all instances of
    /// a resource whose keys are not known.
    Later,
    /// It is gone or will be, and its address holds another object or none. Only its names count: what still refers to
    /// them refers to nothing.
    Former,
}

/// Something that should be known, or why it is not.
pub(crate) type Fact<T> = Result<T, Arc<str>>;

/// What an attribute points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A resource instance of this estate.
    Address(Arc<str>),
    /// Something outside, named by id, ARN or alias.
    Outside(Arc<str>),
}

/// All objects, found by address, id and ARN.
pub(crate) struct Observations<'a> {
    by_address: BTreeMap<Arc<str>, &'a Observed>,
    by_id: BTreeMap<Arc<str>, Arc<str>>,
    former: BTreeSet<Arc<str>>,
}

/// Attributes by which other objects name an object.
const NAMES: [&str; 5] = ["id", "arn", "key_id", "name", "bucket"];
/// Those of them that no other object ever gets.
const LASTING: [&str; 2] = ["id", "arn"];

impl<'a> Observations<'a> {
    pub(crate) fn new(objects: &'a [Observed]) -> Self {
        let mut by_address = BTreeMap::new();
        let mut by_id = BTreeMap::new();
        let mut former = BTreeSet::new();
        for object in objects {
            if object.presence == Presence::Former {
                let names = LASTING.iter().filter_map(|name| object.value.get(name).and_then(Value::as_str));
                former.extend(names.map(Arc::from));
                continue;
            }
            let address: Arc<str> = object.addr.to_string().into();
            for name in NAMES {
                // Aliases are names of keys, and names are unique per type only: the first one stays.
                if let Some(id) = object.value.get(name).and_then(Value::as_str) {
                    by_id.entry(id.into()).or_insert_with(|| address.clone());
                }
            }
            by_address.insert(address, object);
        }
        Observations { by_address, by_id, former }
    }

    /// Whether a name from outside is that of an object that was there.
    pub(crate) fn is_former(&self, name: &str) -> bool {
        self.former.contains(name)
    }

    pub(crate) fn get(&self, address: &str) -> Option<&'a Observed> {
        self.by_address.get(address).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &'a Observed)> {
        self.by_address.iter().map(|(address, object)| (address, *object))
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&Arc<str>, &'a Observed)> {
        self.iter().filter(move |(_, object)| object.addr.resource.kind.as_ref() == kind)
    }

    /// What `object.attribute` points at; `Ok(None)` for null and empty.
    pub(crate) fn target(&self, object: &Observed, attribute: &str) -> Fact<Option<Target>> {
        let Some(value) = object.value.get(attribute) else {
            return Ok(None);
        };
        if value.is_null() {
            return Ok(None);
        }
        if let Some(text) = value.as_str() {
            if text.is_empty() {
                return Ok(None);
            }
            let found = self.by_id.get(text).cloned();
            return Ok(Some(found.map_or_else(|| Target::Outside(text.into()), Target::Address)));
        }
        match self.foreign_origin(object, value) {
            Some((address, _)) => Ok(Some(Target::Address(address))),
            None => Err(not_known(object, attribute)),
        }
    }

    /// The resource instance and attribute that will decide an unknown value, unless that is the object itself.
    pub(crate) fn foreign_origin(&self, object: &Observed, value: &Value) -> Option<(Arc<str>, Option<Arc<str>>)> {
        let origin = value.origin()?;
        if origin.address.as_ref() == object.addr.to_string() {
            return None;
        }
        let attribute = match origin.path.0.first() {
            Some(PathStep::Attribute(name)) => Some(name.clone()),
            _ => None,
        };
        Some((origin.address.clone(), attribute))
    }
}

/// What is planned in a later wave is never taken for safe.
pub(crate) fn decided_later(object: &Observed) -> Formula {
    match object.presence {
        Presence::Later => {
            let name = object.addr.to_string();
            let name = name.strip_suffix("[\"*\"]").map_or_else(|| name.clone(), |resource| format!("{resource}[*]"));
            Formula::Unknown(format!("{name} is planned in a later wave").into())
        }
        Presence::Present | Presence::Missing | Presence::Former => Formula::True,
    }
}

pub(crate) fn not_known(object: &Observed, attribute: &str) -> Arc<str> {
    format!("{}.{attribute} is known only after apply", object.addr).into()
}
