//! `textdecodebase64(text, encoding)`
use super::CallError;
use super::shared::digests::from_base64;
use super::shared::encodings::Encoding;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("source"), Parameter::text("encoding")], Kind::Text, |call| {
        let encoding = Encoding::named(call.text(1)).map_err(|e| CallError::at(1, e))?;
        let bytes = from_base64(call.text(0)).ok_or_else(|| {
            let place = first_wrong(call.text(0).as_bytes());
            CallError::at(0, format!("the given value has an invalid base64 symbol at offset {place}"))
        })?;
        let decoded = encoding.decode(&bytes).ok_or_else(|| {
            let reason = format!("the given string contains symbols that are not defined for {}", encoding.name());
            CallError::at(0, reason)
        })?;
        text(decoded)
    });

/// Where Go finds the first mistake in a text that is not base64.
fn first_wrong(text: &[u8]) -> usize {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut of_group = 0;
    for (at, byte) in text.iter().copied().enumerate() {
        match byte {
            b'\r' | b'\n' => {}
            byte if is_digit(byte) => of_group = (of_group + 1) % 4,
            b'=' if of_group >= 2 => return at + 1,
            _ => return at,
        }
    }
    text.len() - of_group
}
