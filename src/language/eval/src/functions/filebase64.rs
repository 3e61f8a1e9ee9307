//! `filebase64(path)`
use super::digests::base64;
use super::paths::read;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(base64(&read(call)?)));
