//! Types and values of outputs, and bytes, as state files write them (plugin-protocol.md 6.4, 6.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use value::{Type, Value, json};

/// Reads a type.
pub(super) fn parse_type(text: &str) -> Option<Type> {
    json::type_from_json(&json::parse(text).ok()?).ok()
}

/// Writes a type.
pub(super) fn print_type(ty: &Type) -> String {
    json::type_to_json(ty).print()
}

/// Reads a value of a type.
pub(super) fn parse_value(text: &str, ty: &Type) -> Option<Value> {
    json::decode(&json::parse(text).ok()?, ty).ok()
}

/// Writes a value of a type. What a state cannot hold becomes null: a state is always written (invariant 7), and
/// `apply` has complained before.
pub(super) fn print_value(value: &Value, ty: &Type) -> String {
    json::encode(value, ty).map_or_else(|_| "null".to_owned(), |node| node.print())
}

/// Bytes from base64.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Base64 of bytes.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
