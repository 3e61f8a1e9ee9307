//! `split(separator, text)`
use super::shared::signature::{Function, Kind, Parameter};
use super::shared::size::allow_elements;
use value::Value;

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("separator"), Parameter::text("str")], Kind::Texts, |call| {
        let (separator, text) = (call.text(0), call.text(1));
        if separator.is_empty() {
            allow_elements(Some(text.chars().count()))?;
            return call.list(text.chars().map(|c| Value::string(c.to_string())));
        }
        allow_elements(Some(text.matches(separator).count()))?;
        call.list(text.split(separator).map(Value::string))
    });
