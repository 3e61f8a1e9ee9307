//! Holds: saved plans: their model, and their bytes.
//! May touch: plan, journal (how values are written), state, calls, eval, words.
//! Never: files, clock, providers; whether a plan may still be applied.
//!
//! `schema/saved-plan.md` describes the format. A plan is read in two steps, because the schemas of its objects come from
//! providers, and which providers those are is said in the file: [`open`] gives everything else, [`Opened::plan`] the plan.

mod archive;
mod deferred;
mod error;
mod graph;
mod header;
mod model;
mod names;
mod parts;
mod plan_text;
#[cfg(test)]
mod tests;

pub use archive::hex as sha256;
pub use error::SavedError;
pub use model::{Backend, CalledModule, Header, ModuleDir, Opened, Snapshot, fingerprint, schema_of};
pub use plan_text::{open, write};

/// Version of the format.
pub const FORMAT: u64 = 1;
