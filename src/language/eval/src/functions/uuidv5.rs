//! `uuidv5(namespace, name)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};
use uuid::Uuid;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("namespace"), Parameter::text("name")], Kind::Text, |call| {
        let namespace = match call.text(0) {
            "dns" => Uuid::NAMESPACE_DNS,
            "url" => Uuid::NAMESPACE_URL,
            "oid" => Uuid::NAMESPACE_OID,
            "x500" => Uuid::NAMESPACE_X500,
            other => Uuid::parse_str(other).map_err(|_| {
                let why = if other.len() == 36 { "invalid UUID format".into() } else { length_trouble(other) };
                CallError::new(format!("uuidv5() doesn't support namespace {other} ({why})"))
            })?,
        };
        text(Uuid::new_v5(&namespace, call.text(1).as_bytes()).to_string())
    });

fn length_trouble(text: &str) -> String {
    format!("invalid UUID length: {}", text.len())
}
