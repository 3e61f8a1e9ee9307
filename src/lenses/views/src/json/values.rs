//! Values, and the shapes beside them that say what in a value is sensitive or unknown.

use addrs::{InstanceKey, Mode};
use std::sync::Arc;
use value::json::Node;
use value::{Content, Marks, Type, Value};

/// Members of an object, in order.
pub(crate) type Members = Vec<(Arc<str>, Node)>;

/// A member.
pub(crate) fn member(name: &'static str, node: Node) -> (Arc<str>, Node) {
    (name.into(), node)
}

/// A member with a text.
pub(crate) fn text(name: &'static str, text: impl Into<Arc<str>>) -> (Arc<str>, Node) {
    (name.into(), Node::string(text))
}

/// The word for a mode.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    }
}

/// The key of an instance; `None` where there is none.
pub(crate) fn index(key: &InstanceKey) -> Option<Node> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Int(number) => Some(Node::int(i64::from(*number))),
        InstanceKey::String(key) => Some(Node::string(key.clone())),
    }
}

/// A value without its types; what is unknown is left out of objects and maps, and null in sequences, whose places count.
/// `None` for a value that is unknown itself.
pub(crate) fn known(value: &Value) -> Option<Node> {
    Some(match &value.content {
        Content::Unknown(..) => return None,
        Content::Null(_) => Node::Null,
        Content::Bool(truth) => Node::Bool(*truth),
        Content::String(text) => Node::String(text.clone()),
        // No number of a state or plan is infinite: it could not have been stored.
        Content::Number(_) => value::json::simple(value).unwrap_or(Node::Null),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            Node::Array(items.iter().map(|item| known(item).unwrap_or(Node::Null)).collect())
        }
        Content::Map(_, items) | Content::Object(items) => {
            Node::Object(items.iter().filter_map(|(name, part)| Some((name.clone(), known(part)?))).collect())
        }
    })
}

/// What in a value is sensitive: `true` for a part that is, objects and maps with such parts alone, sequences with a member
/// for each place. False where nothing can be.
pub(crate) fn sensitive(value: &Value) -> Node {
    if value.marks.contains(Marks::SENSITIVE) {
        return Node::Bool(true);
    }
    match &value.content {
        // Of what is unknown the type says which shape it will have.
        Content::Unknown(ty, ..) => match ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Node::Array(Vec::new()),
            Type::Map(_) | Type::Object(_) => Node::Object(Vec::new()),
            _ => Node::Bool(false),
        },
        _ => shape(value, sensitive),
    }
}

/// What in a value is unknown, in the same form.
pub(crate) fn unknown(value: &Value) -> Node {
    match &value.content {
        Content::Unknown(..) => Node::Bool(true),
        _ => shape(value, unknown),
    }
}

fn shape(value: &Value, of: fn(&Value) -> Node) -> Node {
    match &value.content {
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            Node::Array(items.iter().map(of).collect())
        }
        Content::Map(_, items) | Content::Object(items) => {
            let parts = items.iter().map(|(name, part)| (name.clone(), of(part)));
            Node::Object(parts.filter(|(_, node)| *node != Node::Bool(false)).collect())
        }
        _ => Node::Bool(false),
    }
}
