//! `alltrue(list)`: null counts as false.
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::of("list", Kind::Bools)], Kind::Bool, |call| {
    for item in call.items(0) {
        if !item.is_known() {
            return Ok(call.unknown());
        }
        if item.as_bool() != Some(true) {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
});
