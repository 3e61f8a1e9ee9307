//! `assumemaplength(value, min_length, max_length)`: of OpenTofu.
use super::shared::assume::{between, length};
use super::shared::signature::{Function, Kind};

pub(super) const FUNCTION: Function = length(&between(Kind::Map));
