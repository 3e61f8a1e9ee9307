//! `fileexists(path)`
use super::CallError;
use super::shared::paths::{expanded, redacted};
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Bool, |call| {
    let path = expanded(call)?;
    let exists = call.surroundings.files.exists(&path).map_err(|e| CallError::new(redacted(call, e, &path)))?;
    Ok(Value::bool(exists))
});
