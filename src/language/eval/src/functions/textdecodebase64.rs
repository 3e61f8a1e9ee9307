//! `textdecodebase64(text, encoding)`
use super::CallError;
use super::shared::digests::from_base64;
use super::shared::encodings::Encoding;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("source"), Parameter::text("encoding")], Kind::Text, |call| {
        let encoding = Encoding::named(call.text(1)).map_err(|e| CallError::at(1, e))?;
        let bytes =
            from_base64(call.text(0)).ok_or_else(|| CallError::at(0, "the given value has an invalid base64"))?;
        let decoded = encoding.decode(&bytes).ok_or_else(|| {
            let reason = format!("the given string contains symbols that are not defined for {}", encoding.name());
            CallError::at(0, reason)
        })?;
        text(decoded)
    });
