//! JSON: text, and values in it.
//!
//! [`parse`] and [`Node::print`] keep numbers as they are written and objects in the order they are written.
//! [`encode`] and [`decode`] are the typed form of state files and plugins; [`simple`] and [`implied`] are the
//! plain form of `jsonencode`, `jsondecode` and `output -json`.

mod codec;
mod print;
mod scan;

#[cfg(test)]
mod tests;

pub use codec::{decode, encode, implied, simple, type_from_json, type_to_json};
pub use print::{Escape, Layout};
pub use scan::{JsonError, parse};

use std::sync::Arc;

/// A piece of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as written.
    Number(Arc<str>),
    /// A string, escapes resolved.
    String(Arc<str>),
    /// An array.
    Array(Vec<Node>),
    /// An object, members in the order written; a key may come twice, and then the last counts.
    Object(Vec<(Arc<str>, Node)>),
}

impl Node {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Node {
        Node::String(text.into())
    }

    /// A whole number.
    pub fn int(n: i64) -> Node {
        Node::Number(n.to_string().into())
    }

    /// An object of these members, in this order.
    pub fn object<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Node)>) -> Node {
        Node::Object(members.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The member of that name; `None` when there is none or this is no object.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.as_object()?.iter().rev().find(|(k, _)| &**k == name).map(|(_, v)| v)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Node::String(s) = self { Some(s) } else { None }
    }

    /// The truth value of a bool.
    pub fn as_bool(&self) -> Option<bool> {
        if let Node::Bool(b) = self { Some(*b) } else { None }
    }

    /// A number that is whole, in range, and written without point or exponent.
    pub fn as_i64(&self) -> Option<i64> {
        if let Node::Number(n) = self { n.parse().ok() } else { None }
    }

    /// As [`Node::as_i64`], for `u64`.
    pub fn as_u64(&self) -> Option<u64> {
        if let Node::Number(n) = self { n.parse().ok() } else { None }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        if let Node::Array(items) = self { Some(items) } else { None }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(Arc<str>, Node)]> {
        if let Node::Object(members) = self { Some(members) } else { None }
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        *self == Node::Null
    }

    /// What it is, for messages: `object`, `string`.
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "bool",
            Node::Number(_) => "number",
            Node::String(_) => "string",
            Node::Array(_) => "array",
            Node::Object(_) => "object",
        }
    }
}
