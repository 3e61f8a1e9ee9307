//! `sha512(text)`
use super::shared::digests::{hex, sha512};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(hex(&sha512(call.text(0).as_bytes()))));
