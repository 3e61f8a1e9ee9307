//! `sha1(text)`
use super::shared::digests::{hex, sha1};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(hex(&sha1(call.text(0).as_bytes()))));
