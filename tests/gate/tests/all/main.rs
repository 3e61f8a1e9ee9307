//! Each rule of the gate: what the emulator alone gets wrong is why the rule is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod faults;
mod raw;
mod tokens;
