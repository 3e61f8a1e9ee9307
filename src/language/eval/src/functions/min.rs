//! `min(numbers...)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[], Kind::Number, |call| {
    let smallest = call.args.iter().filter_map(Value::as_number).reduce(|least, n| if n < least { n } else { least });
    smallest.map(|n| Value::number(n.clone())).ok_or_else(|| CallError::new("must pass at least one number"))
})
.rest(Parameter::number("numbers"));
