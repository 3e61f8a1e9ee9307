//! `filebase64(path)`
use super::shared::digests::base64;
use super::shared::paths::read;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("path")], Kind::Text, |call| text(base64(&read(call)?)));
