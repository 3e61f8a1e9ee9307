//! `jsondecode(text)`
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Content, Type, Value, json};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("str")],
    |args| match args.first().map(|a| &a.content) {
        Some(Content::String(text)) => Ok(decode(text)?.ty()),
        _ => Ok(Type::Dynamic),
    },
    |call| decode(call.text(0)),
)
.may_give_null();

fn decode(text: &str) -> Result<Value, CallError> {
    let node = json::parse(text).map_err(|e| CallError::new(e.to_string()))?;
    json::implied(&node).map_err(|e| CallError::new(e.to_string()))
}
