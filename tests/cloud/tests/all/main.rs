//! drform and its AWS provider as users have them, on the emulated AWS: the examples, the reference, other hosts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]
#![allow(clippy::disallowed_macros, reason = "what was compared and counted is shown")]

mod examples;
mod few_requests;
mod hosted;
mod killed;
mod known;
mod reference;
mod rival;
