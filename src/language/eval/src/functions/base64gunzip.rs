//! `base64gunzip(text)`: of OpenTofu.
use super::CallError;
use super::shared::digests::from_base64;
use super::shared::signature::{Function, Kind, Parameter, text};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use value::Marks;
use value::text::in_quotes;

/// More than this is not unpacked: a kilobyte can say a megabyte, and nobody needs so long a string.
const MOST: u64 = 256 << 20;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str").marked()], Kind::Text, |call| {
    let packed = from_base64(call.text(0)).ok_or_else(|| {
        let shown = match call.arg(0).marks.contains(Marks::SENSITIVE) {
            true => "(sensitive value)".to_string(),
            false => in_quotes(call.text(0)),
        };
        CallError::new(format!("failed to decode base64 data {shown}"))
    })?;
    let mut bytes = Vec::new();
    MultiGzDecoder::new(packed.as_slice())
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| CallError::new(format!("failed to gunzip bytestream: {error}")))?;
    if bytes.len() as u64 > MOST {
        return Err(CallError::new("it unpacks to more than 256 MiB"));
    }
    Ok(text(String::from_utf8_lossy(&bytes))?.marked(call.arg(0).marks))
});
