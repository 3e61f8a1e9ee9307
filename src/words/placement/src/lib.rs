//! Holds: the spread rule: which member of a group stands in which zone; `drform_spread` planned with it; what names of
//! zones, regions and keys say.
//! May touch: value, configschema, diag (two providers serve the resource and the functions alike).
//! Never: files, clock, network, other resource types.

mod functions;
mod resource;
mod spread;

pub use functions::{NoResult, call_dr_function, dr_functions};
pub use resource::{SPREAD_TYPE, planned_spread, spread_schema, validate_spread};
pub use spread::{SpreadInput, SpreadResult, SpreadWarning, Unplaced, place_hash, spread};
