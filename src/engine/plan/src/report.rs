//! What a task that is done reports, and how a task takes turns with its provider.

use crate::ephemeral::Lease;
use crate::{Drift, InstanceChange};
use calls::Question;
use diag::Diagnostics;
use state::Object;
use std::sync::Arc;
use value::Value;

/// One turn of a task.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a turn lives for one call and is never collected")]
pub(crate) enum Turn<T> {
    /// It asks, and goes on when it is answered.
    Ask(T, Question),
    /// It is done.
    End(Box<Report>),
}

impl<T> Turn<T> {
    /// The same turn of a task in another wrapping.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Turn<U> {
        match self {
            Turn::Ask(task, question) => Turn::Ask(wrap(task), question),
            Turn::End(report) => Turn::End(report),
        }
    }
}

/// What a task reports when it is done. It failed if there are errors among the diagnostics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// The change that is planned.
    pub(crate) change: Option<InstanceChange>,
    /// What changed behind our back.
    pub(crate) drift: Option<Drift>,
    /// What references to the object see.
    pub(crate) value: Option<Value>,
    /// What closes an ephemeral resource that was opened, also when there are errors.
    pub(crate) opened: Option<Lease>,
    /// What the state says from now on.
    pub(crate) refreshed: Refreshed,
    /// Troubles, in the order in which they came.
    pub(crate) diagnostics: Diagnostics,
}

/// What the refreshed state says of an object.
#[derive(Clone, Debug, Default)]
pub(crate) enum Refreshed {
    /// What it said before.
    #[default]
    Same,
    /// This.
    Object(Arc<Object>),
    /// There is none.
    Gone,
}
