//! Values on one line.

pub(crate) use value::text::in_quotes as quoted;
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
