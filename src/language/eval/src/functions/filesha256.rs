//! `filesha256(path)`: of the bytes of a file.
use super::digests::{hex, sha256};
use super::paths::read;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(hex(&sha256(&read(call)?))));
