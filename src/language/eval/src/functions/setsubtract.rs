//! `setsubtract(a, b)`
use super::shared::sets::{combine, common_type, has};
use super::shared::signature::{Function, Kind, Parameter};

pub(super) const FUNCTION: Function =
    Function::typed(&[Parameter::of("a", Kind::Set), Parameter::of("b", Kind::Set)], common_type, |call| {
        combine(call, |sets| {
            let [a, b] = sets else { return Vec::new() };
            a.iter().filter(|v| !has(b, v)).cloned().collect()
        })
    });
