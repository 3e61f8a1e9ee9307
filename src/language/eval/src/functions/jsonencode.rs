//! `jsonencode(value)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};
use value::json;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::any("val").null().unknown().untyped()], Kind::Text, |call| {
        if !call.arg(0).is_wholly_known() {
            return Ok(call.unknown());
        }
        text(json::simple(call.arg(0)).map_err(|e| CallError::new(e.to_string()))?.print())
    });
