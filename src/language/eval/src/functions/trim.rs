//! `trim(text, characters)`
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("str"), Parameter::text("cutset")], Kind::Text, |call| {
        let characters = call.text(1);
        text(call.text(0).trim_matches(|c| characters.contains(c)))
    });
