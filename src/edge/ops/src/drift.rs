//! `drform drift`: reads only, takes no lock.

use crate::progress::Progress;
use crate::{Planned, Request, Said};
use plan::{Mode, PlanOptions};

/// Compares the state with what is there. The plan's `drift` is the answer.
pub fn drift(request: &Request, progress: &dyn Progress) -> (Option<Planned>, Said) {
    let options = PlanOptions { mode: Mode::RefreshOnly, ..PlanOptions::default() };
    crate::plan(request, options, "drift", progress)
}
