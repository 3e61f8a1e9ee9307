//! `log(number, base)`, through 64-bit floats as Terraform does.
use super::CallError;
use super::shared::floats::{float, natural_log};
use super::shared::signature::{Function, Kind, Parameter};
use value::{Number, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num"), Parameter::number("base")], Kind::Number, |call| {
        let log = natural_log(float(call.number(0))?) / natural_log(float(call.number(1))?);
        Number::from_f64(log).map(Value::number).ok_or_else(|| CallError::new("the result is not a number"))
    });
