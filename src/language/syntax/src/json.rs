//! JSON files of configuration: values with places, and bodies whose properties are arguments or blocks only in the
//! eyes of a reader who knows the shape.
//!
//! The rules are those of hashicorp/hcl, package `json`: strings are templates, a block type takes an object or an array of
//! objects, labels are one more level of objects each, `//` is a comment where a body stands.

mod body;
mod expression;
mod move_spans;
mod read;

use crate::{Attribute, Name, Span, with_room};
use diag::Diagnostics;
use std::sync::{Arc, OnceLock};

pub(crate) use body::body_of;
pub use body::{Role, dynamic_role};
pub(crate) use read::read;

/// How the strings of an argument are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As templates; a lone `${x}` is the value itself.
    Template,
    /// As they stand: where nothing is evaluated, such as the default of a variable.
    Literal,
    /// As expressions: references, words, type constraints, addresses.
    Code,
    /// An entry of `required_providers`: literal, but `configuration_aliases` is code.
    Requirement,
}

/// A value of a JSON file.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its place.
    pub span: Span,
}

/// The kinds of JSON value.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written, with its sign.
    Number(Arc<str>),
    /// A string.
    String(Text),
    /// `[a, b]`
    Array(Vec<Node>),
    /// `{ "a": b }`, in source order, repeated names included.
    Object(Vec<Arc<Property>>),
    /// Something that is no value; a diagnostic has been given.
    Invalid,
}

/// The text of a string, and where its characters stand in the file.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Escapes resolved.
    pub text: Arc<str>,
    /// For each escape sequence: the first byte of `text` behind it, and how many bytes the file is ahead there.
    pub(crate) escapes: Vec<(u32, u32)>,
}

/// `"name": value`.
#[derive(Debug)]
pub struct Property {
    /// File that it stands in.
    pub file: Arc<str>,
    /// Its name; the span has the quotes.
    pub name: Name,
    pub(crate) name_escapes: Vec<(u32, u32)>,
    /// Its value.
    pub value: Node,
    /// The argument that it is when it is one, made when first asked for.
    argument: OnceLock<(Attribute, Diagnostics)>,
}

impl Property {
    pub(crate) fn new(file: Arc<str>, (name, span): (Text, Span), value: Node) -> Property {
        Property {
            file,
            name: Name { text: name.text, span },
            name_escapes: name.escapes,
            value,
            argument: OnceLock::new(),
        }
    }

    /// From the name to the end of the value.
    pub fn span(&self) -> Span {
        self.name.span.to(self.value.span)
    }

    /// The argument that it is where its strings are templates.
    pub fn as_argument(&self) -> &Attribute {
        &self.template().0
    }

    fn template(&self) -> &(Attribute, Diagnostics) {
        self.argument.get_or_init(|| {
            let mut diagnostics = Diagnostics::new();
            (self.read(Reading::Template, &mut diagnostics), diagnostics)
        })
    }

    /// The argument that it is.
    pub fn argument(&self, reading: Reading, diagnostics: &mut Diagnostics) -> Attribute {
        if reading != Reading::Template {
            return self.read(reading, diagnostics);
        }
        let (argument, troubles) = self.template();
        diagnostics.extend(troubles.iter().cloned());
        argument.clone()
    }
}

/// The names and places that lead to the innermost object or array around a byte of a JSON text, such as
/// `resource.aws_instance[0]`; empty at its top.
pub fn path_at(text: &str, byte: u32) -> String {
    let (root, _) = read::read(&"".into(), text);
    let mut path = String::new();
    let mut node = &root;
    let around = |node: &Node| {
        matches!(node.kind, NodeKind::Object(_) | NodeKind::Array(_))
            && (node.span.start..node.span.end).contains(&byte)
    };
    loop {
        let inner = match &node.kind {
            NodeKind::Object(properties) => {
                properties.iter().find(|one| around(&one.value)).map(|one| (format!(".{}", one.name.text), &one.value))
            }
            NodeKind::Array(items) => {
                items.iter().enumerate().find(|(_, item)| around(item)).map(|(i, item)| (format!("[{i}]"), item))
            }
            _ => None,
        };
        let Some((step, next)) = inner else { break };
        path.push_str(&step);
        node = next;
    }
    path.trim_start_matches('.').to_string()
}

/// Deep values are dropped level by level, each with room for the next.
impl Drop for Node {
    fn drop(&mut self) {
        if matches!(&self.kind, NodeKind::Array(_) | NodeKind::Object(_)) {
            let kind = std::mem::replace(&mut self.kind, NodeKind::Null);
            with_room(|| drop(kind));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
