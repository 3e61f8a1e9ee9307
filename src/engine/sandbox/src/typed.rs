//! Values of the language ⇄ JSON of the world, led by the schema's implied type.

use configschema::{Block, Nesting, implied_type};
use serde_json::{Map, Number as JsonNumber, Value as Json};
use std::str::FromStr;
use std::sync::Arc;
use value::{Content, Number, Type, Value};

/// JSON of a value. `None` where it is unknown; unknown attributes of an object are left out, unknown elements
/// of a collection make the whole collection unknown.
pub(crate) fn to_json(value: &Value) -> Option<Json> {
    Some(match &value.content {
        Content::Null(_) => Json::Null,
        Content::Unknown(..) => return None,
        Content::Bool(b) => Json::Bool(*b),
        Content::String(s) => Json::String(s.to_string()),
        Content::Number(n) => json_number(n),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            Json::Array(items.iter().map(to_json).collect::<Option<_>>()?)
        }
        Content::Map(_, items) => {
            Json::Object(items.iter().map(|(k, v)| Some((k.to_string(), to_json(v)?))).collect::<Option<_>>()?)
        }
        Content::Object(_) => Json::Object(to_json_object(value)),
    })
}

/// The known attributes of an object; empty for null and unknown.
pub(crate) fn to_json_object(value: &Value) -> Map<String, Json> {
    let attributes = value.as_object().into_iter().flatten();
    attributes.filter_map(|(name, v)| Some((name.to_string(), to_json(v)?))).collect()
}

/// Numbers that 64 bits hold exactly stay numbers; others become text, so that nothing is rounded.
fn json_number(number: &Number) -> Json {
    let text = number.to_string();
    let exact = i64::from_str(&text).map(JsonNumber::from).ok();
    let exact = exact.or_else(|| {
        let float = f64::from_str(&text).ok()?;
        JsonNumber::from_f64(float).filter(|n| n.to_string() == text)
    });
    exact.map_or(Json::String(text), Json::Number)
}

/// A value of a type from JSON; what does not fit becomes null, what is missing too, what is too much is dropped
/// (as providers upgrade a state of an older schema).
pub(crate) fn from_json(json: &Json, ty: &Type) -> Value {
    fit(json, ty).unwrap_or_else(|| Value::null(ty.clone()))
}

fn fit(json: &Json, ty: &Type) -> Option<Value> {
    Some(match (ty, json) {
        (_, Json::Null) => return None,
        (Type::Bool, Json::Bool(b)) => Value::bool(*b),
        (Type::Bool, Json::String(s)) => Value::bool(s.parse().ok()?),
        (Type::String, Json::String(s)) => Value::string(s.as_str()),
        (Type::String, Json::Number(n)) => Value::string(n.to_string()),
        (Type::String, Json::Bool(b)) => Value::string(b.to_string()),
        (Type::Number, Json::Number(n)) => Value::number(Number::parse(&n.to_string())?),
        (Type::Number, Json::String(s)) => Value::number(Number::parse(s)?),
        (Type::List(e), Json::Array(items)) => Value::list((**e).clone(), items.iter().map(|i| from_json(i, e))),
        (Type::Set(e), Json::Array(items)) => Value::set((**e).clone(), items.iter().map(|i| from_json(i, e))),
        (Type::Map(e), Json::Object(items)) => {
            Value::map((**e).clone(), items.iter().map(|(k, v)| (Arc::<str>::from(k.as_str()), from_json(v, e))))
        }
        (Type::Object(o), Json::Object(items)) => Value::object(o.attributes.iter().map(|(name, ty)| {
            (name.clone(), items.get(name.as_ref()).map_or_else(|| missing(ty), |json| from_json(json, ty)))
        })),
        _ => return None,
    })
}

/// What an absent part is: null. (Absent blocks are put right by [`empty_blocks`].)
fn missing(ty: &Type) -> Value {
    Value::null(ty.clone())
}

/// The object with every null block collection empty instead: blocks are never null except single ones.
pub(crate) fn empty_blocks(value: &Value, block: &Block) -> Value {
    let Some(attributes) = value.as_object() else {
        return value.clone();
    };
    Value::object(attributes.iter().map(|(name, v)| {
        let Some(nested) = block.blocks.get(name) else {
            return (name.clone(), v.clone());
        };
        let inner = implied_type(&nested.block);
        let fixed = match (nested.nesting, v.is_null()) {
            (Nesting::List, true) => Value::list(inner, []),
            (Nesting::Set, true) => Value::set(inner, []),
            (Nesting::Map, true) => Value::map::<Arc<str>>(inner, []),
            (Nesting::Single | Nesting::Group, _) => empty_blocks(v, &nested.block),
            _ => v.map_children(|_, element| empty_blocks(element, &nested.block)),
        };
        (name.clone(), fixed)
    }))
}
