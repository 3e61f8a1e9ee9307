//! Planning and applying on a state in memory, with the machines and the crank that `plan` and `apply` use.

use super::interrupt::{Heeded, heeding};
use crate::drive::{self, Crank, Parallelism};
use crate::files_read::FilesRead;
use crate::interrupts::Interrupts;
use crate::pointed::pointed;
use crate::progress::{Happening, Progress};
use crate::providers::{Extent, Providers};
use crate::scope::{Ground, Objects};
use crate::{Said, Site, TERRAFORM_VERSION, chance, session};
use apply::{Applier, Limits};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics, SourceTexts};
use eval::{Evaluator, Settings, VariableInput};
use journal::{Begin, Stored};
use mocks::Mocks;
use plan::{Plan, PlanInput, PlanOptions, Planner};
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Nobody is told of single objects.
struct Silent;

impl Progress for Silent {
    fn happens(&self, _: &Happening) {}
}

/// What runs work with, whatever the run.
pub(super) struct Bench<'a> {
    pub(super) site: &'a Site,
    pub(super) parallelism: Parallelism,
    pub(super) runtime: &'a Runtime,
    pub(super) interrupts: &'a Interrupts,
    /// Called for the first interrupt, and now and then while something runs.
    pub(super) listeners: (&'a dyn Fn(), &'a dyn Fn()),
}

/// A module that is ready to be planned, with its providers started.
pub(super) struct Prepared {
    pub(super) tree: Arc<ModuleTree>,
    pub(super) inputs: BTreeMap<Arc<str>, VariableInput>,
    pub(super) providers: Arc<Providers>,
    pub(super) settings: Settings,
}

/// Somebody wanted everything to be dropped.
#[derive(Default)]
pub(super) struct Dropped {
    /// The state as far as it is known, if something was being changed.
    pub(super) state: Option<Arc<State>>,
    /// What was being changed: nobody waits for the answers.
    pub(super) open: Vec<String>,
}

/// The settings of a run.
pub(super) fn settings(site: &Site) -> Settings {
    Settings {
        plan_timestamp: Some(chance::now().into()),
        files: Arc::new(FilesRead::new(&site.dir)),
        workspace: crate::workspace::current_workspace(site).unwrap_or_else(|_| "default".into()).into(),
        ..session::settings_of(site)
    }
}

/// A state with nothing in it.
pub(super) fn nothing() -> Arc<State> {
    Arc::new(State { lineage: session::run_id(), terraform_version: TERRAFORM_VERSION.into(), ..State::default() })
}

impl Bench<'_> {
    /// Starts the providers of a module and of a state.
    pub(super) fn prepare(
        &self,
        tree: ModuleTree,
        inputs: BTreeMap<Arc<str>, VariableInput>,
        mocks: Mocks,
        (state, texts): (&State, &SourceTexts),
    ) -> (Option<Prepared>, Diagnostics) {
        let mut said = Said { texts: texts.clone(), ..Said::default() };
        let started = Providers::start(self.site, &tree, state, Extent::Used, &mut said);
        let Some(providers) = self.runtime.block_on(started) else { return (None, said.diagnostics) };
        let settings = settings(self.site);
        let providers = providers.with_mocks(mocks);
        (Some(Prepared { tree: Arc::new(tree), inputs, providers, settings }), said.diagnostics)
    }

    /// Ends the providers.
    pub(super) fn end(&self, prepared: &Prepared) {
        self.runtime.block_on(prepared.providers.stop());
    }

    /// What is wrong with a module whatever the state is.
    pub(super) fn validate(&self, prepared: &Prepared) -> Diagnostics {
        let (graph, troubles) = eval::expression_graph(&prepared.tree);
        if troubles.has_errors() {
            return troubles;
        }
        let found = crate::validate::found(&prepared.providers, &prepared.tree, &graph, &prepared.settings);
        let mut found = self.runtime.block_on(found).diagnostics;
        found.extend(troubles);
        found
    }

    /// Plans.
    ///
    /// # Errors
    /// When it was dropped.
    pub(super) fn plan(
        &self,
        prepared: &Prepared,
        prior: &Arc<State>,
        options: PlanOptions,
    ) -> Result<(Plan, PlanInput, Diagnostics), Dropped> {
        let input = PlanInput {
            tree: prepared.tree.clone(),
            schemas: prepared.providers.schemas().clone(),
            prior: prior.clone(),
            variables: prepared.inputs.clone(),
            options,
            surroundings: prepared.settings.clone(),
            seed: session::seed(&session::run_id()),
        };
        let mut planner = Planner::new(input.clone());
        let mut deaf = Some(Interrupts::deaf());
        let turned = self.runtime.block_on(async {
            let work = drive::plan(&mut planner, &prepared.providers, self.parallelism, (&Silent, &mut deaf));
            heeding(work, self.interrupts, self.listeners).await
        });
        if let Heeded::Dropped = turned {
            return Err(Dropped::default());
        }
        let (plan, diagnostics) = planner.finish();
        let diagnostics = pointed(diagnostics, &prepared.tree, prepared.providers.schemas());
        Ok((plan, input, diagnostics))
    }

    /// Applies a plan that has no errors; the state afterwards.
    ///
    /// # Errors
    /// When it was dropped.
    pub(super) fn apply(
        &self,
        prepared: &Prepared,
        plan: Arc<Plan>,
        mut input: PlanInput,
    ) -> Result<(Arc<State>, Diagnostics), Dropped> {
        input.surroundings.chance = Some(Arc::new(chance::Real));
        let prior = input.prior.clone();
        let begin = Begin {
            run: session::run_id(),
            lineage: prior.lineage.clone(),
            serial: prior.serial,
            operation: "test".into(),
            terraform_version: TERRAFORM_VERSION.into(),
        };
        let limits = Limits { open: self.parallelism.0.max(1), unlimited: prepared.providers.forgiving() };
        let mut applier = Applier::new(plan, &input, begin, &Stored::none(), limits);
        let mut records: Vec<u8> = Vec::new();
        let crank =
            Crank { providers: &prepared.providers, parallelism: self.parallelism, progress: &Silent, site: self.site };
        let deaf = Interrupts::deaf();
        let turned = self.runtime.block_on(async {
            let work = drive::apply(&mut applier, &mut records, &crank, &deaf);
            heeding(work, self.interrupts, self.listeners).await
        });
        let folded = journal::read(&records).and_then(|stored| journal::fold(&prior, &stored.records));
        let Heeded::Done(turned) = turned else {
            let known = folded.ok().map(|folded| {
                let open = folded.unresolved.iter().map(|intent| intent.addr.to_string()).collect();
                Dropped { state: Some(Arc::new(folded.state)), open }
            });
            return Err(known.unwrap_or_default());
        };
        let (_, diagnostics) = applier.finish();
        let mut diagnostics = pointed(diagnostics, &prepared.tree, prepared.providers.schemas());
        diagnostics.extend(turned.err());
        diagnostics.extend(plan::may_be_incomplete(&input.options.targeting));
        match folded {
            Ok(folded) => {
                for intent in &folded.unresolved {
                    diagnostics.push(in_doubt(&intent.addr.to_string()));
                }
                Ok((Arc::new(folded.state), diagnostics))
            }
            Err(error) => {
                diagnostics.push(Diagnostic::from(error));
                Ok((prior, diagnostics))
            }
        }
    }

    /// An evaluator that knows what a plan says, or with `None` what the state says.
    pub(super) fn evaluator(&self, prepared: &Prepared, state: &State, plan: Option<&Plan>) -> Evaluator {
        let phase = if plan.is_some() { eval::Phase::Plan } else { eval::Phase::Apply };
        let chance = plan.is_none().then(|| Arc::new(chance::Real) as Arc<dyn eval::functions::Chance + Send + Sync>);
        let settings = Settings { phase, chance, ..prepared.settings.clone() };
        let ground = self.ground(prepared, &settings, state);
        let objects = plan.map_or(Objects::Stored, |plan| Objects::Planned(&plan.values));
        ground.evaluator(&objects).0
    }

    /// Answers the calls of provider functions that an evaluation lacked; true when it is to be repeated.
    pub(super) fn answer_functions(&self, prepared: &Prepared, state: &State, evaluator: &mut Evaluator) -> bool {
        self.ground(prepared, &prepared.settings, state).answer_functions(evaluator)
    }

    fn ground<'g>(&'g self, prepared: &'g Prepared, settings: &'g Settings, state: &'g State) -> Ground<'g> {
        Ground {
            tree: &prepared.tree,
            settings,
            inputs: &prepared.inputs,
            providers: &prepared.providers,
            runtime: self.runtime,
            state,
        }
    }
}

fn in_doubt(address: &str) -> Diagnostic {
    let detail = format!("The answer to a change of {address} was lost: whether it was made, nobody knows.");
    Diagnostic::error("Outcome in doubt", detail).about(address).next("Look for the object, and destroy it by hand.")
}
