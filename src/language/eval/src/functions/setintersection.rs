//! `setintersection(sets...)`
use super::shared::sets::{combine, common_type, has};
use super::shared::signature::{Function, Kind, Parameter};

pub(super) const FUNCTION: Function = Function::typed(&[Parameter::of("first_set", Kind::Set)], common_type, |call| {
    combine(call, |sets| {
        let Some((first, others)) = sets.split_first() else { return Vec::new() };
        first.iter().filter(|v| others.iter().all(|o| has(o, v))).cloned().collect()
    })
})
.rest(Parameter::of("other_sets", Kind::Set));
