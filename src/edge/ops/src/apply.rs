//! `drform apply`: carries out a plan, and leaves state and journal in order whatever happens.

use crate::drive::{self, Crank};
use crate::interrupts::Interrupts;
use crate::pointed::pointed;
use crate::progress::{Happening, Progress};
use crate::waves::NextWave;
use crate::{Planned, Said, chance};
use apply::{Applier, ApplySummary, Limits};
use diag::Diagnostic;
use journal::Begin;
use state::OutputState;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an apply came to.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Counts.
    pub summary: ApplySummary,
    /// Root outputs as they are now.
    pub outputs: BTreeMap<Arc<str>, OutputState>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

/// To providers, in state and for `required_version` we are this Terraform (decision 7).
pub const TERRAFORM_VERSION: &str = "1.11.4";

/// Applies a plan that has no errors. Where it was one wave of several, and all of it was done, there is a next one.
pub fn apply(planned: Planned, progress: &dyn Progress) -> (Applied, Option<NextWave>, Said) {
    let Planned { plan, mut input, mut session, texts, announced, .. } = planned;
    input.surroundings.chance = Some(Arc::new(chance::Real));
    let mut said = Said { texts, ..Said::default() };
    let prior = session.storage.state();
    let begin = Begin {
        run: session.run_id.clone(),
        lineage: session.storage.lineage(),
        serial: prior.serial,
        operation: "apply".into(),
        terraform_version: TERRAFORM_VERSION.into(),
    };
    let limits = Limits { open: session.parallelism.0.max(1), unlimited: session.providers.forgiving() };
    let steps = plan.changes.iter().filter(|c| c.action != plan::Action::NoOp).count();
    progress.happens(&Happening::Begins { steps });
    let done = plan.clone();
    let mut applier = Applier::new(plan, &input, begin, session.storage.stored(), limits);
    let Some(mut journal) = said.take(session.storage.journal()) else {
        return (Applied::default(), None, said);
    };
    let crank =
        Crank { providers: &session.providers, parallelism: session.parallelism, progress, site: &session.site };
    let listening = session.interrupts.take();
    let (turned, interrupts) = session.runtime.block_on(async {
        let interrupts = listening.unwrap_or_else(Interrupts::listen);
        interrupts.resume();
        (drive::apply(&mut applier, &mut journal, &crank, &interrupts).await, interrupts)
    });
    drop(journal);
    let interrupted = matches!(&turned, Ok(drive::End::Interrupted));
    let stopped = turned.err();
    let (applied, diagnostics) = applier.finish();
    said.diagnostics.extend(pointed(diagnostics, &session.configuration.tree, session.providers.schemas()));
    if let Some(error) = stopped {
        said.diagnostics.push(error);
    }
    if interrupted {
        said.diagnostics.push(
            Diagnostic::error(
                "Interrupted",
                "The apply was stopped. What was begun has been finished and written down.",
            )
            .next("Run drform apply again to go on."),
        );
    }
    if let Err(error) = session.storage.fold_in() {
        said.diagnostics.push(error);
        said.diagnostics.push(Diagnostic::warning(
            "The journal is kept",
            "Everything that was done is in the journal under .drform/journal; the next run brings it into the state.",
        ));
    }
    let outputs = session.storage.state().outputs.clone();
    let applied = Applied { summary: applied.summary, outputs, interrupted };
    session.interrupts = Some(interrupts);
    let goes_on = done.has_deferred() && !interrupted && !said.diagnostics.has_errors();
    if !goes_on {
        said.diagnostics.extend(plan::may_be_incomplete(&input.options.targeting));
    }
    let next = goes_on.then(|| NextWave::after(&done, &input.options, announced, (session, said.texts.clone())));
    (applied, next, said)
}
