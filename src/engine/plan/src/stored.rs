//! Objects between the state and the schema: may we read them, are they what the schema says, and how they are
//! written back.

use crate::instance::{self, Prior, Subject};
use crate::report::Refreshed;
use addrs::{ConfigResource, ResourceInstance};
use calls::{Answer, ObjectIdentity};
use configschema::Schema;
use diag::{Diagnostic, Diagnostics};
use state::{Object, Status};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::json::Node;
use value::{Marks, Path, Type, Value, json};

/// Whether an object of the state can be brought to the schema at all.
///
/// # Errors
/// It was written by a newer provider, or before Terraform 0.12.
pub(crate) fn readable(addr: &ResourceInstance, schema: &Schema, object: &Object) -> Result<(), Box<Diagnostic>> {
    if object.schema_version > schema.version {
        return Err(Box::new(
            Diagnostic::error(
                "Resource instance managed by newer provider version",
                format!(
                    "The current state of {addr} was created by a newer provider version than is currently selected. \
                     Upgrade the {} provider to work with this state.",
                    addr.resource.kind.split('_').next().unwrap_or_default()
                ),
            )
            .about(addr.to_string()),
        ));
    }
    if object.flat_attributes.is_some() {
        return Err(Box::new(
            Diagnostic::error(
                "Object in the form of Terraform 0.11",
                format!("The state of {addr} was written by Terraform 0.11 or older and has not been upgraded since."),
            )
            .about(addr.to_string())
            .next("Apply once with Terraform 0.13 to 1.11, which rewrites such objects."),
        ));
    }
    Ok(())
}

/// The stored attributes as a provider is given them. When the versions are equal nobody upgrades, so attributes that
/// the schema no longer has are taken out first (plugin-protocol.md 12, as Terraform does).
pub(crate) fn raw(ty: &Type, schema: &Schema, object: &Object) -> Arc<str> {
    if object.schema_version != schema.version {
        return object.attributes.clone();
    }
    let parsed = json::parse(&object.attributes).ok();
    match parsed.and_then(|node| without_removed(&node, ty)) {
        Some(node) => node.print().into(),
        None => object.attributes.clone(),
    }
}

/// The node without members that the type does not have; `None` when there are none, which is nearly always.
fn without_removed(node: &Node, ty: &Type) -> Option<Node> {
    match (node, ty) {
        (Node::Object(members), Type::Object(object)) => {
            let known = |name: &Arc<str>| object.attributes.get(name);
            change_some(members, |(name, part)| match known(name) {
                None => Some(None),
                Some(ty) => without_removed(part, ty).map(|part| Some((name.clone(), part))),
            })
            .map(Node::Object)
        }
        (Node::Object(members), Type::Map(element)) => {
            change_some(members, |(name, part)| without_removed(part, element).map(|part| Some((name.clone(), part))))
                .map(Node::Object)
        }
        (Node::Array(items), Type::List(element) | Type::Set(element)) => {
            change_some(items, |part| without_removed(part, element).map(Some)).map(Node::Array)
        }
        _ => None,
    }
}

/// The list with some items changed or taken out; `None` when none is.
fn change_some<T: Clone>(items: &[T], change: impl Fn(&T) -> Option<Option<T>>) -> Option<Vec<T>> {
    let changes: Vec<Option<Option<T>>> = items.iter().map(change).collect();
    if changes.iter().all(Option::is_none) {
        return None;
    }
    Some(items.iter().zip(changes).filter_map(|(item, change)| change.unwrap_or_else(|| Some(item.clone()))).collect())
}

/// Whether what a provider calls the object is one: of the schema's type, wholly known, write-only arguments null.
///
/// # Errors
/// The broken promise, in Terraform's words.
pub(crate) fn check(subject: &Subject, value: &Value, what: &str) -> Result<(), Diagnostics> {
    if let Err(error) = value::conforms(value, &subject.ty) {
        return Err(instance::invalid_object(subject, &format!("when it was {what}, {error}")));
    }
    if !value.is_wholly_known() {
        return Err(instance::invalid_object(subject, &format!("when it was {what}, it held unknown values")));
    }
    let trouble =
        instance::broken_write_only(subject, value, "Provider produced invalid object", &format!("when it was {what}"));
    if trouble.has_errors() { Err(trouble) } else { Ok(()) }
}

/// The error about an answer that does not belong to the question: a fault of whoever carries answers.
pub(crate) fn wrong_answer(addr: &ResourceInstance, answer: &Answer) -> Diagnostic {
    let kind = match answer {
        Answer::Checked(_) => "a check",
        Answer::Object(..) => "an object",
        Answer::Planned(..) => "a plan",
        Answer::Imported(..) => "imported objects",
        Answer::Opened(..) => "an open ephemeral resource",
        Answer::Renewed(..) => "a renewed ephemeral resource",
        Answer::Called(_) => "the result of a function",
        Answer::Unsupported => "that it has no such call",
    };
    Diagnostic::error("Provider gave the wrong kind of answer", format!("For {addr} the provider answered {kind}."))
        .about(addr.to_string())
}

/// A value with the marks that the state and the schema put on it.
pub(crate) fn marked(schema: &Schema, object: &Object, value: &Value) -> Value {
    let mut marks: Vec<(Path, Marks)> = object.sensitive.iter().map(|p| (p.clone(), Marks::SENSITIVE)).collect();
    marks.extend(instance::schema_marks(schema, value));
    if marks.is_empty() { value.clone() } else { value.mark_paths(&marks) }
}

/// An object as the state has it, with marks; `None` when it does not fit the current schema.
pub(crate) fn decoded(schema: &Schema, ty: &Type, object: &Object) -> Option<Value> {
    let node = json::parse(&object.attributes).ok()?;
    Some(marked(schema, object, &json::decode(&node, ty).ok()?))
}

/// The identity that the state has of an object.
pub(crate) fn identity(object: &Object) -> Option<ObjectIdentity> {
    object.identity().map(|(version, json)| ObjectIdentity { version, json })
}

/// The identity of an object after a read: an object keeps the one that it has.
///
/// # Errors
/// The provider gave another one.
pub(crate) fn same_identity(
    addr: &ResourceInstance,
    before: Option<ObjectIdentity>,
    read: Option<ObjectIdentity>,
) -> Result<Option<ObjectIdentity>, Box<Diagnostic>> {
    match (before, read) {
        (Some(before), Some(read)) if before != read => {
            let detail = format!(
                "When {addr} was read, its provider gave it another identity: {} where it was {}.",
                read.json, before.json
            );
            let trouble = Diagnostic::error("Provider produced different identity", detail).about(addr.to_string());
            Err(Box::new(trouble.next("This is a fault of the provider: report it to its authors.")))
        }
        (before, read) => Ok(read.or(before)),
    }
}

/// What the old plugin SDK answers, in the shape that the schema promises (plugin-protocol.md 11).
pub(crate) fn normal(schema: &Schema, value: &Value) -> Value {
    configschema::normalize_legacy(value, &schema.block)
}

/// How the refreshed state keeps an object: verbatim while nothing about it changed.
pub(crate) fn kept(schema: &Schema, stored: &Arc<Object>, before: &Prior, now: &Prior) -> Refreshed {
    let (value, marks) = now.value.unmark_deep();
    let unchanged = stored.schema_version == schema.version && before.value.unmark_deep().0 == value;
    let known = identity(stored).map(|identity| identity.version);
    let identified = now
        .identity
        .as_ref()
        .is_none_or(|identity| before.identity.as_ref() == Some(identity) && known == Some(identity.version));
    if unchanged && identified && stored.private == now.private {
        return Refreshed::Same;
    }
    let mut object = Object { private: now.private.clone(), ..stored.as_ref().clone() };
    if !identified {
        object = object.with_identity(now.identity.clone().map(|identity| (identity.version, identity.json)));
    }
    if !unchanged {
        let sensitive = marks.into_iter().filter(|(_, m)| m.contains(Marks::SENSITIVE)).map(|(path, _)| path);
        object.schema_version = schema.version;
        object.attributes = attributes(schema, &value);
        object.sensitive = sensitive.collect();
    }
    Refreshed::Object(Arc::new(object))
}

/// An object that a data source gave. What it depends on is not kept: it is never destroyed.
pub(crate) fn data_object(schema: &Schema, value: &Value) -> Arc<Object> {
    let (bare, marks) = value.unmark_deep();
    Arc::new(Object {
        schema_version: schema.version,
        attributes: attributes(schema, &bare),
        flat_attributes: None,
        sensitive: marks.into_iter().map(|(path, _)| path).collect(),
        private: Arc::from(&[][..]),
        status: Status::Ready,
        dependencies: Arc::from(&[][..]),
        create_before_destroy: false,
        skip_destroy: false,
        unread: Default::default(),
    })
}

/// The attributes as state files hold them; what cannot be written is null, and has been complained about.
fn attributes(schema: &Schema, value: &Value) -> Arc<str> {
    let ty = configschema::implied_type(&schema.block);
    json::encode(value, &ty).map_or_else(|_| "null".into(), |node| node.print().into())
}

/// The object with what the configuration says about its place in the order: for later runs in which the
/// configuration is gone (features-and-traps.md 61, 62, 65).
pub(crate) fn remembering(
    refreshed: Refreshed,
    stored: Option<&Arc<Object>>,
    (create_before_destroy, skip_destroy): (bool, bool),
    dependencies: Option<&Arc<[ConfigResource]>>,
) -> Refreshed {
    let object = match &refreshed {
        Refreshed::Gone => return refreshed,
        Refreshed::Object(object) => object.clone(),
        Refreshed::Same => match stored {
            Some(object) => object.clone(),
            None => return refreshed,
        },
    };
    let same = object.create_before_destroy == create_before_destroy
        && object.skip_destroy == skip_destroy
        && dependencies.is_none_or(|d| same_resources(d, &object.dependencies));
    if same {
        return refreshed;
    }
    let dependencies = dependencies.unwrap_or(&object.dependencies).clone();
    Refreshed::Object(Arc::new(Object { create_before_destroy, skip_destroy, dependencies, ..object.as_ref().clone() }))
}

/// What an object depends on until its change is made: what the state says, and the configuration.
pub(crate) fn merged(stored: Option<&Arc<Object>>, wanted: &Arc<[ConfigResource]>) -> Arc<[ConfigResource]> {
    match stored {
        Some(object) if !object.dependencies.is_empty() => {
            let both: BTreeSet<&ConfigResource> = object.dependencies.iter().chain(wanted.iter()).collect();
            both.into_iter().cloned().collect()
        }
        _ => wanted.clone(),
    }
}

/// Compared without order: every tool sorts such lists in its own way, and a state must not change for that.
fn same_resources(a: &[ConfigResource], b: &[ConfigResource]) -> bool {
    a == b || (a.len() == b.len() && a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>())
}
