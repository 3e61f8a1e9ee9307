//! `jsondecode(text)`
use super::CallError;
use super::shared::signature::{Function, Parameter};
use super::shared::size::allow_elements;
use value::{Content, Type, Value, json};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("str")],
    |args| match args.first().map(|a| &a.content) {
        Some(Content::String(text)) => Ok(decode(text)?.ty()),
        Some(Content::Unknown(_, Some(promises), _)) => beginning(promises.prefix.as_deref().unwrap_or_default()),
        _ => Ok(Type::Dynamic),
    },
    |call| decode(call.text(0)),
)
.may_give_null();

/// What the first characters say of the type.
fn beginning(text: &str) -> Result<Type, CallError> {
    match text.trim_start().chars().next() {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '0'..='9') => Ok(Type::Number),
        Some(c) => Err(CallError::at(0, format!("a JSON document cannot begin with the character {c:?}"))),
    }
}

fn decode(text: &str) -> Result<Value, CallError> {
    allow_elements(Some(text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count()))?;
    let node = json::parse(text).map_err(|e| match e.reason.ends_with("after top-level value") {
        true => CallError::new("extraneous data after JSON object"),
        false => CallError::new(e.to_string()),
    })?;
    json::implied(&node).map_err(|e| CallError::new(e.to_string()))
}
