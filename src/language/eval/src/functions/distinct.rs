//! `distinct(list)`: the first of every value.
use super::shared::signature::{Function, Kind, Parameter};
use std::collections::BTreeSet;
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::of("list", Kind::List)],
    |args| Ok(args.first().map_or(Type::Dynamic, Value::ty)),
    |call| {
        if !call.arg(0).is_wholly_known() {
            return Ok(call.unknown());
        }
        let mut seen = BTreeSet::new();
        call.list(call.items(0).iter().filter(|v| seen.insert(InOrder(v))).cloned())
    },
);

/// A value with the order of sets, which tells different values apart.
pub(super) struct InOrder<'a>(pub(super) &'a Value);

impl PartialEq for InOrder<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for InOrder<'_> {}
impl PartialOrd for InOrder<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for InOrder<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        Value::set_order(self.0, other.0)
    }
}
