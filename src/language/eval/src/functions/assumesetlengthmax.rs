//! `assumesetlengthmax(value, max_length)`: of OpenTofu.
use super::shared::assume::{most, up_to};
use super::shared::signature::{Function, Kind};

pub(super) const FUNCTION: Function = most(&up_to(Kind::Set));
