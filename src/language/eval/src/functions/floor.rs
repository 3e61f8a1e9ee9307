//! `floor(number)`: the largest whole number that is not above.
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num")], Kind::Number, |call| Ok(Value::number(call.number(0).floor())));
