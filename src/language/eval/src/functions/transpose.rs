//! `transpose(map)`: from keys to lists of values, to values with lists of keys.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, entries};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Type, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::of("values", Kind::MapOfTexts)], Kind::MapOfTexts, |call| {
        if !call.arg(0).is_wholly_known() {
            return Ok(call.unknown());
        }
        let mut keys_of: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (key, list) in entries(call.arg(0)) {
            if list.is_null() {
                return Err(CallError::new("input must not contain null list"));
            }
            for item in list.as_items().unwrap_or_default() {
                let Some(item) = item.as_str() else {
                    return Err(CallError::at(0, "input must not contain null values"));
                };
                keys_of.entry(item.into()).or_default().push(Value::string(key.clone()));
            }
        }
        let lists = keys_of.into_iter().map(|(k, keys)| (k, Value::list(Type::String, keys)));
        Ok(Value::map(Type::list(Type::String), lists))
    });
