//! A provider on the SDK, under our own host and under `terraform`, over the wire.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod import;
mod in_doubt;
mod legacy;
mod probe;
mod repeated;
mod stop;
