//! `anytrue(list)`: null counts as false.
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::of("list", Kind::Bools)], Kind::Bool, |call| {
    let items = call.items(0);
    if items.iter().any(|i| i.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    if !items.iter().all(Value::is_known) {
        return Ok(call.unknown());
    }
    Ok(Value::bool(false))
});
