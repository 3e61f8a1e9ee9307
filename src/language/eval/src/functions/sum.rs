//! `sum(list)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Content, Number, Type, Value, convert};

const NOT_NUMBERS: &str = "argument must be list, set, or tuple of number values";

pub(super) const FUNCTION: Function = Function::new(&[Parameter::any("list")], Kind::Number, |call| {
    let list = call.arg(0);
    match (&list.content, list.ty()) {
        (_, ty) if ty.is_primitive() => return Err(CallError::at(0, "cannot sum noniterable")),
        (Content::Map(_, members) | Content::Object(members), _) if members.is_empty() => {
            return Err(CallError::at(0, "cannot sum an empty list"));
        }
        (Content::Map(..) | Content::Object(..), ty) => {
            let reason = format!("argument must be list, set, or tuple. Received {}", ty.friendly_name());
            return Err(CallError::at(0, reason));
        }
        _ => {}
    }
    let items = call.items(0);
    if items.is_empty() {
        return Err(CallError::at(0, "cannot sum an empty list"));
    }
    if !list.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut sum: Option<Number> = None;
    for item in items {
        let item = convert(item, &Type::Number).map_err(|_| CallError::at(0, NOT_NUMBERS))?;
        let number = item.as_number().ok_or_else(|| CallError::at(0, NOT_NUMBERS))?;
        let next = match &sum {
            None => Some(number.clone()),
            Some(sum) => sum.add(number),
        };
        sum = Some(next.ok_or_else(|| CallError::new("can't compute sum of opposing infinities"))?);
    }
    Ok(Value::number(sum.unwrap_or(Number::ZERO)))
});
