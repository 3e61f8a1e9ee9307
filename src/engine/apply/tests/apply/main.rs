//! The applier and the recovery, driven by hand: what they want of the world, in which order, and what is left in
//! state and journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod applies;
mod ephemeral;
mod provisioners;
mod recovers;
mod stage;
