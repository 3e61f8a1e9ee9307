//! `fileexists(path)`
use super::CallError;
use super::shared::paths::expanded;
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Bool, |call| {
    let exists = call.surroundings.files.exists(&expanded(call)?).map_err(CallError::new)?;
    Ok(Value::bool(exists))
});
