//! Holds: one file per operation: the machines of the engine wired to files, processes, clock and entropy.
//! May touch: every floor below, and the rest of its own but the command line.
//! Never: the terminal; a decision about what to change.

mod cloud;
mod configuration;
mod drive;
mod judge;
mod plan;
mod providers;
mod said;
mod session;
mod site;
mod storage;
mod variables;

pub use drive::Parallelism;
pub use plan::{Planned, plan};
pub use said::Said;
pub use session::Request;
pub use site::{Environment, Site, World};
pub use storage::Locking;
pub use variables::VariableArguments;
