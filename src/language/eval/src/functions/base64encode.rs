//! `base64encode(text)`
use super::shared::digests::base64;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(base64(call.text(0).as_bytes())));
