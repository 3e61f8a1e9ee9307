//! `one(list)`: its only element, or null.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Content, Type, Value};

const REASON: &str = "must be a list, set, or tuple value with either zero or one elements";

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list")],
    |args| match args.first().map(Value::ty) {
        Some(Type::List(element) | Type::Set(element)) => Ok(Type::clone(&element)),
        Some(Type::Tuple(elements)) => match &*elements {
            [] => Ok(Type::Dynamic),
            [only] => Ok(only.clone()),
            _ => Err(CallError::at(0, REASON)),
        },
        _ => Err(CallError::at(0, REASON)),
    },
    |call| match call.items(0) {
        [] => Ok(Value::null(call.ty.clone())),
        [only] => Ok(only.clone()),
        // Elements of a set that are not known yet may turn out to be one.
        _ if matches!(call.arg(0).content, Content::Set(..)) && !call.arg(0).is_wholly_known() => Ok(call.unknown()),
        _ => Err(CallError::at(0, REASON)),
    },
)
.may_give_null();
