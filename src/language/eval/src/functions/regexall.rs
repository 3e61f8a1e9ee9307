//! `regexall(pattern, text)`: all matches.
use super::shared::pattern::{Pattern, result_type};
use super::shared::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("pattern"), Parameter::text("string")],
    |args| Ok(Type::list(result_type(args)?)),
    |call| {
        let pattern = Pattern::of_argument(call.text(0))?;
        call.list(pattern.matches(call.text(1)))
    },
);
