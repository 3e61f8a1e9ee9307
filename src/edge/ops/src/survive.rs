//! `drform survive`: judges what the state holds, as it is now.

use crate::progress::Progress;
use crate::session::Session;
use crate::{Request, Said, judge};
use dr::Report;
use plan::{Mode, PlanOptions, Refresh};

/// Judges the objects in the state: as the providers find them, or as the state has them. Reads only, takes no lock.
pub fn survive(request: &Request, refresh: Refresh, progress: &dyn Progress) -> (Option<Report>, Said) {
    let mut said = Said::default();
    let Some(mut session) = Session::open(request, "survive", &mut said) else {
        return (None, said);
    };
    let refreshed = match refresh {
        Refresh::No => None,
        Refresh::Yes | Refresh::Minimal => {
            let options = PlanOptions { mode: Mode::RefreshOnly, refresh, ..PlanOptions::default() };
            Some(session.plan(options, progress, &mut said).0)
        }
    };
    let (report, diagnostics) = judge::stored(&session, refreshed.as_ref());
    said.diagnostics.extend(diagnostics);
    (Some(report), said)
}
