//! Bodies of JSON: properties that become arguments and blocks.

use super::{Node, NodeKind, Property, Reading};
use crate::{Attribute, Block, Body, Label, Name, Span, with_room};
use diag::{Diagnostic, Diagnostics};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a property of a body is in the eyes of who knows the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role<'s> {
    /// An argument, its strings read so.
    Argument(Reading),
    /// Blocks, with one label for each name here; the names are for messages.
    Blocks(&'s [&'s str]),
    /// Somebody else decides, or nobody knows it.
    Undecided,
}

/// The roles in the body of a `dynamic` block.
pub fn dynamic_role(name: &str) -> Role<'static> {
    match name {
        "content" => Role::Blocks(&[]),
        "iterator" => Role::Argument(Reading::Code),
        _ => Role::Argument(Reading::Template),
    }
}

/// The name of a property that is a comment.
const COMMENT: &str = "//";

impl Body {
    /// The body with those properties decided that the asker knows. Comments are left out; what nobody knows stays
    /// undecided. Bodies of the native syntax come back as they are.
    pub fn decided<'r>(&self, role: impl Fn(&str) -> Role<'r>, diagnostics: &mut Diagnostics) -> Cow<'_, Body> {
        if self.undecided.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut body = Body { undecided: Vec::new(), ..self.clone() };
        let mut seen: BTreeMap<Arc<str>, Span> =
            body.attributes.iter().map(|a| (a.name.text.clone(), a.name.span)).collect();
        for property in &self.undecided {
            let name = &property.name.text;
            match role(name) {
                _ if name.as_ref() == COMMENT => {}
                Role::Argument(_) if seen.contains_key(name) => diagnostics.push(
                    Diagnostic::error("Duplicate argument", format!("The argument \"{name}\" was already set."))
                        .at(property.name.span.of(&property.file))
                        .next("Remove one of the two."),
                ),
                Role::Argument(reading) => {
                    seen.insert(name.clone(), property.name.span);
                    let argument: Attribute = property.argument(reading, diagnostics);
                    body.attributes.push(argument);
                }
                Role::Blocks(labels) => {
                    let mut unpacking =
                        Unpacking { property, labels: Vec::new(), blocks: &mut body.blocks, diagnostics };
                    unpacking.unpack(&property.value, property.name.span, labels);
                }
                Role::Undecided => body.undecided.push(property.clone()),
            }
        }
        Cow::Owned(body)
    }
}

/// The body that a file or a block without labels has.
pub(crate) fn body_of(file: &Arc<str>, node: &Node, diagnostics: &mut Diagnostics) -> Body {
    let span = match &node.kind {
        NodeKind::Array(_) => Span::new(node.span.start, node.span.start + 1),
        _ => node.span,
    };
    Body {
        file: file.clone(),
        span,
        undecided: properties(file, node, "to define arguments and child blocks", diagnostics),
        ..Body::default()
    }
}

/// The properties of an object, or of all objects of an array.
fn properties(file: &Arc<str>, node: &Node, purpose: &str, diagnostics: &mut Diagnostics) -> Vec<Arc<Property>> {
    let mut wrong = |node: &Node, what: &str| {
        let detail = format!("{what} is required here, {purpose}.");
        diagnostics.push(
            Diagnostic::error("Incorrect JSON value type", detail)
                .at(start_of(node).of(file))
                .next("Write an object in braces: {\"name\": value}."),
        );
    };
    match &node.kind {
        NodeKind::Null | NodeKind::Invalid => Vec::new(),
        NodeKind::Object(properties) => properties.clone(),
        NodeKind::Array(items) => {
            let mut all = Vec::new();
            for item in items {
                match &item.kind {
                    NodeKind::Object(properties) => all.extend(properties.iter().cloned()),
                    NodeKind::Invalid => {}
                    _ => wrong(item, "A JSON object"),
                }
            }
            all
        }
        _ => {
            wrong(node, "Either a JSON object or JSON array of objects");
            Vec::new()
        }
    }
}

/// What to underline of a value: of objects and arrays the opening bracket.
fn start_of(node: &Node) -> Span {
    match node.kind {
        NodeKind::Array(_) | NodeKind::Object(_) => Span::new(node.span.start, node.span.start + 1),
        _ => node.span,
    }
}

/// One property that is blocks.
struct Unpacking<'a> {
    property: &'a Arc<Property>,
    labels: Vec<Label>,
    blocks: &'a mut Vec<Block>,
    diagnostics: &'a mut Diagnostics,
}

impl Unpacking<'_> {
    /// `above` is the name that stands before the value.
    fn unpack(&mut self, node: &Node, above: Span, labels: &[&str]) {
        let Some((label, rest)) = labels.split_first() else { return self.contents(node, above) };
        let file = &self.property.file;
        let before = self.diagnostics.len();
        let found = properties(file, node, &format!("to specify {label} labels for this block"), self.diagnostics);
        if found.is_empty() && self.diagnostics.len() == before && !matches!(node.kind, NodeKind::Invalid) {
            let kind = &self.property.name.text;
            let detail =
                format!("At least one object property is required, whose name represents the {kind} block's {label}.");
            self.diagnostics.push(
                Diagnostic::error("Missing block label", detail)
                    .at(start_of(node).of(file))
                    .next(format!("Write {{\"{label}\": {{ … }}}}.")),
            );
        }
        for property in &found {
            self.labels.push(Label { text: property.name.text.clone(), span: property.name.span });
            self.unpack(&property.value, property.name.span, rest);
            self.labels.pop();
        }
    }

    fn contents(&mut self, node: &Node, above: Span) {
        match &node.kind {
            NodeKind::Null | NodeKind::Invalid => {}
            NodeKind::Object(_) => self.block(node, above),
            NodeKind::Array(items) => items.iter().for_each(|item| self.block(item, above)),
            _ => {
                let detail = format!(
                    "Either a JSON object or a JSON array is required, representing the contents of one or more \"{}\" blocks.",
                    self.property.name.text
                );
                self.diagnostics.push(
                    Diagnostic::error("Incorrect JSON value type", detail)
                        .at(node.span.of(&self.property.file))
                        .next("Write an object in braces, or several in brackets."),
                );
            }
        }
    }

    fn block(&mut self, node: &Node, above: Span) {
        let body = with_room(|| body_of(&self.property.file, node, self.diagnostics));
        let kind = Name { text: self.property.name.text.clone(), span: self.property.name.span };
        self.blocks.push(Block { kind, labels: self.labels.clone(), body, header: above, span: above.to(node.span) });
    }
}
