//! `format(format, arguments...)`
use super::CallError;
use super::shared::formatting::{Failure, format};
use super::shared::signature::{Function, Kind, Parameter, text};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("format")], Kind::Text, |call| {
    if !call.rest(1).iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    match format(call.text(0), call.rest(1)) {
        Ok(formatted) => text(formatted),
        Err(Failure::Call(reason)) => Err(CallError::new(reason)),
        Err(Failure::TooMany(reason, place)) => Err(CallError::at(place + 1, reason)),
    }
})
.rest(Parameter::any("args").null().unknown());
