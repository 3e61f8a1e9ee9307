//! `lower(text)`
use super::shared::letters;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    text(call.text(0).chars().map(letters::lower).collect::<String>())
});
