//! `signum(number)`: -1, 0 or 1.
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num")], Kind::Number, |call| Ok(Value::int(call.int(0)?.signum())));
