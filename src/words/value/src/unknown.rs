//! What is known of an unknown value.

use crate::{Number, Path};
use std::sync::Arc;

/// Promises about an unknown value (go-cty calls them refinements; they travel in msgpack extension 12).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// A string that begins so.
    pub prefix: Option<Arc<str>>,
    /// A number above this; true when it may be equal.
    pub lower: Option<(Number, bool)>,
    /// A number below this; true when it may be equal.
    pub upper: Option<(Number, bool)>,
    /// A collection of at least this many elements.
    pub length_min: Option<u64>,
    /// A collection of at most this many elements.
    pub length_max: Option<u64>,
}

impl Refinement {
    /// Only the promise not to be null.
    pub fn not_null() -> Self {
        Refinement { not_null: true, ..Self::default() }
    }

    /// True when nothing is promised.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where an unknown value comes from: which attribute of which resource instance will decide it.
///
/// Analysis follows it through references (recovery.md 2.2); it has no part in equality of values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Address of the resource instance, as displayed.
    pub address: Arc<str>,
    /// Attribute in it.
    pub path: Path,
}
