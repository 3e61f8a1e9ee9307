//! Values on one line.

use value::{Content, Marks, Value};

/// A value that fits on the line.
pub(crate) fn scalar(value: &Value) -> String {
    if value.marks.contains(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    match &value.content {
        Content::Null(_) => "null".into(),
        Content::Unknown(..) => "(known after apply)".into(),
        Content::Bool(b) => b.to_string(),
        // A negative zero is a zero in Terraform's plans, though not in its strings.
        Content::Number(n) if n.is_zero() => "0".into(),
        Content::Number(n) => n.to_string(),
        Content::String(s) => quoted(s),
        Content::Map(..) | Content::Object(_) => "{}".into(),
        Content::List(..) | Content::Set(..) | Content::Tuple(_) => "[]".into(),
    }
}

/// An attribute name, quoted where it is no identifier.
pub(crate) fn attribute_name(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let goes_on = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if starts && goes_on { name.to_string() } else { quoted(name) }
}

/// A quoted string, escaped as HCL would read it back.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
