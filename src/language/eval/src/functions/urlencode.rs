//! `urlencode(text)`, as in the query of a URL: a blank becomes `+`.
use super::shared::signature::{Function, Kind, Parameter, text};
use std::fmt::Write;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    let mut encoded = String::new();
    for byte in call.text(0).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            // Writing to a string cannot fail.
            _ => write!(encoded, "%{byte:02X}").unwrap_or_default(),
        }
    }
    text(encoded)
});
