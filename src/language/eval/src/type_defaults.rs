//! Defaults of optional attributes, put into a value before it is converted.

use config::TypeDefaults;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Value};

/// The value with defaults where attributes are missing or null. What is itself null or unknown stays so; elements
/// become a tuple or object, which conversion to the constraint turns back.
pub(crate) fn with_defaults(value: &Value, defaults: &TypeDefaults) -> Value {
    if defaults.attributes.is_empty() && defaults.children.is_empty() {
        return value.clone();
    }
    let result = match &value.content {
        Content::List(_, items) | Content::Set(_, items) if !items.is_empty() => sequence(items, defaults),
        Content::Tuple(items) => sequence(items, defaults),
        Content::Map(_, items) if defaults.attributes.is_empty() && items.is_empty() => return value.clone(),
        Content::Map(_, items) | Content::Object(items) => named(items, defaults),
        _ => return value.clone(),
    };
    result.marked(value.marks)
}

fn child<'d>(defaults: &'d TypeDefaults, key: &str) -> Option<&'d TypeDefaults> {
    defaults.children.get(key).or_else(|| defaults.children.get(""))
}

fn sequence(items: &[Value], defaults: &TypeDefaults) -> Value {
    let with = |(i, item): (usize, &Value)| match child(defaults, &i.to_string()) {
        Some(defaults) => with_defaults(item, defaults),
        None => item.clone(),
    };
    Value::tuple(items.iter().enumerate().map(with).collect::<Vec<_>>())
}

fn named(items: &BTreeMap<Arc<str>, Value>, defaults: &TypeDefaults) -> Value {
    let mut result: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (name, item) in items {
        let item = match child(defaults, name) {
            Some(defaults) => with_defaults(item, defaults),
            None => item.clone(),
        };
        result.insert(name.clone(), item);
    }
    for (name, default) in &defaults.attributes {
        if result.get(name).is_none_or(Value::is_null) {
            let default = match defaults.children.get(name) {
                Some(inner) => with_defaults(default, inner),
                None => default.clone(),
            };
            result.insert(name.clone(), default);
        }
    }
    Value::object(result)
}
