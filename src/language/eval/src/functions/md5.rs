//! `md5(text)`
use super::shared::digests::{hex, md5};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(hex(&md5(call.text(0).as_bytes()))));
