//! Types as JSON (plugin-protocol.md 6.4): in schemas, function signatures and dynamic values.

use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{ObjectType, Type};

/// A type as compact JSON, attributes in name order.
pub fn type_to_json(ty: &Type) -> String {
    to_json(ty).to_string()
}

fn to_json(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => Json::from("dynamic"),
        Type::String => Json::from("string"),
        Type::Number => Json::from("number"),
        Type::Bool => Json::from("bool"),
        Type::List(e) => Json::from(vec![Json::from("list"), to_json(e)]),
        Type::Set(e) => Json::from(vec![Json::from("set"), to_json(e)]),
        Type::Map(e) => Json::from(vec![Json::from("map"), to_json(e)]),
        Type::Tuple(es) => Json::from(vec![Json::from("tuple"), es.iter().map(to_json).collect()]),
        Type::Object(object) => {
            let attributes = object.attributes.iter().map(|(name, ty)| (name.to_string(), to_json(ty))).collect();
            let mut parts = vec![Json::from("object"), Json::Object(attributes)];
            if !object.optional.is_empty() {
                parts.push(object.optional.iter().map(|name| Json::from(name.as_ref())).collect());
            }
            Json::from(parts)
        }
    }
}

/// Reads a type.
///
/// # Errors
/// What is wrong, as part of a sentence.
pub fn type_from_json(json: &[u8]) -> Result<Type, String> {
    let json: Json = serde_json::from_slice(json).map_err(|why| why.to_string())?;
    from_json(&json)
}

fn from_json(json: &Json) -> Result<Type, String> {
    let unknown = || format!("{json} is not a type");
    if let Some(name) = json.as_str() {
        return match name {
            "dynamic" => Ok(Type::Dynamic),
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            _ => Err(unknown()),
        };
    }
    let Some((kind, rest)) = json.as_array().and_then(|parts| parts.split_first()) else { return Err(unknown()) };
    match (kind.as_str(), rest) {
        (Some("list"), [element]) => Ok(Type::list(from_json(element)?)),
        (Some("set"), [element]) => Ok(Type::set(from_json(element)?)),
        (Some("map"), [element]) => Ok(Type::map(from_json(element)?)),
        (Some("tuple"), [Json::Array(elements)]) => {
            Ok(Type::Tuple(elements.iter().map(from_json).collect::<Result<Arc<[Type]>, String>>()?))
        }
        (Some("object"), [Json::Object(attributes), optional @ ..]) => {
            let mut object = ObjectType::default();
            for (name, ty) in attributes {
                object.attributes.insert(name.as_str().into(), from_json(ty)?);
            }
            object.optional = match optional {
                [] => BTreeSet::new(),
                [Json::Array(names)] => names.iter().filter_map(Json::as_str).map(Arc::from).collect(),
                _ => return Err(unknown()),
            };
            Ok(Type::Object(Arc::new(object)))
        }
        _ => Err(unknown()),
    }
}
