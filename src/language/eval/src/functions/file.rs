//! `file(path)`: its text.
use super::CallError;
use super::shared::paths::{read, redacted};
use super::shared::signature::{Function, Kind, Parameter, text};
use value::text::in_quotes;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    let bytes = read(call)?;
    let content = std::str::from_utf8(&bytes).map_err(|_| {
        let shown = redacted(call, in_quotes(call.text(0)), call.text(0));
        let reason = format!(
            "contents of {shown} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or \
             the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        );
        CallError::at(0, reason)
    })?;
    text(content)
});
