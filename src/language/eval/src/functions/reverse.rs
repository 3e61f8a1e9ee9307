//! `reverse(list)`
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list").marked()],
    |args| match args.first().map(Value::ty) {
        Some(Type::Tuple(elements)) => Ok(Type::tuple(elements.iter().rev().cloned())),
        Some(Type::List(element) | Type::Set(element)) => Ok(Type::List(element)),
        other => {
            let name = other.unwrap_or(Type::Dynamic).friendly_name();
            Err(CallError::at(0, format!("can only reverse list or tuple values, not {name}")))
        }
    },
    |call| {
        let items = call.items(0).iter().rev().cloned();
        let value = match &call.ty {
            Type::Tuple(_) => Value::tuple(items),
            _ => call.list(items)?,
        };
        Ok(value.marked(call.arg(0).marks))
    },
);
