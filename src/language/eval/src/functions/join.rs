//! `join(separator, lists...)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};
use super::shared::size::allow_bytes;
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("separator")], Kind::Text, |call| {
    let lists = call.rest(1);
    if lists.is_empty() {
        return Err(CallError::new("at least one list is required"));
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let mut parts = Vec::new();
    for (l, list) in lists.iter().enumerate() {
        for (e, element) in list.as_items().unwrap_or_default().iter().enumerate() {
            let Some(part) = element.as_str() else {
                let of_list = if lists.len() > 1 { format!(" of list {}", l + 1) } else { String::new() };
                let reason = format!("element {e}{of_list} is null; cannot concatenate null values");
                return Err(CallError::at(l + 1, reason));
            };
            parts.push(part);
        }
    }
    let separators = call.text(0).len().checked_mul(parts.len());
    allow_bytes(parts.iter().try_fold(separators.unwrap_or(usize::MAX), |sum, part| sum.checked_add(part.len())))?;
    text(parts.join(call.text(0)))
})
.rest(Parameter::of("lists", Kind::Texts));
