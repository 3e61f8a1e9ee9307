//! The blocks of one type in a body: written ones and those of `dynamic` blocks, in source order.

use crate::decode::{Decoder, is_many, mark_parts};
use crate::for_expression::elements;
use crate::graph::dynamic_iterator;
use configschema::{NestedBlock, Nesting};
use diag::{Diagnostic, Range};
use std::borrow::Cow;
use std::sync::Arc;
use syntax::json::dynamic_role;
use syntax::{Block, Body, ExprKind, Label};
use value::{Content, Marks, Type, Value, convert};

/// One block, or an unknown number of them.
pub(crate) enum Item {
    /// A block: its label, its object, its place.
    Known(Option<Arc<str>>, Value, Range),
    /// As many as will be known later.
    Unknown(Marks),
}

/// A block: its label, its object, its place.
pub(crate) type Keyed = (Option<Arc<str>>, Value, Range);

impl Item {
    /// The marks that the collection of all blocks takes over.
    pub(crate) fn marks(&self) -> Marks {
        match self {
            Item::Known(_, value, _) => value.marks,
            Item::Unknown(marks) => *marks,
        }
    }

    /// The block, if it is one.
    pub(crate) fn into_keyed(self) -> Option<Keyed> {
        match self {
            Item::Known(key, value, range) => Some((key, value, range)),
            Item::Unknown(_) => None,
        }
    }
}

impl Decoder<'_> {
    /// The blocks of one type.
    pub(crate) fn items(&mut self, body: &Body, name: &str, nested: &NestedBlock) -> Vec<Item> {
        let mut items = Vec::new();
        let around = self.after_unknown;
        for block in &body.blocks {
            self.after_unknown |= is_many(nested) && matches!(items.last(), Some(Item::Unknown(_)));
            if block.kind.text.as_ref() == name {
                let key = self.static_label(block, nested);
                let value = self.block(&block.body, &nested.block);
                items.push(Item::Known(key, value, block.header_range()));
            } else if block.kind.text.as_ref() == "dynamic"
                && block.labels.first().is_some_and(|label| label.text.as_ref() == name)
            {
                self.dynamic(block, name, nested, &mut items);
            }
        }
        self.after_unknown = around;
        items
    }

    fn static_label(&mut self, block: &Block, nested: &NestedBlock) -> Option<Arc<str>> {
        let name = &block.kind.text;
        let place = |label: &Label| label.span.of(&block.body.file);
        match (nested.nesting, block.labels.as_slice()) {
            (Nesting::Map, [key]) => Some(key.text.clone()),
            (Nesting::Map, []) => {
                let detail = format!("All {name} blocks must have 1 label (key).");
                self.diagnostics
                    .push(Diagnostic::error(format!("Missing key for {name}"), detail).at(block.header_range()));
                None
            }
            (Nesting::Map, [_, extra, ..]) | (_, [extra, ..]) => {
                let expected = if nested.nesting == Nesting::Map { "Only 1 label (key) is" } else { "No labels are" };
                let detail = format!("{expected} expected for {name} blocks.");
                let trouble = Diagnostic::error(format!("Extraneous label for {name}"), detail).at(place(extra));
                self.diagnostics.push(trouble.next("Remove the label."));
                block.labels.first().map(|label| label.text.clone())
            }
            (_, []) => None,
        }
    }

    /// The blocks that one `dynamic` block stands for.
    fn dynamic(&mut self, block: &Block, name: &str, nested: &NestedBlock, items: &mut Vec<Item>) {
        let before = self.diagnostics.len();
        let mut decided: Block;
        let block = match block.body.decided(dynamic_role, &mut self.diagnostics) {
            Cow::Borrowed(_) => block,
            Cow::Owned(body) => {
                decided = block.clone();
                decided.body = body;
                &decided
            }
        };
        self.check_dynamic(block);
        let contents: Vec<&Block> = block.body.blocks_of("content").collect();
        let (Some(for_each), [content]) = (block.body.attribute("for_each"), contents.as_slice()) else {
            return items.push(Item::Unknown(Marks::NONE));
        };
        let iterator: Arc<str> = dynamic_iterator(block).unwrap_or(name).into();
        let (collection, failed) = self.evaluate(&for_each.expr);
        let wrong = |value: &Value| match &value.content {
            Content::Null(_) => Some("Cannot use a null value in for_each.".to_string()),
            Content::Unknown(ty, ..) if ty.is_primitive() => Some(unfit(ty)),
            Content::Bool(_) | Content::Number(_) | Content::String(_) => Some(unfit(&value.ty())),
            _ => None,
        };
        if !failed && let Some(detail) = wrong(&collection) {
            let trouble = Diagnostic::error("Invalid dynamic for_each value", detail).at(for_each.expr.range());
            self.diagnostics.push(
                trouble
                    .involving("for_each", crate::describe(&collection))
                    .next("Give a list, set, map or object; empty for no block."),
            );
        }
        let marks = collection.marks;
        match elements(&collection).filter(|_| self.diagnostics.len() == before) {
            Some(elements) => {
                for element in elements {
                    let item = self.with_iterator(&iterator, element, |decoder| {
                        decoder.dynamic_item(block, content, nested, marks)
                    });
                    items.push(item);
                }
            }
            None => {
                // What is wrong inside shows already. Of one block at most Terraform says what it would have, unknown.
                let unknown = (Value::dynamic(), Value::dynamic());
                let around = std::mem::replace(&mut self.presence_unknown, true);
                let item = self
                    .with_iterator(&iterator, unknown, |decoder| decoder.dynamic_item(block, content, nested, marks));
                self.presence_unknown = around;
                items.push(if is_many(nested) { Item::Unknown(marks) } else { item });
            }
        }
    }

    fn with_iterator<T>(
        &mut self,
        iterator: &Arc<str>,
        (key, value): (Value, Value),
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.bindings.push((iterator.clone(), Value::object([("key", key), ("value", value)])));
        let result = body(self);
        self.bindings.pop();
        result
    }

    /// One block of a `dynamic` block, its iterator bound.
    fn dynamic_item(&mut self, block: &Block, content: &Block, nested: &NestedBlock, marks: Marks) -> Item {
        let value = mark_parts(self.block(&content.body, &nested.block), marks);
        if nested.nesting != Nesting::Map {
            return Item::Known(None, value, block.header_range());
        }
        match self.dynamic_label(block) {
            Some(key) => Item::Known(Some(key), value, block.header_range()),
            None => Item::Unknown(marks),
        }
    }

    fn dynamic_label(&mut self, block: &Block) -> Option<Arc<str>> {
        let refuse = |decoder: &mut Self, detail: String, range: Range| {
            let trouble = Diagnostic::error("Invalid dynamic block label", detail).at(range);
            decoder.diagnostics.push(trouble.next("Give one label, a string known while planning."));
            None
        };
        let Some(labels) = block.body.attribute("labels") else {
            let detail = "This dynamic block needs labels: the key of each block.".to_string();
            return refuse(self, detail, block.header_range());
        };
        let (value, failed) = self.evaluate(&labels.expr);
        if failed {
            return None;
        }
        let range = labels.expr.range();
        let [label] = value.as_items().unwrap_or_default() else {
            return refuse(self, "Exactly one label is expected.".into(), range);
        };
        match convert(label, &Type::String) {
            Ok(Value { content: Content::String(key), marks }) if marks.is_empty() => Some(key),
            Ok(value) if !value.marks.is_empty() => {
                refuse(self, "Cannot use a marked value as a dynamic block label.".into(), range)
            }
            Ok(value) if !value.is_known() && self.bindings.iter().any(|(_, v)| !v.is_wholly_known()) => None,
            Ok(value) if value.is_null() => {
                refuse(self, "Cannot use a null value as a dynamic block label.".into(), range)
            }
            Ok(_) => refuse(self, "The label is not known yet.".into(), range),
            Err(e) => refuse(self, format!("Unsuitable value for the label: {e}."), range),
        }
    }

    /// The form of a `dynamic` block.
    fn check_dynamic(&mut self, block: &Block) {
        let mut trouble = |summary: &str, detail: &str, range: Range| {
            self.diagnostics.push(Diagnostic::error(summary, detail).at(range));
        };
        for attribute in &block.body.attributes {
            let name = attribute.name.text.as_ref();
            match name {
                "for_each" | "labels" => {}
                "iterator" => {
                    if !matches!(attribute.expr.root.kind, ExprKind::Variable(_) | ExprKind::String(_)) {
                        let detail = "Dynamic iterator must be a single variable name.";
                        trouble("Invalid expression", detail, attribute.expr.range());
                    }
                }
                _ => {
                    let detail = format!("An argument named {name:?} is not expected here.");
                    trouble("Unsupported argument", &detail, attribute.name_range());
                }
            }
        }
        if block.body.attribute("for_each").is_none() {
            let detail = "The argument \"for_each\" is required, but no definition was found.";
            trouble("Missing required argument", detail, block.body.missing_range());
        }
        let contents: Vec<&Block> = block.body.blocks_of("content").collect();
        match contents.as_slice() {
            [_] => {}
            [] => {
                let detail = "A dynamic block must have a nested block of type \"content\" to describe the body of each \
                              generated block.";
                trouble("Missing content block", detail, block.header_range());
            }
            [_, second, ..] => {
                let detail = "Only one nested content block is allowed for each dynamic block.";
                trouble("Extraneous content block", detail, second.header_range());
            }
        }
        for other in block.body.blocks.iter().filter(|b| b.kind.text.as_ref() != "content") {
            let detail = format!("Blocks of type {:?} are not expected here.", other.kind.text);
            trouble("Unsupported block type", &detail, other.header_range());
        }
    }
}

fn unfit(ty: &Type) -> String {
    format!("Cannot use a {} value in for_each. An iterable collection is required.", ty.friendly_name())
}
