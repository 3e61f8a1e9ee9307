//! The message around a value.

use crate::json::decode_json;
use crate::msgpack::{DecodeError, decode, encode};
use crate::tfplugin6::DynamicValue;
use value::{Type, Value};

/// Wraps a value; always msgpack, because that is what every peer reads. Null is a message too: providers crash
/// when one is missing.
pub fn dynamic_value(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue { msgpack: encode(value, ty).into(), json: Default::default() }
}

/// Reads a value: msgpack when there is any, else JSON, else null.
///
/// # Errors
/// Where the bytes are no value of the type.
pub fn read_dynamic_value(message: Option<&DynamicValue>, ty: &Type) -> Result<Value, DecodeError> {
    match message {
        Some(message) if !message.msgpack.is_empty() => decode(&message.msgpack, ty),
        Some(message) if !message.json.is_empty() => decode_json(&message.json, ty),
        _ => Ok(Value::null(ty.clone())),
    }
}
