//! `md5(text)`
use super::digests::{hex, md5};
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(hex(&md5(call.text(0).as_bytes()))));
