//! `sort(list)` of strings, by code point.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Refinement, Type, Value};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::of("list", Kind::Texts).unknown()], Kind::Texts, |call| {
        if !call.arg(0).is_wholly_known() {
            // As many as there are, but nobody knows which comes first.
            let (least, most) = call.arg(0).length_range().unwrap_or((0, None));
            if most == Some(least) {
                return call.list((0..least).map(|_| Value::unknown(Type::String)));
            }
            let length_min = Some(least).filter(|n| *n > 0);
            let promises = Refinement { not_null: true, length_min, length_max: most, ..Refinement::default() };
            return Ok(Value::refined(call.ty.clone(), promises));
        }
        let mut items = call.items(0).to_vec();
        if let Some(null) = items.iter().position(Value::is_null) {
            let reason = format!("given list element {null} is null; a null string cannot be sorted");
            return Err(CallError::new(reason));
        }
        items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        call.list(items)
    });
