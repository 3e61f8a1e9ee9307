//! `range(start, limit, step)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Number, Value};

/// Terraform's limit.
const MOST: usize = 1024;

pub(super) const FUNCTION: Function = Function::new(&[], Kind::Numbers, |call| {
    let (zero, one) = (Number::ZERO, Number::from(1_i64));
    let toward = |from: &Number, to: &Number| if to < from { one.neg() } else { one.clone() };
    let (start, end, step) = match call.args.len() {
        1 => (zero.clone(), call.number(0).clone(), toward(&zero, call.number(0))),
        2 => (call.number(0).clone(), call.number(1).clone(), toward(call.number(0), call.number(1))),
        3 => (call.number(0).clone(), call.number(1).clone(), call.number(2).clone()),
        _ => return Err(CallError::new("must have one, two, or three arguments")),
    };
    let down = step < zero;
    if down && end > start {
        return Err(CallError::at(1, "end must be less than start when step is negative"));
    }
    if !down && end < start {
        return Err(CallError::at(1, "end must be greater than start when step is positive"));
    }
    let mut numbers = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if numbers.len() >= MOST {
            return Err(CallError::new(format!(
                "more than {MOST} values were generated; either decrease the difference between start and end or use a \
                 smaller step"
            )));
        }
        numbers.push(Value::number(at.clone()));
        at = at.add(&step).ok_or_else(|| CallError::new("the result is not a number"))?;
    }
    call.list(numbers)
})
.rest(Parameter::number("params"));
