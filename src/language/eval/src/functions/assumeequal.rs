//! `assumeequal(actual_value, expected_value)`: of OpenTofu. The second, which the first must not differ from.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Marks, Type, Value, convert};

const fn any(name: &'static str) -> Parameter {
    Parameter::of(name, Kind::Any).null().unknown().untyped().marked()
}

pub(super) const FUNCTION: Function = Function::typed(
    &[any("actual_value"), any("expected_value")],
    |args| Ok(args.get(1).map_or(Type::Dynamic, Value::ty)),
    |call| {
        let (actual, expected) = (call.arg(0), call.arg(1));
        let converted = convert(actual, &expected.ty()).map_err(|_| {
            let (have, want) = (actual.ty().friendly_name(), expected.ty().friendly_name());
            CallError::at(0, format!("actual value type {have} does not match assumed value type {want}"))
        })?;
        if converted.equals(expected).unmark().0.as_bool() == Some(false) {
            return Err(CallError::at(0, "the actual value does not match the assumed value"));
        }
        // Whether a value is a secret, or short-lived, is the business of the one that is passed on.
        let others = actual.all_marks().without(Marks::SENSITIVE.union(Marks::EPHEMERAL));
        Ok(expected.clone().marked(others))
    },
)
.may_give_null();
