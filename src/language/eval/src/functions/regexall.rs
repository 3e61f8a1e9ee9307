//! `regexall(pattern, text)`: all matches.
use super::shared::pattern::{Pattern, result_type};
use super::shared::signature::{Function, Parameter};
use super::shared::size::{MOST_ELEMENTS, allow_elements};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("pattern"), Parameter::text("string")],
    |args| Ok(Type::list(result_type(args)?)),
    |call| {
        let pattern = Pattern::of_argument(call.text(0))?;
        let found: Vec<_> = pattern.matches(call.text(1)).take(MOST_ELEMENTS + 1).collect();
        allow_elements(Some(found.len()))?;
        call.list(found)
    },
);
