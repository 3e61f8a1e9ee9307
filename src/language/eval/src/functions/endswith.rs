//! `endswith(text, suffix)`
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str"), Parameter::text("suffix")], Kind::Bool, |call| {
        Ok(Value::bool(call.text(0).ends_with(call.text(1))))
    });
