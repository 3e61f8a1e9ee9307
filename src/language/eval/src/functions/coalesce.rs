//! `coalesce(values...)`: the first that is neither null nor an empty string.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Type, Value, convert, unify};

pub(super) const FUNCTION: Function = Function::typed(
    &[],
    |args| {
        let types: Vec<Type> = args.iter().map(Value::ty).collect();
        let common = if types.is_empty() { None } else { unify(&types) };
        common.ok_or_else(|| CallError::new("all arguments must have the same type"))
    },
    |call| {
        for arg in call.args {
            let value = convert(arg, &call.ty).map_err(|e| CallError::new(e.to_string()))?;
            if !value.is_known() {
                return Ok(call.unknown());
            }
            if !value.is_null() && value.as_str() != Some("") {
                return Ok(value);
            }
        }
        Err(CallError::new("no non-null, non-empty-string arguments"))
    },
)
.rest(Parameter::any("vals").null().unknown().untyped());
