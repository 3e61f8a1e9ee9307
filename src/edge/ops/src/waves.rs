//! From one wave of an apply to the next: the same configuration, variables, providers and lock; a plan of its own.

use crate::progress::Progress;
use crate::session::{Session, run_id};
use crate::{Planned, Said, plan as planning};
use diag::SourceTexts;
use plan::{Bounds, Plan, PlanOptions};

/// What a wave that was applied leaves to the next one.
pub struct NextWave {
    session: Session,
    options: PlanOptions,
    bounds: Bounds,
    texts: SourceTexts,
}

/// A wave that is planned.
pub struct Wave {
    /// The plan of the wave.
    pub planned: Planned,
    /// What was announced: it needs no question.
    pub announced: Bounds,
}

impl NextWave {
    /// Goes on after a plan that was applied with all that it planned.
    pub(crate) fn after(plan: &Plan, options: &PlanOptions, session: Session, texts: SourceTexts) -> NextWave {
        let mut options = options.clone();
        // What was to be replaced is replaced.
        for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
            options.replace.remove(&change.addr);
        }
        NextWave { session, options, bounds: Bounds::of(plan), texts }
    }

    /// Plans it. With errors among what was said the plan is incomplete: to be shown, never applied.
    pub fn plan(self, progress: &dyn Progress) -> (Wave, Said) {
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
        (Wave { planned, announced: bounds }, said)
    }
}
