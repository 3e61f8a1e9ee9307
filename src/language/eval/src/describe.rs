//! Values in a few words, for diagnostics.

use value::{Content, Marks, Type, Value};

/// Text longer than this is cut: a diagnostic is not the place for a whole file.
const MOST_CHARACTERS: usize = 80;

/// What a value is, as a predicate: `is "x"`, `is list of string with 2 elements`, `has a sensitive value`.
pub fn describe(value: &Value) -> String {
    if value.marks.contains(Marks::SENSITIVE) {
        return "has a sensitive value".into();
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return "has an ephemeral value".into();
    }
    match &value.content {
        Content::Null(_) => "is null".into(),
        Content::Unknown(Type::Dynamic, _, _) => "will be known only after apply".into(),
        Content::Unknown(ty, _, _) => format!("is a {}, known only after apply", ty.friendly_name()),
        Content::Bool(b) => format!("is {b}"),
        Content::Number(n) => format!("is {n}"),
        Content::String(text) => match text.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => format!("is {:?}…", text.get(..end).unwrap_or_default()),
            None => format!("is {text:?}"),
        },
        Content::List(element, items) => counted(&format!("list of {}", element.friendly_name()), items.len()),
        Content::Set(element, items) => counted(&format!("set of {}", element.friendly_name()), items.len()),
        Content::Map(element, items) => counted(&format!("map of {}", element.friendly_name()), items.len()),
        Content::Tuple(items) => counted("tuple", items.len()),
        Content::Object(attributes) => match (attributes.len(), attributes.keys().next()) {
            (1, Some(name)) => format!("is object with 1 attribute {name:?}"),
            (0, _) => "is object with no attributes".into(),
            (n, _) => format!("is object with {n} attributes"),
        },
    }
}

fn counted(what: &str, n: usize) -> String {
    match n {
        0 => format!("is empty {what}"),
        1 => format!("is {what} with 1 element"),
        n => format!("is {what} with {n} elements"),
    }
}
