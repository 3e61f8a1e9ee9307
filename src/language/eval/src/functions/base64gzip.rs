//! `base64gzip(text)`
use super::shared::digests::base64;
use super::shared::gzip::compress;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(base64(&compress(call.text(0).as_bytes()))));
