//! drform beside `terraform` 1.11.4, and drform with providers in processes of their own.
//!
//! A case is a text file in `cases/`: files of a directory and steps. What Terraform says to each step stands in
//! `recorded/`; where `terraform` is on PATH it is asked again, so that an answer cannot grow old unnoticed, and each
//! tool opens the state that the other wrote. `UPDATE_EXPECT=1` records anew.
#![allow(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod backend;
mod canary;
mod case;
mod commands;
mod conformance;
mod ephemeral;
mod flight;
mod fmt;
mod hosted;
mod hostile;
mod identity;
mod in_doubt;
mod killed;
mod lab;
mod messages;
mod oracle;
mod plugin;
mod pointed;
mod python;
mod random;
mod reads;
mod remote_state;
mod saved;
mod sequences;
mod shape;
mod spread;
mod stream;
mod test_command;
mod test_interrupts;
mod tool;
mod transcript;
mod validate;
mod vault;
mod waves;
