//! `issensitive(value)`: of an unknown value without the mark it is unknown, for the mark may come.
use super::shared::signature::{Function, Kind, Parameter};
use value::{Marks, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::any("value").null().unknown().untyped().marked()], Kind::Bool, |call| {
        let value = call.arg(0);
        let marked = value.marks.contains(Marks::SENSITIVE);
        Ok(if marked || value.is_known() { Value::bool(marked) } else { call.unknown() })
    });
