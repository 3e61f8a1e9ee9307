//! `compact(list)`: without nulls and empty strings.
use super::shared::signature::{Function, Kind, Parameter};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::of("list", Kind::Texts)], Kind::Texts, |call| {
    if !call.arg(0).is_wholly_known() {
        return Ok(call.unknown());
    }
    call.list(call.items(0).iter().filter(|v| v.as_str().is_some_and(|s| !s.is_empty())).cloned())
});
