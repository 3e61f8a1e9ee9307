//! `regex(pattern, text)`: the first match.
use super::CallError;
use super::shared::pattern::{Pattern, result_type};
use super::shared::signature::{Function, Parameter};

pub(super) const FUNCTION: Function =
    Function::typed(&[Parameter::text("pattern"), Parameter::text("string")], result_type, |call| {
        let pattern = Pattern::of_argument(call.text(0))?;
        pattern
            .matches(call.text(1))
            .next()
            .ok_or_else(|| CallError::new("pattern did not match any part of the given string"))
    });
