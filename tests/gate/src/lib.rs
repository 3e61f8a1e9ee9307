//! Holds: the AWS that tests talk to: an emulator (moto) behind a gate that enforces real AWS rules and makes faults.
//! May touch: loopback sockets, the emulator's process, threads, the clock.
//! Never: a real cloud, an address that is not loopback; anything that ships.
//!
//! [`Cloud::start`] starts both. A request to the gate passes these stages (`gate.rs`): faults and limits, client
//! tokens, rules before, the emulator (or an operation that the gate itself carries out), rules after, lag. Each rule
//! is a file of `rules/` that cites the AWS page it comes from; what no rule knows is passed on unchanged. `README.md`
//! lists what the emulator lacks.
// Broken test equipment is a bug of the test: it stops there, loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod call;
mod cloud;
mod faults;
mod gate;
mod http;
mod lag;
mod rules;
mod tokens;
mod world;
pub mod xml;

pub use cloud::Cloud;
pub use faults::{Fault, What};
pub use gate::{Gate, Outcome, Request};
pub use lag::Lag;
