//! Holds: the module tree of typed declarations, made from syntax trees.
//! May touch: syntax, addrs, value, diag.
//! Never: evaluation, files (they come through `Sources`), schemas.

mod model;

pub use model::*;
