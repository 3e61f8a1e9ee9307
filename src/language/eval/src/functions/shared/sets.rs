//! What the operations on sets have in common.

use super::signature::{Call, Outcome};
use crate::functions::CallError;
use value::{Content, Type, Value, convert, unify};

/// The set type that all arguments convert to; empty sets of no type do not count.
pub(in crate::functions) fn common_type(args: &[Value]) -> Result<Type, CallError> {
    let types: Vec<Type> = args
        .iter()
        .filter(|a| !matches!(&a.content, Content::Set(Type::Dynamic, items) if items.is_empty()))
        .filter_map(|a| a.ty().element().cloned())
        .collect();
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    unify(&types).map(Type::set).ok_or_else(|| CallError::new("given sets must all have compatible element types"))
}

/// What becomes of sets that are wholly known.
pub(in crate::functions) fn combine(call: &Call<'_>, combined: impl FnOnce(&[Vec<Value>]) -> Vec<Value>) -> Outcome {
    let mut sets = Vec::new();
    for (i, arg) in call.args.iter().enumerate() {
        if !arg.is_wholly_known() {
            return Ok(call.unknown());
        }
        let set = convert(arg, &call.ty).map_err(|e| CallError::at(i, e.to_string()))?;
        sets.push(set.as_items().unwrap_or_default().to_vec());
    }
    Ok(Value::set(call.element(), combined(&sets)))
}

/// True when a set has that element.
pub(in crate::functions) fn has(set: &[Value], value: &Value) -> bool {
    set.binary_search_by(|v| Value::set_order(v, value)).is_ok()
}
