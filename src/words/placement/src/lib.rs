//! Holds: the spread rule: which member of a group stands in which zone; and `drform_spread` planned with it.
//! May touch: value, configschema, diag (the resource is planned over values, by two providers alike).
//! Never: files, clock, network, other resource types.

mod resource;
mod spread;

pub use resource::{SPREAD_TYPE, planned_spread, spread_schema, validate_spread};
pub use spread::{SpreadInput, SpreadResult, SpreadWarning, Unplaced, place_hash, spread};
