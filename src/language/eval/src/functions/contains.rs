//! `contains(list, value)`
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list"), Parameter::any("value")],
    |_| Ok(Type::Bool),
    |call| {
        if !matches!(call.arg(0).ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) {
            return Err(CallError::new("argument must be list, tuple, or set"));
        }
        let mut undecided = false;
        for item in call.items(0) {
            match call.arg(1).equals(item).as_bool() {
                Some(true) => return Ok(Value::bool(true)),
                Some(false) => {}
                None => undecided = true,
            }
        }
        if undecided { Ok(call.unknown()) } else { Ok(Value::bool(false)) }
    },
);
