//! `sort(list)` of strings, by code point.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::of("list", Kind::Texts)], Kind::Texts, |call| {
    if !call.arg(0).is_wholly_known() {
        // Sorting changes the order, not the number.
        let Some(items) = call.arg(0).as_items() else { return Ok(call.unknown()) };
        return call.list(items.iter().map(|_| Value::unknown(Type::String)));
    }
    let mut items = call.items(0).to_vec();
    if let Some(null) = items.iter().position(Value::is_null) {
        let reason = format!("given list element {null} is null; a null string cannot be sorted");
        return Err(CallError::new(reason));
    }
    items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    call.list(items)
});
