//! `pow(number, power)`, through 64-bit floats as Terraform does.
use super::CallError;
use super::signature::{Function, Kind, Parameter};
use value::{Number, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("num"), Parameter::number("power")], Kind::Number, |call| {
        let power = call.number(0).to_f64().powf(call.number(1).to_f64());
        Number::from_f64(power).map(Value::number).ok_or_else(|| CallError::new("the result is not a number"))
    });
