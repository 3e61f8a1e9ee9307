//! The provider over the wire, in front of an emulated AWS: the life of every type, and what the whole promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod bench;
mod cut;
mod ebs_volume;
mod secrets;
mod settings;
mod throttled;
mod together;
