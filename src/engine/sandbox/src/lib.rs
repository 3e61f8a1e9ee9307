//! Holds: a simulated cloud: its objects, the rules that a real one enforces, its losses, its answers to providers' calls.
//! May touch: calls, configschema, addrs, value, diag; the schemas and overlays under `schema/providers` as text.
//! Never: files, clock, environment, randomness; anything of `lenses/dr`, which it judges.

mod answer;
mod catalogue;
mod change;
mod data_sources;
mod domain;
mod event;
mod fill;
mod ids;
mod inventory;
mod keys;
mod loss;
mod object;
mod overlay;
mod plan;
mod refusal;
mod rules;
mod shipped;
mod typed;
mod world;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, CatalogueError};
pub use domain::{Domain, DomainError};
pub use event::{EVENT_FORMAT, Ending, Event, EventError};
pub use inventory::{Bytes, DataCopy, InventoryRow, Opens};
pub use object::{KeyState, LostObject, Object, ObjectKey, Role};
pub use world::World;

/// What may be done with a request whose answer was lost: send it again. A create gives the same object by its
/// token, an update and a delete find their work done.
pub const REPEAT: calls::Repeat = calls::Repeat::SameObject;
