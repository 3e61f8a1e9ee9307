//! `sha256(text)`
use super::shared::digests::{hex, sha256};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(hex(&sha256(call.text(0).as_bytes()))));
