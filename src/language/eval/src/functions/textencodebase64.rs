//! `textencodebase64(text, encoding)`
use super::CallError;
use super::shared::digests::base64;
use super::shared::encodings::Encoding;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("string"), Parameter::text("encoding")], Kind::Text, |call| {
        let encoding = Encoding::named(call.text(1)).map_err(|e| CallError::at(1, e))?;
        let bytes = encoding.encode(call.text(0)).ok_or_else(|| {
            let reason =
                format!("the given string contains characters that cannot be represented in {}", encoding.name());
            CallError::at(0, reason)
        })?;
        text(base64(&bytes))
    });
