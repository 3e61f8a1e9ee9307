//! `jsonencode(value)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};
use std::sync::Arc;
use value::{Refinement, Type, Value, json};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::any("val").null().unknown().untyped()], Kind::Text, |call| {
        if !call.arg(0).is_wholly_known() {
            return Ok(Value::refined(
                Type::String,
                Refinement { prefix: beginning(call.arg(0)), ..Refinement::not_null() },
            ));
        }
        text(json::simple(call.arg(0)).map_err(|e| CallError::new(e.to_string()))?.print())
    });

/// What the text begins with, whatever the parts that are not known yet.
fn beginning(value: &Value) -> Option<Arc<str>> {
    let begins = match value.ty() {
        _ if !value.is_never_null() => return None,
        Type::String => "\"",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
        Type::Map(_) | Type::Object(_) => "{",
        Type::Dynamic | Type::Number | Type::Bool => return None,
    };
    Some(begins.into())
}
