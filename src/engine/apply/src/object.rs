//! Objects as the state keeps them.

use calls::ObjectIdentity;
use configschema::Schema;
use journal::{Act, Intent};
use state::{Object, Status};
use std::sync::Arc;
use value::{Content, Marks, Path, Value, json};

/// The value with the marks of the configuration and of the schema: what references see.
pub(crate) fn marked(schema: &Schema, configured: &[Path], value: &Value) -> Value {
    let mut marks: Vec<(Path, Marks)> = configured.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    marks.extend(configschema::sensitive_paths(&schema.block, value));
    value.mark_paths(&marks)
}

/// Paths of a planned value that must be stored as sensitive.
pub(crate) fn sensitive(value: &Value) -> Arc<[Path]> {
    let marks = value.unmark_deep().1;
    marks.into_iter().filter(|(_, marks)| marks.contains(Marks::SENSITIVE)).map(|(path, _)| path).collect()
}

/// The identity that the state has of an object.
pub(crate) fn identity(object: &Object) -> Option<ObjectIdentity> {
    object.identity().map(|(version, json)| ObjectIdentity { version, json })
}

/// The object that a change leaves behind. `before` is what the state said of it.
pub(crate) fn stored(
    intent: &Intent,
    schema: &Schema,
    value: &Value,
    (private, identity): (Arc<[u8]>, Option<ObjectIdentity>),
    before: Option<&Object>,
) -> Object {
    let kept = before.filter(|_| intent.act == Act::Delete);
    Object {
        schema_version: schema.version,
        attributes: attributes(schema, value),
        flat_attributes: None,
        sensitive: sensitive(&marked(schema, &intent.sensitive, value)),
        private,
        status: match (intent.act, before) {
            // It is whole when its provisioners have run.
            (Act::Create, _) if intent.provisions => Status::Tainted,
            (Act::Create, _) | (_, None) => Status::Ready,
            (_, Some(object)) => object.status,
        },
        dependencies: kept.map_or(&intent.dependencies, |object| &object.dependencies).clone(),
        create_before_destroy: kept.map_or(intent.create_before_destroy, |object| object.create_before_destroy),
        skip_destroy: kept.map_or(intent.skip_destroy, |object| object.skip_destroy),
        // Its identity among them: an object keeps that for as long as it lives.
        unread: before.filter(|_| intent.act != Act::Create).map(|object| object.unread.clone()).unwrap_or_default(),
    }
    .with_identity(identity.map(|identity| (identity.version, identity.json)))
}

/// The attributes as state files hold them. Only wholly known values of the schema's type come here.
pub(crate) fn attributes(schema: &Schema, value: &Value) -> Arc<str> {
    let ty = configschema::implied_type(&schema.block);
    let node = json::encode(value, &ty);
    diag::invariant!(node.is_ok(), "only known values of the schema's type are stored");
    node.map_or_else(|_| "null".into(), |node| node.print().into())
}

/// The value with null in place of everything unknown.
pub(crate) fn without_unknowns(value: &Value) -> Value {
    match &value.content {
        Content::Unknown(ty, ..) => Value::null(ty.clone()).marked(value.marks),
        _ => value.map_children(|_, part| without_unknowns(part)),
    }
}

/// Paths of unknown parts.
pub(crate) fn unknown_paths(value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open = vec![(Path::ROOT, value)];
    while let Some((path, value)) = open.pop() {
        match &value.content {
            Content::Unknown(..) => found.push(path),
            _ => open.extend(value.children().map(|(step, part)| (path.then(step), part))),
        }
    }
    found.sort();
    found
}
