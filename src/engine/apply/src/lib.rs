//! Holds: the applier and the recovery, two machines that ask, and the one request that changes the world.
//! May touch: plan, journal, calls, state, eval, config, words.
//! Never: choices (the plan has made them), files, clock, processes.
//!
//! The applier follows the execution graph of a plan. What it wants of the world are [`Effect`]s: append to the
//! journal, ask a provider something that changes nothing, run a provisioner, and send a [`Change`]. A `Change` can be made only from
//! an intent that is on disk, and what depends on it waits until the outcome is on disk too.
//!
//! ```text
//!   step ─▶ evaluate, final plan ─▶ Intent ══fsync══▶ Change ─▶ provider
//!                                                                  │ answer
//!   dependants ◀══fsync══ Outcome ◀── checks (plugin-protocol.md 10.6)
//! ```
//!
//! Provisioners run when the outcome is on disk: until the last has run the object is tainted, so that a crash cannot
//! leave one that only looks whole. Those of a destroy run before its intent.
//!
//! An answer that is lost leaves the intent open. It blocks its address until [`Recovery`] has found out what
//! became of it; it is never sent again unless its provider promises that this is harmless.

mod applier;
mod begin;
mod change;
mod desired;
mod effect;
mod ephemeral;
mod instance;
mod object;
mod outcome;
mod outputs;
mod recover;
mod schedule;

pub use applier::Applier;
pub use change::Change;
pub use effect::{Applied, ApplySummary, Effect, Event, Limits, Provision, Ticket};
pub use recover::{Recovered, Recovery};
