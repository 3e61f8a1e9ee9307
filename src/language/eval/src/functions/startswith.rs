//! `startswith(text, prefix)`; a promised prefix of an unknown text may be enough.
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str").unknown(), Parameter::text("prefix")], Kind::Bool, |call| {
        let prefix = call.text(1);
        if let Some(text) = call.arg(0).as_str() {
            return Ok(Value::bool(text.starts_with(prefix)));
        }
        match call.arg(0).refinement().and_then(|r| r.prefix.as_deref()) {
            Some(known) if known.starts_with(prefix) => Ok(Value::bool(true)),
            Some(known) if !prefix.starts_with(known) => Ok(Value::bool(false)),
            _ => Ok(call.unknown()),
        }
    });
