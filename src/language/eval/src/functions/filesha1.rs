//! `filesha1(path)`: of the bytes of a file.
use super::digests::{hex, sha1};
use super::paths::read;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(hex(&sha1(&read(call)?))));
