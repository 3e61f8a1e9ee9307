//! `format(format, arguments...)`
use super::CallError;
use super::shared::formatting::{Failure, format};
use super::shared::signature::{Function, Kind, Parameter, text};
use value::{Refinement, Type, Value};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("format")], Kind::Text, |call| {
    if !call.rest(1).iter().all(Value::is_wholly_known) {
        // The text before the first verb is known.
        let begins = call.text(0).split('%').next().filter(|begins| !begins.is_empty()).map(Into::into);
        let known = call.arg(0).is_known() && call.text(0).contains('%');
        let prefix = begins.filter(|_| known);
        return Ok(Value::refined(Type::String, Refinement { prefix, ..Refinement::not_null() }));
    }
    match format(call.text(0), call.rest(1)) {
        Ok(formatted) => text(formatted),
        Err(Failure::Call(reason)) => Err(CallError::new(reason)),
        Err(Failure::TooMany(reason, place)) => Err(CallError::at(place + 1, reason)),
    }
})
.rest(Parameter::any("args").null().unknown());
