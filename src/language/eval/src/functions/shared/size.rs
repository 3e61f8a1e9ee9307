//! How large a result may get. Terraform has no such limits: a few lines that double each other take all memory there.

use crate::functions::CallError;

/// The longest text, in bytes.
/// Tests have no time for that much.
pub(crate) const MOST_BYTES: usize = if cfg!(test) { 4 << 20 } else { 256 << 20 };
/// The most elements that a function makes of few.
pub(in crate::functions) const MOST_ELEMENTS: usize = if cfg!(test) { 1 << 18 } else { 1 << 24 };

/// Refuses a text that would be too long; the sum may have overflown.
pub(in crate::functions) fn allow_bytes(bytes: Option<usize>) -> Result<(), CallError> {
    match bytes.filter(|bytes| *bytes <= MOST_BYTES) {
        Some(_) => Ok(()),
        None => Err(CallError::new("the result would be longer than 256 MiB")),
    }
}

/// Refuses a collection that would be too large.
pub(in crate::functions) fn allow_elements(count: Option<usize>) -> Result<(), CallError> {
    match count.filter(|count| *count <= MOST_ELEMENTS) {
        Some(_) => Ok(()),
        None => Err(CallError::new("the result would have more than 16 million elements")),
    }
}
