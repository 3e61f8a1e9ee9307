//! `filesha512(path)`: of the bytes of a file.
use super::shared::digests::{hex, sha512};
use super::shared::paths::read;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(hex(&sha512(&read(call)?))));
