//! `zipmap(keys, values)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use std::sync::Arc;
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::of("keys", Kind::Texts).marked(), Parameter::any("values").marked()],
    |args| {
        let [keys, values] = args else { return Ok(Type::Dynamic) };
        match values.ty() {
            Type::List(element) => Ok(Type::Map(element)),
            Type::Tuple(_) if !keys.is_wholly_known() => Ok(Type::Dynamic),
            Type::Tuple(elements) => {
                let names = names(keys, elements.len())?;
                Ok(Type::object(names.into_iter().zip(elements.iter().cloned())))
            }
            _ => Err(CallError::new("values argument must be a list or tuple value")),
        }
    },
    |call| {
        let (keys, values) = (call.arg(0), call.arg(1));
        // The marks of keys have no place of their own in a map.
        let marks = keys.all_marks().union(values.marks);
        if !keys.is_wholly_known() {
            return Ok(call.unknown().marked(marks));
        }
        let items = values.as_items().unwrap_or_default();
        let pairs = names(keys, items.len())?.into_iter().zip(items.iter().cloned());
        let value = match &call.ty {
            Type::Map(element) => Value::map(Type::clone(element), pairs),
            _ => Value::object(pairs),
        };
        Ok(value.marked(marks))
    },
);

fn names(keys: &Value, values: usize) -> Result<Vec<Arc<str>>, CallError> {
    let keys = keys.as_items().unwrap_or_default();
    if keys.len() != values {
        let reason = format!("number of keys ({}) does not match number of values ({values})", keys.len());
        return Err(CallError::new(reason));
    }
    let null = |place: usize| CallError::new(format!("keys list has null value at index {place}"));
    keys.iter().enumerate().map(|(place, key)| key.as_str().map(Arc::from).ok_or_else(|| null(place))).collect()
}
