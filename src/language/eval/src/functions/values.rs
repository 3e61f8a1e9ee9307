//! `values(map)`, by order of keys.
use super::CallError;
use super::shared::signature::{Function, Parameter, entries};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("mapping").marked()],
    |args| match args.first().map(Value::ty) {
        Some(Type::Map(element)) => Ok(Type::List(element)),
        Some(Type::Object(o)) => Ok(Type::tuple(o.attributes.values().cloned())),
        _ => Err(CallError::new("values() requires a map as the first argument")),
    },
    |call| {
        let items = entries(call.arg(0)).into_iter().map(|(_, v)| v.clone());
        let value = match &call.ty {
            Type::List(_) => call.list(items)?,
            _ => Value::tuple(items),
        };
        Ok(value.marked(call.arg(0).marks))
    },
);
