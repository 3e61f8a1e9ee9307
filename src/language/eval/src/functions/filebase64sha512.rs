//! `filebase64sha512(path)`: of the bytes of a file.
use super::shared::digests::{base64, sha512};
use super::shared::paths::read;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(base64(&sha512(&read(call)?))));
