#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
//! Trees, templates and recovery.

mod mistakes;
mod templates;
mod trees;
