//! The host against providers that do everything wrong, and against one that speaks protocol 5.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod hostile;
mod protocol5;
