//! `filemd5(path)`: of the bytes of a file.
use super::digests::{hex, md5};
use super::paths::read;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(hex(&md5(&read(call)?))));
