//! `chomp(text)`: without newlines at its end.
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(call.text(0).trim_end_matches(['\r', '\n'])));
