//! `trimsuffix(text, suffix)`
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str"), Parameter::text("suffix")], Kind::Text, |call| {
        text(call.text(0).strip_suffix(call.text(1)).unwrap_or(call.text(0)))
    });
