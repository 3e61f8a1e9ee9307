//! `trimprefix(text, prefix)`
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str"), Parameter::text("prefix")], Kind::Text, |call| {
        text(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)))
    });
