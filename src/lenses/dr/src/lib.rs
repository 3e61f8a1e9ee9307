//! Holds: what the declared or existing infrastructure survives: estate, formulas, data sets, verdicts.
//! May touch: plan, state, syntax (DR files), words.
//! Never: the plan's content: it looks, it never edits; a fact that is not known is never called safe.

mod dataset;
mod declared;
mod domain;
mod formula;
mod observed;
mod place;
mod quorum;
mod report;
mod seal;
mod verdict;

pub use dataset::Rpo;
pub use declared::Declared;
pub use domain::{Class, Domain};
pub use formula::{Formula, Truth};
pub use observed::{Observed, Presence};
pub use report::{Judged, Report, assess};
pub use verdict::{Level, Verdict};
