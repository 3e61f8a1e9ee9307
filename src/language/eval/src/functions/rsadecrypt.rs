//! `rsadecrypt(ciphertext, privatekey)`
use super::CallError;
use super::shared::digests::from_base64;
use super::shared::rsa::PrivateKey;
use super::shared::signature::{Function, Kind, Parameter, text};
use value::Marks;
use value::text::in_quotes;

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("ciphertext").marked(), Parameter::text("privatekey").marked()],
    Kind::Text,
    |call| {
        let (message, key) = (call.arg(0), call.arg(1));
        let cipher = from_base64(call.text(0)).ok_or_else(|| {
            let shown = match message.marks.contains(Marks::SENSITIVE) {
                true => "(sensitive value)".to_string(),
                false => in_quotes(call.text(0)),
            };
            CallError::at(0, format!("failed to decode input {shown}: cipher text must be base64-encoded"))
        })?;
        let private = PrivateKey::read(call.text(1)).map_err(|reason| CallError::at(1, reason))?;
        let plain = private
            .decrypt(&cipher)
            .ok_or_else(|| CallError::new("failed to decrypt: the text was not encrypted for this key"))?;
        // What is no text becomes one, as everywhere in Go.
        Ok(text(String::from_utf8_lossy(&plain))?.marked(message.marks.union(key.marks)))
    },
);
