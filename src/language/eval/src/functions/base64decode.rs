//! `base64decode(text)`; what it decodes to must be UTF-8.
use super::CallError;
use super::shared::digests::from_base64;
use super::shared::signature::{Function, Kind, Parameter, text};
use value::Marks;
use value::text::in_quotes;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str").marked()], Kind::Text, |call| {
    let bytes = from_base64(call.text(0)).ok_or_else(|| {
        let shown = if call.arg(0).marks.contains(Marks::SENSITIVE) {
            "(sensitive value)".to_string()
        } else {
            in_quotes(call.text(0))
        };
        CallError::new(format!("failed to decode base64 data {shown}"))
    })?;
    let decoded = String::from_utf8(bytes)
        .map_err(|_| CallError::new("the result of decoding the provided string is not valid UTF-8"))?;
    Ok(text(decoded)?.marked(call.arg(0).marks))
});
