//! `index(list, value)`: the place of the first element that is equal.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list"), Parameter::any("value")],
    |_| Ok(Type::Number),
    |call| {
        if !matches!(call.arg(0).ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(CallError::new("argument must be a list or tuple"));
        }
        let items = call.items(0);
        if items.is_empty() {
            return Err(CallError::new("cannot search an empty list"));
        }
        for (i, item) in items.iter().enumerate() {
            match item.equals(call.arg(1)).as_bool() {
                Some(true) => return Ok(Value::int(i as i64)),
                Some(false) => {}
                None => return Ok(call.unknown()),
            }
        }
        Err(CallError::new("item not found"))
    },
);
