//! `drform survive`: judges what the state holds.

use crate::session::Session;
use crate::{Request, Said, judge};
use dr::Report;

/// Judges the state, as it was last written; `drform drift` says whether that is still true.
pub fn survive(request: &Request) -> (Option<Report>, Said) {
    let mut said = Said::default();
    let Some(session) = Session::open(request, "survive", &mut said) else {
        return (None, said);
    };
    let (report, diagnostics) = judge::stored(session.storage.state(), &session.providers, &session.configuration);
    said.diagnostics.extend(diagnostics);
    (Some(report), said)
}
