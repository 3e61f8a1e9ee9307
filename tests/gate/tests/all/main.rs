//! Each rule of the gate: what the emulator alone gets wrong is why the rule is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod describe;
mod disks;
mod faults;
mod keys;
mod lag;
mod launch;
mod options;
mod placement;
mod raw;
mod tokens;
