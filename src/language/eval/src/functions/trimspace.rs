//! `trimspace(text)`
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str")], Kind::Text, |call| text(call.text(0).trim()));
