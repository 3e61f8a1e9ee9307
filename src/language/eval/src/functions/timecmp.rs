//! `timecmp(a, b)`: -1, 0 or 1.
use super::CallError;
use super::shared::moment::Moment;
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("timestamp_a"), Parameter::text("timestamp_b")], Kind::Number, |call| {
        let a = Moment::parse(call.text(0)).map_err(|e| CallError::at(0, e))?;
        let b = Moment::parse(call.text(1)).map_err(|e| CallError::at(1, e))?;
        Ok(Value::int(a.since_epoch().cmp(&b.since_epoch()) as i64))
    });
