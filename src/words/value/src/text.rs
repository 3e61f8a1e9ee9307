//! Values and types as people read them: the language's own notation, and its comments where that has no word.

use crate::{Content, Marks, Type, Value};
use std::fmt::Write;
use std::sync::Arc;

/// A value as the language would write it, without a final newline: what `console` and `output` print.
pub fn value_text(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, 0, &mut out);
    out
}

/// A type as the console's `type()` prints it.
pub fn type_text(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, 0, &mut out);
    out
}

fn write_value(value: &Value, indent: usize, out: &mut String) {
    if !value.is_known() {
        return out.push_str("(known after apply)");
    }
    if value.marks.contains(Marks::SENSITIVE) {
        return out.push_str("(sensitive value)");
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return out.push_str("(ephemeral value)");
    }
    match &value.content {
        Content::Unknown(..) => out.push_str("(known after apply)"),
        Content::Null(ty) => write_null(ty, out),
        Content::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Content::Number(n) => {
            let _ = write!(out, "{n}");
        }
        Content::String(text) if text.contains('\n') => heredoc(text, indent, out),
        Content::String(text) => quoted(text, out),
        Content::Tuple(items) => sequence(items, indent, out),
        Content::List(_, items) => call("tolist", out, |out| sequence(items, indent, out)),
        Content::Set(_, items) => call("toset", out, |out| sequence(items, indent, out)),
        Content::Object(items) => mapping(items.iter(), indent, out),
        Content::Map(_, items) => call("tomap", out, |out| mapping(items.iter(), indent, out)),
    }
}

fn call(name: &str, out: &mut String, argument: impl FnOnce(&mut String)) {
    out.push_str(name);
    out.push('(');
    argument(out);
    out.push(')');
}

fn write_null(ty: &Type, out: &mut String) {
    let of = |name: &str, element: &Type| format!("{name}(null) /* of {} */", element.friendly_name());
    out.push_str(&match ty {
        Type::Dynamic => "null".into(),
        Type::String => "tostring(null)".into(),
        Type::Number => "tonumber(null)".into(),
        Type::Bool => "tobool(null)".into(),
        Type::List(element) => of("tolist", element),
        Type::Set(element) => of("toset", element),
        Type::Map(element) => of("tomap", element),
        other => format!("null /* {} */", other.friendly_name()),
    });
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    out.push('[');
    for item in items {
        line(indent + 2, out);
        write_value(item, indent + 2, out);
        out.push(',');
    }
    if !items.is_empty() {
        line(indent, out);
    }
    out.push(']');
}

fn mapping<'v>(items: impl ExactSizeIterator<Item = (&'v Arc<str>, &'v Value)>, indent: usize, out: &mut String) {
    out.push('{');
    let any = items.len() > 0;
    for (key, item) in items {
        line(indent + 2, out);
        if key.contains('\n') {
            heredoc(key, indent + 2, out);
        } else {
            quoted(key, out);
        }
        out.push_str(" = ");
        write_value(item, indent + 2, out);
    }
    if any {
        line(indent, out);
    }
    out.push('}');
}

/// Text of several lines; the end marker grows until no line is equal to it.
fn heredoc(text: &str, indent: usize, out: &mut String) {
    let mut marker = String::from("EOT");
    while text.split('\n').any(|l| l.trim() == marker) {
        marker.push('_');
    }
    out.push_str(if indent > 0 { "<<-" } else { "<<" });
    out.push_str(&marker);
    for l in text.split('\n') {
        line(indent, out);
        out.push_str(l);
    }
    line(indent, out);
    out.push_str(&marker);
}

/// As Go quotes, where a message shows a text.
pub fn in_quotes(text: &str) -> String {
    let mut out = String::new();
    quoted(text, &mut out);
    out
}

/// As Go quotes.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            c if printable(c) => out.push(c),
            c => {
                let code = c as u32;
                let _ = match code {
                    0..0x80 => write!(out, "\\x{code:02x}"),
                    0x80..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
}

/// Letters, marks, digits, punctuation, symbols and the blank. `Debug` of a string knows; it escapes marks only in the
/// first place, hence the letter before it.
fn printable(c: char) -> bool {
    c == ' ' || c == '\'' || format!("{:?}", format!("a{c}")).chars().count() == 4
}

/// Spaces by which the parts of a type are set in.
const STEP: usize = 4;

/// The element type of a collection: in a line of its own if it has parts of different types.
fn write_element(element: &Type, indent: usize, out: &mut String) {
    if !matches!(element, Type::Tuple(_) | Type::Object(_)) {
        return write_type(element, indent, out);
    }
    line(indent + STEP, out);
    write_type(element, indent + STEP, out);
    out.push(',');
    line(indent, out);
}

fn write_type(ty: &Type, indent: usize, out: &mut String) {
    match ty {
        Type::Dynamic => out.push_str("dynamic"),
        Type::String => out.push_str("string"),
        Type::Number => out.push_str("number"),
        Type::Bool => out.push_str("bool"),
        Type::List(element) => call("list", out, |out| write_element(element, indent, out)),
        Type::Set(element) => call("set", out, |out| write_element(element, indent, out)),
        Type::Map(element) => call("map", out, |out| write_element(element, indent, out)),
        Type::Tuple(elements) if elements.is_empty() => out.push_str("tuple([])"),
        Type::Tuple(elements) => {
            out.push_str("tuple([");
            for element in elements.iter() {
                line(indent + STEP, out);
                write_type(element, indent + STEP, out);
                out.push(',');
            }
            line(indent, out);
            out.push_str("])");
        }
        Type::Object(object) if object.attributes.is_empty() => out.push_str("object({})"),
        Type::Object(object) => {
            out.push_str("object({");
            for (name, ty) in &object.attributes {
                line(indent + STEP, out);
                out.push_str(name);
                out.push_str(": ");
                write_type(ty, indent + STEP, out);
                out.push(',');
            }
            line(indent, out);
            out.push_str("})");
        }
    }
}
