//! `filesha512(path)`: of the bytes of a file.
use super::digests::{hex, sha512};
use super::paths::read;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(hex(&sha512(&read(call)?))));
