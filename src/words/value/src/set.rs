//! Sets: distinct elements, always in one order.

#[cfg(test)]
mod tests;

use crate::{Content, Marks, Type, Value};
use std::cmp::Ordering;
use std::fmt::Write;

impl Value {
    /// A set; equal elements become one, and the elements are put in the order of [`Value::set_order`].
    ///
    /// Elements that are or hold unknowns stay apart: they may turn out different. Marks on and in the elements
    /// move to the set, since an element of a set cannot be named by a path that lasts.
    pub fn set(element: Type, items: impl IntoIterator<Item = Value>) -> Value {
        let mut marks = Marks::NONE;
        let mut bare = |item: Value| {
            let own = item.all_marks();
            marks = marks.union(own);
            if own.is_empty() { item } else { item.unmark_deep().0 }
        };
        let items: Vec<Value> = items.into_iter().map(&mut bare).collect();
        let items = if element.is_primitive() { distinct_primitives(items) } else { distinct_compounds(items) };
        Value::from(Content::Set(element, items.into())).marked(marks)
    }

    /// The order of elements in a set, both of its element type: strings by bytes, numbers by value, `false`
    /// before `true`, other types by the text that go-cty hashes; then unknown, then null.
    pub fn set_order(a: &Value, b: &Value) -> Ordering {
        rank(a).cmp(&rank(b)).then_with(|| match (&a.content, &b.content) {
            (Content::String(a), Content::String(b)) => a.cmp(b),
            (Content::Number(a), Content::Number(b)) => a.cmp(b),
            (Content::Bool(a), Content::Bool(b)) => a.cmp(b),
            _ => hash_text(a).cmp(&hash_text(b)),
        })
    }
}

/// Terraform asks for null first, so that an unknown comes before it.
fn rank(value: &Value) -> u8 {
    match value.content {
        Content::Null(_) => 2,
        Content::Unknown(..) => 1,
        _ => 0,
    }
}

fn distinct_primitives(mut items: Vec<Value>) -> Vec<Value> {
    if !items.is_sorted_by(|a, b| Value::set_order(a, b).is_lt()) {
        items.sort_by(Value::set_order);
        items.dedup_by(|a, b| a.is_known() && a == b);
    }
    items
}

fn distinct_compounds(items: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(u8, String, Value)> =
        items.into_iter().map(|item| (rank(&item), hash_text(&item), item)).collect();
    keyed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut kept: Vec<(u8, String, Value)> = Vec::with_capacity(keyed.len());
    for next in keyed {
        // Equal values have equal text, so twins can only be among the last ones with the same text.
        let twin = next.2.is_wholly_known()
            && kept.iter().rev().take_while(|k| (k.0, &k.1) == (next.0, &next.1)).any(|k| k.2 == next.2);
        if !twin {
            kept.push(next);
        }
    }
    kept.into_iter().map(|(_, _, item)| item).collect()
}

/// The text go-cty hashes a value by; it decides the order of compound elements.
fn hash_text(value: &Value) -> String {
    let mut text = String::new();
    write_hash(value, &mut text);
    text
}

fn write_hash(value: &Value, out: &mut String) {
    match &value.content {
        Content::Unknown(..) => out.push('?'),
        Content::Null(_) => out.push('~'),
        Content::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Content::Number(n) => out.push_str(&n.to_significant(10)),
        Content::String(s) => write_quoted(s, out),
        Content::List(_, items) | Content::Set(_, items) => write_parts('[', items.iter(), ']', out),
        Content::Tuple(items) => write_parts('<', items.iter(), '>', out),
        Content::Object(attributes) => write_parts('<', attributes.values(), '>', out),
        Content::Map(_, elements) => {
            out.push('{');
            for (key, element) in elements.iter() {
                write_quoted(key, out);
                out.push(':');
                write_hash(element, out);
                out.push(';');
            }
            out.push('}');
        }
    }
}

fn write_parts<'v>(open: char, parts: impl Iterator<Item = &'v Value>, close: char, out: &mut String) {
    out.push(open);
    for part in parts {
        write_hash(part, out);
        out.push(';');
    }
    out.push(close);
}

/// As Go's `%q`.
fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            // Writing to a string cannot fail.
            c if c.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(c)).unwrap_or(()),
            c if c.is_control() => write!(out, "\\u{:04x}", u32::from(c)).unwrap_or(()),
            c => out.push(c),
        }
    }
    out.push('"');
}
