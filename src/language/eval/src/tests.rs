//! Expressions with their answers; the harness that all tests of this room use.

mod battery;
mod blocks;
mod expressions;
mod modules;
mod support;
