//! Holds: the crash simulator: random configurations, a fake cloud, a disk that forgets, and the laws that must hold.
//! May touch: the engine, config and eval, words.
//! Never: the real disk, clock, network; randomness that does not come from the seed.
//!
//! One seed is one story: a random configuration of a few resources is applied, changed and applied again (updates,
//! replacements of both kinds, deletes, objects that fail half-way). The real planner, applier, recovery and fold do
//! the work; what they want of the world is cut into *moments* (bytes written, bytes synced, request sent, request
//! carried out, answer delivered, state renamed, …), in a random order where they are free. Then the story is told
//! again once for every moment, and the process dies there: what was not synced is lost or torn, requests that were
//! sent are carried out or not. A later run recovers and applies again. The laws, checked at every death and at every
//! end:
//!
//! 1. The state on disk is always whole; the journal can always be read, but for a torn end.
//! 2. At the instant of death, every object of the cloud is in state and journal, or is what an intent in doubt asked for.
//! 3. Nothing is made twice: a token makes at most one object.
//! 4. After recovery and one more apply, the cloud has exactly the objects of the state, and the next plan is empty.
//! 5. A request never names an object that does not exist: dependants wait.
//!
//! `cargo sim SEED` tells one story in full, `cargo sim --seeds N` many; seeds that ever failed are in `seeds.txt` and
//! run in every test.

mod cloud;
mod disk;
mod laws;
mod program;
mod random;
mod run;
mod story;

pub use story::{Told, tell};

#[cfg(test)]
mod tests;
