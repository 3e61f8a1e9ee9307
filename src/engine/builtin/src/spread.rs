//! `drform_spread`, as placement decides it.

use calls::{Answer, ChangeRequest, PlannedObject};
use diag::Diagnostics;
use std::sync::Arc;
use value::Value;

pub(crate) fn plan(prior: &Value, config: &Value, private: &Arc<[u8]>) -> Answer {
    let (planned, diagnostics) = placement::planned_spread(prior, config);
    if diagnostics.has_errors() {
        return Answer::Planned(None, diagnostics);
    }
    let planned = PlannedObject { planned, requires_replace: Vec::new(), private: private.clone(), legacy: false };
    Answer::Planned(Some(planned), diagnostics)
}

/// The same rule with the same arguments: what was planned, and what was open while an argument was unknown. Warnings
/// were told with the plan.
pub(crate) fn change(request: &ChangeRequest) -> (Option<Value>, Diagnostics) {
    let (made, diagnostics) = placement::planned_spread(&request.prior, &request.config);
    let object = if diagnostics.has_errors() {
        // Nothing changed; for a create there is nothing.
        (!request.prior.is_null()).then(|| request.prior.clone())
    } else {
        Some(made)
    };
    (object, diagnostics.into_iter().filter(diag::Diagnostic::is_error).collect())
}
