//! Holds: the fuzzer: inputs by chance for all that reads or evaluates what users write.
//! May touch: the language, `install` for versions, words.
//! Never: the network, the terminal of the user; more memory than a child is given.
//!
//! A target is a function of bytes: it draws its decisions from them ([`Choices`]) and panics when a law is broken. It
//! runs in a child process with limited memory, which writes down which input it is at: so an abort, a stack that
//! overflows, an allocation that fails and a hang have an input to their name, like a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

pub mod choices;
mod engine;
pub mod expressions;
pub mod site;
pub mod targets;
pub mod texts;
mod tokens;
pub mod values;

pub use choices::Choices;
pub use engine::fuzz;
