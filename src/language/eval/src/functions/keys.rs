//! `keys(map)`, by order of text.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Content, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("inputMap").unknown().marked()],
    |args| match args.first().map(Value::ty) {
        Some(Type::Map(_)) => Ok(Type::list(Type::String)),
        Some(Type::Object(o)) => Ok(Type::tuple(o.attributes.keys().map(|_| Type::String))),
        Some(Type::Dynamic) | None => Ok(Type::Dynamic),
        Some(_) => Err(CallError::at(0, "must have map or object type")),
    },
    |call| {
        let map = call.arg(0);
        let value = match (&map.content, map.ty()) {
            // The names of attributes are known before the object is.
            (_, Type::Object(o)) => Value::tuple(o.attributes.keys().map(|k| Value::string(k.clone()))),
            (Content::Map(_, elements), _) => {
                Value::list(Type::String, elements.keys().map(|k| Value::string(k.clone())))
            }
            _ => call.unknown(),
        };
        Ok(value.marked(map.marks))
    },
);
