//! `strrev(text)`: by what people see as one character.
use super::shared::signature::{Function, Kind, Parameter, text};
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    text(call.text(0).graphemes(true).rev().collect::<String>())
});
