//! Holds: every question to a provider that changes nothing, its answer, and the one request that changes the world.
//! May touch: words only.
//! Never: the wire, processes; who asks or answers.

mod change;
mod identity;
mod question;

pub use change::{ChangeAnswer, ChangeRequest, Repeat};
pub use identity::{ImportedBy, ObjectIdentity};
pub use question::{Answer, OpenedEphemeral, PlannedObject, Question, RenewedEphemeral, StoredObject};
