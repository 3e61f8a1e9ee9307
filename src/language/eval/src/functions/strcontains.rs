//! `strcontains(text, part)`
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str"), Parameter::text("substr")], Kind::Bool, |call| {
        Ok(Value::bool(call.text(0).contains(call.text(1))))
    });
