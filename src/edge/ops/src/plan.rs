//! `drform plan`, and the first half of `apply`.

use crate::progress::Progress;
use crate::session::{Request, Session};
use crate::{Said, judge};
use diag::SourceTexts;
use dr::Report;
use plan::{Bounds, Complete, Mode, Plan, PlanInput, PlanOptions};
use std::sync::Arc;

/// A plan, and everything that is needed to apply it.
pub struct Planned {
    /// The plan.
    pub plan: Arc<Plan>,
    /// What survives now.
    pub before: Report,
    /// What survives afterwards.
    pub after: Report,
    pub(crate) input: PlanInput,
    pub(crate) session: Session,
    /// What the excerpts of diagnostics come from while it is applied.
    pub(crate) texts: SourceTexts,
    /// Of a later wave what earlier ones announced.
    pub(crate) announced: Option<Bounds>,
}

impl Planned {
    /// What the plan was made from.
    pub fn input(&self) -> &PlanInput {
        &self.input
    }
}

/// Plans.
///
/// `None` when nothing could be planned; with errors among what was said the plan is incomplete: to be shown,
/// never applied.
pub fn plan(
    request: &Request,
    options: PlanOptions,
    operation: &str,
    progress: &dyn Progress,
) -> (Option<Planned>, Said) {
    let mut said = Said::default();
    let operation = if options.mode == Mode::Destroy && operation == "apply" { "destroy" } else { operation };
    let Some(mut session) = Session::open(request, operation, &mut said) else {
        return (None, said);
    };
    let planned = session.plan(options, progress, &mut said);
    (Some(judged(planned, session, &mut said)), said)
}

/// A plan with what survives before and after it.
pub(crate) fn judged((plan, input): (Plan, PlanInput), session: Session, said: &mut Said) -> Planned {
    let (after, diagnostics) = judge::after(&plan, &session.configuration, session.providers.schemas());
    // A destroy leaves nothing that a DR file could speak of.
    if plan.mode == Mode::Normal && plan.complete == Complete::Yes {
        said.diagnostics.extend(diagnostics);
    }
    let before = judge::before(&plan, &session.configuration, session.providers.schemas());
    if plan.mode == Mode::Normal {
        said.diagnostics.extend(judge::last_copies(&plan, &before));
    }
    let texts = said.texts.clone();
    Planned { plan: Arc::new(plan), before, after, input, session, texts, announced: None }
}
