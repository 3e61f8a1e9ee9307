//! Expressions with their answers; the harness that all tests of this room use.

mod battery;
mod blocks;
mod differences;
mod json;
mod limits;
mod modules;
pub(crate) mod support;
