//! `setunion(sets...)`
use super::CallError;
use super::shared::sets::common_type;
use super::shared::signature::{Function, Kind, Parameter};
use value::{Value, convert};

pub(super) const FUNCTION: Function = Function::typed(&[Parameter::of("first_set", Kind::Set)], common_type, |call| {
    let mut all = Vec::new();
    for (i, arg) in call.args.iter().enumerate() {
        let set = convert(arg, &call.ty).map_err(|e| CallError::at(i, e.to_string()))?;
        all.extend_from_slice(set.as_items().unwrap_or_default());
    }
    // Elements that are not known yet are elements all the same.
    Ok(Value::set(call.element(), all))
})
.rest(Parameter::of("other_sets", Kind::Set));
