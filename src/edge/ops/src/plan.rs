//! `drform plan`, and the first half of `apply`.

use crate::generate::{self, Generating};
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
    plan_with(request, options, operation, None, progress)
}

/// The same; blocks for imported objects that have none are written into a new file, and planned with.
pub fn plan_generating(
    request: &Request,
    options: PlanOptions,
    generating: Generating<'_>,
    progress: &dyn Progress,
) -> (Option<Planned>, Said) {
    if let Err(refused) = generate::may_write(&request.site, generating.file, options.mode) {
        return (None, Said { diagnostics: refused.into(), ..Said::default() });
    }
    plan_with(request, options, "plan", Some(generating), progress)
}

fn plan_with(
    request: &Request,
    options: PlanOptions,
    operation: &str,
    generating: Option<Generating<'_>>,
    progress: &dyn Progress,
) -> (Option<Planned>, Said) {
    let mut said = Said::default();
    let operation = if options.mode == Mode::Destroy && operation == "apply" { "destroy" } else { operation };
    let Some(mut session) = Session::open(request, operation, &mut said) else {
        return (None, said);
    };
    let planned = match generating {
        None => session.plan(options, progress, &mut said),
        Some(generating) => generate::plan(&mut session, options, generating, progress, &mut said),
    };
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
