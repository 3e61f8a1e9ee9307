//! JSON as bytes: types in schemas and dynamic values, stored objects in `UpgradeResourceState`.

use crate::msgpack::DecodeError;
use value::json::{Escape, Layout, decode, parse, type_from_json, type_to_json};
use value::{Path, Type, Value};

/// A type as compact JSON, attributes in name order.
pub(crate) fn type_json(ty: &Type) -> String {
    type_to_json(ty).print_as(Layout::Compact, Escape::Html)
}

/// Reads a type; the error is part of a sentence.
pub(crate) fn read_type(json: &[u8]) -> Result<Type, String> {
    let text = std::str::from_utf8(json).map_err(|_| "its type is not UTF-8".to_string())?;
    let node = parse(text).map_err(|why| format!("its type is no JSON: {why}"))?;
    type_from_json(&node).map_err(|why| why.to_string())
}

/// Decodes a value of a type from JSON: missing attributes are null, foreign ones an error, numbers keep every digit.
///
/// # Errors
/// Where the text is no JSON or does not conform to the type.
pub fn decode_json(json: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let no_json = |why: String| DecodeError { path: Path::ROOT, reason: format!("it is no JSON: {why}") };
    let text = std::str::from_utf8(json).map_err(|why| no_json(why.to_string()))?;
    let node = parse(text).map_err(|why| no_json(why.to_string()))?;
    decode(&node, ty).map_err(|why| DecodeError { path: why.path, reason: why.reason })
}
