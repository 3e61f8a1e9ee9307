//! Values as the language writes them.

use std::fmt::Write;
use value::{Content, Value};

/// A value as an expression, whatever its marks; what is unknown is null: an object has a line for each attribute, everything else one line; not laid out yet.
pub fn write_value(value: &Value, out: &mut String) {
    match &value.content {
        Content::Null(_) | Content::Unknown(..) => out.push_str("null"),
        Content::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Content::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Content::String(text) => write_text(text, out),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Content::Map(_, entries) | Content::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Content::Map(_, entries) | Content::Object(entries) => {
            out.push_str("{\n");
            for (key, value) in entries.iter() {
                if syntax::is_identifier(key) {
                    out.push_str(key)
                } else {
                    write_text(key, out)
                }
                out.push_str(" = ");
                write_value(value, out);
                out.push('\n');
            }
            out.push('}');
        }
    }
}

/// A text in quotes that is no template.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' => {
                out.push(c);
                if rest.peek() == Some(&'{') {
                    out.push(c);
                }
            }
            c if printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = if code < 0x1_0000 { write!(out, "\\u{code:04x}") } else { write!(out, "\\U{code:08x}") };
            }
        }
    }
    out.push('"');
}

/// What needs no escape. `Debug` of a string knows; it escapes marks only in the first place, hence the letter before.
fn printable(c: char) -> bool {
    matches!(c, ' ' | '\'') || format!("{:?}", format!("a{c}")).chars().count() == 4
}
