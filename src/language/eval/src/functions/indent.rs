//! `indent(spaces, text)`: spaces before every line but the first.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};
use super::shared::size::allow_bytes;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::number("spaces"), Parameter::text("str")], Kind::Text, |call| {
        let spaces = usize::try_from(call.int(0)?)
            .map_err(|_| CallError::at(0, "the number of spaces must not be less than zero"))?;
        if spaces > 1_000_000 {
            return Err(CallError::at(0, "more than a million spaces"));
        }
        let more = call.text(1).matches('\n').count().checked_mul(spaces);
        allow_bytes(more.and_then(|more| more.checked_add(call.text(1).len())))?;
        text(call.text(1).replace('\n', &format!("\n{}", " ".repeat(spaces))))
    });
