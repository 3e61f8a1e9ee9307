//! `matchkeys(values, keys, searchset)`: the values whose key is in the set.
use super::CallError;
use super::distinct::InOrder;
use super::shared::signature::{Function, Kind, Parameter};
use std::collections::BTreeSet;
use value::{Type, Value, convert, unify};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::of("values", Kind::List), Parameter::of("keys", Kind::List), Parameter::of("searchset", Kind::List)],
    |args| {
        let [values, keys, searched] = args else { return Ok(Type::Dynamic) };
        if unify(&[keys.ty(), searched.ty()]).is_none() {
            return Err(CallError::new("keys and searchset must be of the same type"));
        }
        Ok(values.ty())
    },
    |call| {
        let (values, keys) = (call.items(0), call.items(1));
        if values.len() != keys.len() {
            return Err(CallError::new("length of keys and values should be equal"));
        }
        let searched = call.arg(2);
        if searched.as_items().is_some_and(<[Value]>::is_empty) {
            return call.list([]);
        }
        if !call.args.iter().all(Value::is_wholly_known) {
            return Ok(call.unknown());
        }
        let common = unify(&[call.arg(1).ty(), searched.ty()]).unwrap_or(Type::Dynamic);
        let same = |v: &Value| convert(v, &common).map_err(|e| CallError::new(e.to_string()));
        let (keys, searched) = (same(call.arg(1))?, same(searched)?);
        let searched = searched.as_items().unwrap_or_default();
        let wanted: BTreeSet<InOrder<'_>> = searched.iter().map(InOrder).collect();
        let pairs = values.iter().zip(keys.as_items().unwrap_or_default());
        call.list(pairs.filter(|(_, key)| wanted.contains(&InOrder(key))).map(|(v, _)| v.clone()))
    },
);
