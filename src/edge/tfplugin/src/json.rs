//! Values as JSON (plugin-protocol.md 6.5): stored objects in `UpgradeResourceState`, and what odd providers send.
//!
//! TODO(value): the words floor gets a JSON form of its own; this one goes when that reads numbers as exactly.

use crate::msgpack::DecodeError;
use crate::type_json::type_from_json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Number, ObjectType, Path, PathStep, Type, Value};

/// Decodes JSON text by type. Missing attributes are null, foreign ones an error; numbers keep every digit.
///
/// # Errors
/// Where the text is no JSON or does not conform to the type.
pub fn decode_json(json: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let raw: &RawValue = serde_json::from_slice(json)
        .map_err(|why| DecodeError { path: Path::ROOT, reason: format!("it is no JSON: {why}") })?;
    read(raw, ty, &Path::ROOT)
}

fn read(raw: &RawValue, ty: &Type, at: &Path) -> Result<Value, DecodeError> {
    let text = raw.get().trim();
    if text == "null" {
        return Ok(Value::null(ty.clone()));
    }
    match ty {
        Type::Bool => match text.trim_matches('"') {
            "true" => Ok(Value::bool(true)),
            "false" => Ok(Value::bool(false)),
            _ => wrong(at, ty),
        },
        Type::Number => Number::parse(text.trim_matches('"')).map_or_else(|| wrong(at, ty), |n| Ok(Value::number(n))),
        Type::String => match serde_json::from_str::<String>(text) {
            Ok(string) => Ok(Value::string(string)),
            // Old states hold numbers and truth values where a string is meant.
            Err(_) if !text.starts_with(['[', '{', '"']) => Ok(Value::string(text)),
            Err(_) => wrong(at, ty),
        },
        Type::List(element) => Ok(Value::list((**element).clone(), items(text, ty, at, |_| Some(element))?)),
        Type::Set(element) => Ok(Value::set((**element).clone(), items(text, ty, at, |_| Some(element))?)),
        Type::Tuple(elements) => {
            let items = items(text, ty, at, |i| elements.get(i))?;
            if items.len() == elements.len() { Ok(Value::tuple(items)) } else { wrong(at, ty) }
        }
        Type::Map(element) => {
            let mut read_all = BTreeMap::new();
            for (key, raw) in members(text, ty, at)? {
                let key: Arc<str> = key.into();
                read_all.insert(key.clone(), read(raw, element, &at.then(PathStep::Key(key)))?);
            }
            Ok(Value::map((**element).clone(), read_all))
        }
        Type::Object(object) => read_object(text, object, ty, at),
        Type::Dynamic => {
            let members = members(text, ty, at)?;
            let (Some(value), Some(ty)) = (members.get("value"), members.get("type")) else { return wrong(at, ty) };
            let ty = type_from_json(ty.get().as_bytes()).map_err(|reason| DecodeError { path: at.clone(), reason })?;
            read(value, &ty, at)
        }
    }
}

fn read_object(text: &str, object: &ObjectType, ty: &Type, at: &Path) -> Result<Value, DecodeError> {
    let members = members(text, ty, at)?;
    if let Some(foreign) = members.keys().find(|name| !object.attributes.contains_key(name.as_str())) {
        return Err(DecodeError { path: at.clone(), reason: format!("unsupported attribute {foreign:?}") });
    }
    let mut attributes = BTreeMap::new();
    for (name, ty) in &object.attributes {
        let value = match members.get(name.as_ref()) {
            Some(raw) => read(raw, ty, &at.then(PathStep::Attribute(name.clone())))?,
            None => Value::null(ty.clone()),
        };
        attributes.insert(name.clone(), value);
    }
    Ok(Value::object(attributes))
}

fn items<'t>(
    text: &str,
    ty: &Type,
    at: &Path,
    element: impl Fn(usize) -> Option<&'t Type>,
) -> Result<Vec<Value>, DecodeError> {
    let Ok(raws) = serde_json::from_str::<Vec<&RawValue>>(text) else { return wrong(at, ty) };
    let mut items = Vec::with_capacity(raws.len());
    for (i, raw) in raws.into_iter().enumerate() {
        let Some(element) = element(i) else { return wrong(at, ty) };
        items.push(read(raw, element, &at.then(PathStep::Index(i as u64)))?);
    }
    Ok(items)
}

fn members<'t>(text: &'t str, ty: &Type, at: &Path) -> Result<BTreeMap<String, &'t RawValue>, DecodeError> {
    serde_json::from_str(text).or_else(|_| wrong(at, ty))
}

fn wrong<T>(at: &Path, ty: &Type) -> Result<T, DecodeError> {
    Err(DecodeError { path: at.clone(), reason: format!("a value of type {} is required", ty.friendly_name()) })
}
