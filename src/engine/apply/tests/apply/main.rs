//! The applier and the recovery, driven by hand: what they want of the world, in which order, and what is left in
//! state and journal.

mod applies;
mod recovers;
mod stage;
