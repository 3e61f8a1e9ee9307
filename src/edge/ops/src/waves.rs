//! From one wave of an apply to the next: the same configuration, variables, providers and lock; a plan of its own.

use crate::progress::Progress;
use crate::session::{Session, run_id};
use crate::{Planned, Said, plan as planning};
use diag::SourceTexts;
use plan::{Bounds, InstanceChange, Plan, PlanOptions};

/// What a wave that was applied leaves to the next one.
pub struct NextWave {
    session: Session,
    options: PlanOptions,
    bounds: Bounds,
    texts: SourceTexts,
}

impl NextWave {
    /// Goes on after a plan that was applied with all that it planned. `announced` is what was approved before it.
    pub(crate) fn after(
        plan: &Plan,
        options: &PlanOptions,
        announced: Option<Bounds>,
        (session, texts): (Session, SourceTexts),
    ) -> NextWave {
        let mut options = options.clone();
        // What was to be replaced is replaced.
        for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
            options.replace.remove(&change.addr);
        }
        let bounds = announced.map_or_else(|| Bounds::of(plan), |announced| announced.after(plan));
        NextWave { session, options, bounds, texts }
    }

    /// Plans it. With errors among what was said the plan is incomplete: to be shown, never applied.
    pub fn plan(self, progress: &dyn Progress) -> (Planned, Said) {
        let NextWave { mut session, options, bounds, texts } = self;
        let mut said = Said { texts, ..Said::default() };
        // Tokens of requests are made from the name of the run: those of an earlier wave name other requests.
        session.run_id = run_id();
        let (plan, input) = session.plan_again(options, progress, &mut said);
        if !said.diagnostics.has_errors()
            && let Err(trouble) = bounds.progress(&plan)
        {
            said.diagnostics.push(*trouble);
        }
        let planned = planning::judged((plan, input), session, &mut said);
        (Planned { announced: Some(bounds), ..planned }, said)
    }
}

impl Planned {
    /// The changes of a later wave that were not announced when the first one was approved.
    pub fn exceeded(&self) -> Vec<&InstanceChange> {
        self.announced.as_ref().map(|announced| announced.exceeded(&self.plan)).unwrap_or_default()
    }

    /// Somebody looked at it and approved: what it announces is approved with it.
    pub fn approved(self) -> Planned {
        Planned { announced: None, ..self }
    }
}
