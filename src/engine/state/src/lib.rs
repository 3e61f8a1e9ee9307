//! Holds: the state model, its v4 text, lineage and serial, its integrity check.
//! May touch: words.
//! Never: files, schemas, configuration.

mod by_hand;
mod checks;
mod content;
mod edit;
mod error;
mod integrity;
mod model;
mod moving;
pub mod v4;

pub use by_hand::{Force, Unmarked};
pub use checks::{CheckResult, CheckStatus, CheckedObject, check_results_equal, print_check_results};
pub use content::{content_equal, instances_equal};
pub use error::{StateError, StateErrorKind};
pub use integrity::integrity;
pub use model::{DecodedObject, DeposedKey, InstanceState, Object, OutputState, State, Status, Unread};
pub use moving::Moving;
