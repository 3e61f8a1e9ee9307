//! The provider over the wire, in front of an emulated AWS: the life of every type, and what the whole promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod bench;
mod ebs_volume;
mod eip;
mod internet_gateway;
mod key_pair;
mod network_sources;
mod places;
mod subnet;
mod vpc;
