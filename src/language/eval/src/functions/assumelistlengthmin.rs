//! `assumelistlengthmin(value, min_length)`: of OpenTofu.
use super::shared::assume::{from, least};
use super::shared::signature::{Function, Kind};

pub(super) const FUNCTION: Function = least(&from(Kind::List));
