//! The order of things: files by name, their runs one after the other, then what they made is destroyed.

use super::bench::{self, Bench, Dropped, Prepared};
use super::expected::{self, Expected};
use super::loaded::LoadedFile;
use super::variables::{Given, Pool, RunOutputs};
use super::{TestDetail, TestNews, TestRequest, TestView, assertions, overrides, providers};
use crate::interrupts::Interrupts;
use addrs::Mode;
use config::{ModuleTree, RunCommand, TestRun};
use diag::{ConditionOf, Diagnostic, Diagnostics, SourceTexts};
use eval::VariableInput;
use plan::{Bounds, Plan, PlanInput, PlanOptions, Refresh, Targeting};
use state::{DecodedObject, State};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use views::{LeftObject, TestProgress, TestShown, TestShownOf, TestStatus, TestSuite, TestedFile, TestedRun};

/// Runs a suite.
pub(super) struct Runner<'a> {
    pub(super) request: &'a TestRequest,
    pub(super) view: &'a dyn TestView,
    /// The configuration of the site.
    pub(super) main: Arc<ModuleTree>,
    /// Root variables from outside.
    pub(super) inputs: BTreeMap<Arc<str>, VariableInput>,
    /// Those of the files in the test directory.
    pub(super) test_inputs: BTreeMap<Arc<str>, VariableInput>,
    pub(super) runtime: Runtime,
    pub(super) texts: SourceTexts,
}

/// A state, and the run that changed it last.
struct Kept {
    state: Arc<State>,
    run: Option<usize>,
}

/// One file on its way.
struct FileRun<'a> {
    runner: &'a Runner<'a>,
    interrupts: &'a Interrupts,
    stopped: &'a Cell<bool>,
    loaded: &'a LoadedFile,
    globals: &'a BTreeMap<Arc<str>, VariableInput>,
    tested: TestedFile,
    /// States by module source or state key; that of the configuration under the empty name.
    states: BTreeMap<Arc<str>, Kept>,
    outputs: RunOutputs,
}

impl Runner<'_> {
    /// Runs all files.
    pub(super) fn suite(&self, loaded: Vec<LoadedFile>) -> TestSuite {
        let wanted = |file: &LoadedFile| {
            let filter = &self.request.filter;
            filter.is_empty() || filter.iter().any(|name| same_file(name, &file.name))
        };
        let loaded: Vec<LoadedFile> = loaded.into_iter().filter(wanted).collect();
        let mut suite = TestSuite { files: loaded.iter().map(pending).collect(), ..TestSuite::default() };
        suite.files.sort_by(|a, b| a.name.cmp(&b.name));
        self.tells(&TestNews::Found(&suite));
        suite.status = TestStatus::Pass;
        let interrupts = {
            let _inside = self.runtime.enter();
            Interrupts::listen_gently()
        };
        let stopped = Cell::new(false);
        let mut both = self.inputs.clone();
        both.extend(self.test_inputs.clone());
        for slot in &mut suite.files {
            let Some(file) = loaded.iter().find(|file| file.name == slot.name) else { continue };
            let in_directory = Path::new(file.name.as_ref()).parent() == Some(&self.request.directory);
            let mut run = FileRun {
                runner: self,
                interrupts: &interrupts,
                stopped: &stopped,
                loaded: file,
                globals: if in_directory { &both } else { &self.inputs },
                tested: slot.clone(),
                states: BTreeMap::from([("".into(), Kept { state: bench::nothing(), run: None })]),
                outputs: file.test.runs.iter().map(|run| (run.name.clone(), None)).collect(),
            };
            let carried_out = run.carry_out();
            *slot = run.tested;
            suite.status = suite.status.max(slot.status);
            if carried_out.is_err() {
                suite.status = TestStatus::Error;
                break;
            }
        }
        suite.stopped = interrupts.arrived();
        self.tells(&TestNews::Concluded(&suite));
        suite
    }

    fn tells(&self, news: &TestNews<'_>) {
        self.view.tells(news, &self.texts);
    }
}

/// Whether two paths name the same file: `./a` and `a` do.
pub(super) fn same_file(one: &str, other: &str) -> bool {
    Path::new(one).components().eq(Path::new(other).components())
        || Path::new(".").join(other).components().eq(Path::new(one).components())
}

fn pending(file: &LoadedFile) -> TestedFile {
    let run = |run: &TestRun| TestedRun { name: run.name.clone(), asserts: run.asserts.len(), ..TestedRun::default() };
    TestedFile { name: file.name.clone(), runs: file.test.runs.iter().map(run).collect(), ..TestedFile::default() }
}

impl FileRun<'_> {
    /// The file from its beginning to its end.
    ///
    /// # Errors
    /// When everything is to be dropped.
    fn carry_out(&mut self) -> Result<(), Dropped> {
        self.runner.tells(&TestNews::File(&self.tested, TestProgress::Starting));
        self.tested.status = if self.tested.runs.is_empty() { TestStatus::Pass } else { TestStatus::Skip };
        let loaded = self.loaded;
        let trees: Vec<&ModuleTree> =
            std::iter::once(&self.runner.main).chain(loaded.modules.values()).map(AsRef::as_ref).collect();
        self.tested.diagnostics.extend(overrides::check_file(&loaded.test, &trees));
        for (index, run) in loaded.test.runs.iter().enumerate() {
            let status = if self.interrupts.arrived() || self.tested.status == TestStatus::Error {
                self.note(index, TestedRun { status: TestStatus::Skip, ..self.run(index) });
                TestStatus::Skip
            } else {
                let began = (time(), Instant::now());
                self.started(index);
                let mut tested = self.run(index);
                let done = self.run_one(index, run, &mut tested);
                if let Err(dropped) = done {
                    return Err(self.abandoned(dropped));
                }
                tested.ran = Some((began.0, began.1.elapsed()));
                let status = tested.status;
                self.note(index, tested);
                status
            };
            self.tested.status = self.tested.status.max(status);
        }
        self.runner.tells(&TestNews::File(&self.tested, TestProgress::TearDown));
        if let Err(dropped) = self.clean_up() {
            return Err(self.abandoned(dropped));
        }
        self.runner.tells(&TestNews::File(&self.tested, TestProgress::Complete));
        Ok(())
    }

    fn run(&self, index: usize) -> TestedRun {
        self.tested.runs.get(index).cloned().unwrap_or_default()
    }

    fn started(&self, index: usize) {
        self.progress(index, TestProgress::Starting, Duration::ZERO);
    }

    fn progress(&self, index: usize, progress: TestProgress, elapsed: Duration) {
        if let Some(run) = self.tested.runs.get(index) {
            self.runner.tells(&TestNews::Run(&self.tested, run, progress, elapsed));
        }
    }

    /// Keeps what a run came to, and tells it.
    fn note(&mut self, index: usize, tested: TestedRun) {
        if let Some(slot) = self.tested.runs.get_mut(index) {
            *slot = tested;
        }
        self.progress(index, TestProgress::Complete, Duration::ZERO);
    }

    /// What cannot be cleaned up any more.
    fn abandoned(&mut self, dropped: Dropped) -> Dropped {
        self.tested.status = TestStatus::Error;
        let left: Vec<(String, Vec<LeftObject>)> = self
            .states
            .iter()
            .map(|(key, kept)| (key.to_string(), left(&kept.state)))
            .filter(|(_, objects)| !objects.is_empty())
            .collect();
        self.runner.tells(&TestNews::Abandoned(&self.tested, &left, &dropped.open));
        dropped
    }

    /// Keeps what is known of a state that was being changed.
    fn keep(&mut self, key: &Arc<str>, index: usize, mut dropped: Dropped) -> Dropped {
        if let Some(state) = dropped.state.take() {
            self.states.insert(key.clone(), Kept { state, run: Some(index) });
        }
        dropped
    }

    /// Works on something of a run, with somebody listening.
    fn with_bench<T>(&self, index: usize, progress: TestProgress, work: impl FnOnce(&Bench<'_>) -> T) -> T {
        let began = Instant::now();
        let stops = || {
            if !self.stopped.replace(true) {
                self.runner.tells(&TestNews::Interrupted);
            }
        };
        let still = || self.progress(index, progress, began.elapsed());
        let bench = Bench {
            site: &self.runner.request.site,
            parallelism: self.runner.request.parallelism,
            runtime: &self.runner.runtime,
            interrupts: self.interrupts,
            listeners: (&stops, &still),
        };
        work(&bench)
    }

    fn tree_of(&self, run: &TestRun) -> &Arc<ModuleTree> {
        self.loaded.modules.get(&run.name).unwrap_or(&self.runner.main)
    }

    /// Which state a run works on.
    fn state_key(run: &TestRun) -> Arc<str> {
        let of_module = || run.module.as_ref().map(|module| module.source.clone());
        run.state_key.clone().or_else(of_module).unwrap_or_default()
    }

    fn run_one(&mut self, index: usize, run: &TestRun, tested: &mut TestedRun) -> Result<(), Dropped> {
        let key = Self::state_key(run);
        let prior = self.states.get(&key).map_or_else(bench::nothing, |kept| kept.state.clone());
        let (expected, mut troubles) = expected::read(&run.expect_failures);
        troubles.extend(overrides::check(&run.overrides, &[self.tree_of(run)]));
        if failed(tested, troubles) {
            return Ok(());
        }
        let (prepared, given) = match self.prepare(index, run, &prior) {
            (Some(ready), warnings) => {
                tested.diagnostics.extend(warnings);
                ready
            }
            (None, troubles) => {
                failed(tested, troubles);
                tested.status = TestStatus::Error;
                return Ok(());
            }
        };
        let done = self.with_bench(index, TestProgress::Running, |bench| {
            let validated = bench.validate(&prepared);
            let done = if failed(tested, validated) {
                Ok(None)
            } else {
                self.plan_and_apply(bench, run, (&prepared, &given), (&prior, &expected), tested)
            };
            if done.is_ok() {
                bench.end(&prepared);
            }
            done
        });
        let done = done.map_err(|dropped| self.keep(&key, index, dropped))?;
        if let Some(Done { state, outputs }) = done {
            if let Some(outputs) = outputs {
                self.outputs.insert(run.name.clone(), Some(outputs));
            }
            if let Some(state) = state {
                self.states.insert(key, Kept { state, run: Some(index) });
            }
        }
        Ok(())
    }

    /// What a run needs: its module with the test's providers, its variables, its providers started.
    fn prepare(&self, index: usize, run: &TestRun, prior: &State) -> (Option<(Prepared, Given)>, Diagnostics) {
        let tree = self.tree_of(run);
        let settings = bench::settings(&self.runner.request.site);
        let pool = Pool {
            tree,
            globals: self.globals,
            file: &self.loaded.test.variables,
            runs: &self.outputs,
            settings: &settings,
        };
        let mut transformed = tree.as_ref().clone();
        let (mocked, mut troubles) = providers::put(&mut transformed, &self.loaded.test, run, &pool);
        let mocks = overrides::mocks(&mocked, &self.loaded.test, run, &mut troubles);
        overrides::modules(&mut transformed, &self.loaded.test, run, &mut troubles);
        if troubles.has_errors() {
            return (None, troubles);
        }
        let (given, found) = pool.of_run(run, &assertions::variables(run));
        troubles.extend(found);
        if troubles.has_errors() {
            return (None, troubles);
        }
        let (prepared, found) = self.with_bench(index, TestProgress::Running, |bench| {
            bench.prepare(transformed, given.inputs.clone(), mocks, (prior, &self.runner.texts))
        });
        troubles.extend(found);
        (prepared.map(|prepared| (prepared, given)), troubles)
    }

    fn plan_and_apply(
        &self,
        bench: &Bench<'_>,
        run: &TestRun,
        (prepared, given): (&Prepared, &Given),
        (prior, expected): (&Arc<State>, &[Expected]),
        tested: &mut TestedRun,
    ) -> Result<Option<Done>, Dropped> {
        let options = match options(run) {
            Ok(options) => options,
            Err(troubles) => {
                failed(tested, troubles);
                return Ok(None);
            }
        };
        let (plan, input, found) = bench.plan(prepared, prior, options)?;
        let plan = Arc::new(plan);
        if run.command == RunCommand::Plan {
            if failed(tested, expected::settle(expected, found)) {
                return Ok(None);
            }
            if self.runner.request.detail == TestDetail::Verbose {
                tested.shown = Some(shown(prepared, TestShownOf::Plan(plan.clone())));
            }
            let outputs = self.judge(bench, run, (prepared, given), (prior, Some(&plan)), tested);
            return Ok(Some(Done { state: None, outputs: Some(outputs) }));
        }
        let mut wave = Wave { plan, input, found };
        let mut applied = None;
        let state = loop {
            let bounds = Bounds::of(&wave.plan);
            let next = next_options(&wave);
            let (state, goes_on) = match self.apply(bench, prepared, (wave, expected), tested)? {
                Ok(applied) => applied,
                // What earlier waves made is there.
                Err(state) => return Ok(Some(Done { state: state.or(applied), outputs: None })),
            };
            if !goes_on {
                break state;
            }
            // What only the apply made known decides what there is to be done next.
            applied = Some(state.clone());
            let planned = bench.plan(prepared, &state, next);
            let (plan, input, mut found) = planned.map_err(|dropped| Dropped { state: Some(state), ..dropped })?;
            if let Err(trouble) = bounds.progress(&plan) {
                found.push(*trouble);
            }
            wave = Wave { plan: Arc::new(plan), input, found };
        };
        if self.runner.request.detail == TestDetail::Verbose {
            let objects = decoded(&state, prepared);
            tested.shown = Some(shown(prepared, TestShownOf::State(state.clone(), objects.into())));
        }
        let outputs = self.judge(bench, run, (prepared, given), (&state, None), tested);
        Ok(Some(Done { state: Some(state), outputs: Some(outputs) }))
    }

    /// Applies one wave of a plan: the state afterwards, and whether there is another wave. After a failure, which is
    /// noted, the state if it is another one.
    fn apply(
        &self,
        bench: &Bench<'_>,
        prepared: &Prepared,
        (wave, expected): (Wave, &[Expected]),
        tested: &mut TestedRun,
    ) -> Result<Result<(Arc<State>, bool), Option<Arc<State>>>, Dropped> {
        let explained = expected::explain(expected, wave.found);
        if explained.has_errors() {
            failed(tested, explained);
            return Ok(Err(None));
        }
        let (checks, told): (Vec<_>, Vec<_>) = explained.into_iter().partition(of_check);
        tested.diagnostics.extend(told);
        let has_deferred = wave.plan.has_deferred();
        let (state, mut found) = bench.apply(prepared, wave.plan, wave.input)?;
        found.extend(expected::still_failing(checks, &found));
        // What is expected to fail may do so in any wave; then the run is over.
        let goes_on = has_deferred && !expected::came(expected, &found);
        let found = if goes_on { found } else { expected::settle(expected, found) };
        if failed(tested, found) {
            return Ok(Err(Some(state)));
        }
        Ok(Ok((state, goes_on)))
    }

    /// Checks assertions; the outputs for later runs.
    fn judge(
        &self,
        bench: &Bench<'_>,
        run: &TestRun,
        (prepared, given): (&Prepared, &Given),
        (state, plan): (&State, Option<&Plan>),
        tested: &mut TestedRun,
    ) -> value::Value {
        let mut evaluator = bench.evaluator(prepared, state, plan);
        let mut retry = |evaluator: &mut eval::Evaluator| bench.answer_functions(prepared, state, evaluator);
        let (status, told) = assertions::check(run, &mut evaluator, (given, &self.outputs), &mut retry);
        tested.status = status;
        tested.diagnostics.extend(told);
        assertions::outputs(&evaluator, &prepared.tree)
    }

    /// Destroys what the runs made, the last one's first.
    fn clean_up(&mut self) -> Result<(), Dropped> {
        let mut kept: Vec<(Arc<str>, usize, Arc<State>)> = Vec::new();
        for (key, one) in &self.states {
            let managed = one.state.instances.keys().any(|addr| addr.resource.mode == Mode::Managed);
            if let (Some(run), true) = (one.run, managed) {
                kept.push((key.clone(), run, one.state.clone()));
            }
        }
        kept.sort_by_key(|(_, run, _)| std::cmp::Reverse(*run));
        let loaded = self.loaded;
        for (key, index, state) in kept {
            let Some(run) = loaded.test.runs.get(index) else { continue };
            self.progress(index, TestProgress::TearDown, Duration::ZERO);
            let destroyed = self.destroy(index, run, state);
            let (after, troubles) = destroyed.map_err(|dropped| self.keep(&key, index, dropped))?;
            let objects = left(&after);
            if !after.instances.is_empty() || troubles.has_errors() {
                self.tested.status = TestStatus::Error;
            }
            self.states.insert(key, Kept { state: after, run: Some(index) });
            if let Some(tested) = self.tested.runs.get(index) {
                self.runner.tells(&TestNews::CleanedUp(&self.tested, tested, &troubles, &objects));
            }
        }
        Ok(())
    }

    fn destroy(&self, index: usize, run: &TestRun, state: Arc<State>) -> Result<(Arc<State>, Diagnostics), Dropped> {
        let (prepared, mut troubles) = match self.prepare(index, run, &state) {
            // What there is to warn of has been told.
            (Some((prepared, _)), _) => (prepared, Diagnostics::new()),
            (None, troubles) => return Ok((state, troubles)),
        };
        self.with_bench(index, TestProgress::TearDown, |bench| {
            let options = PlanOptions { mode: plan::Mode::Destroy, ..PlanOptions::default() };
            let (plan, input, found) = bench.plan(&prepared, &state, options)?;
            let failed = found.has_errors();
            troubles.extend(found);
            let after = if failed {
                state.clone()
            } else {
                let (after, found) = bench.apply(&prepared, Arc::new(plan), input)?;
                troubles.extend(found);
                after
            };
            bench.end(&prepared);
            Ok((after, troubles))
        })
    }
}

/// A plan that is to be applied, and what there was to say of it.
struct Wave {
    plan: Arc<Plan>,
    input: PlanInput,
    found: Diagnostics,
}

/// The options of the wave after: what was to be replaced is replaced.
fn next_options(wave: &Wave) -> PlanOptions {
    let mut options = wave.input.options.clone();
    for change in wave.plan.changes.iter().filter(|change| change.deposed.is_none()) {
        options.replace.remove(&change.addr);
    }
    options
}

/// What a run came to besides its verdict.
struct Done {
    /// The state, if it applied.
    state: Option<Arc<State>>,
    /// The outputs, if it came so far.
    outputs: Option<value::Value>,
}

/// Notes diagnostics; true, and the status says so, when there are errors.
fn failed(tested: &mut TestedRun, troubles: Diagnostics) -> bool {
    let errors = troubles.has_errors();
    tested.diagnostics.extend(troubles);
    if errors {
        tested.status = TestStatus::Error;
    }
    errors
}

fn of_check(one: &Diagnostic) -> bool {
    one.condition.as_ref().is_some_and(|failed| matches!(failed.of, ConditionOf::Check | ConditionOf::CheckData))
}

/// The plan options of a run.
fn options(run: &TestRun) -> Result<PlanOptions, Diagnostics> {
    let mut troubles = Diagnostics::new();
    let not_an_address = |at: diag::Range| {
        let detail = "An address of a module, a resource or an instance of one is needed, with constant keys.";
        Diagnostic::error("Invalid address", detail).at(at).next("Write an address such as aws_instance.db.")
    };
    let mut targets = Vec::new();
    for expr in &run.options.target {
        match config::target(expr) {
            Some(target) => targets.push(target),
            None => troubles.push(not_an_address(expr.range())),
        }
    }
    let mut replace = BTreeSet::new();
    for expr in &run.options.replace {
        let instance = match config::target(expr) {
            Some(addrs::Target::Instance(addr)) => Some(addr),
            Some(addrs::Target::Resource(module, resource)) => {
                Some(addrs::ResourceInstance { module, resource, key: addrs::InstanceKey::None })
            }
            _ => None,
        };
        match instance {
            Some(addr) if addr.resource.mode != Mode::Managed => {
                let summary = "Can only target managed resources for forced replacements.";
                let trouble = Diagnostic::error(summary, addr.to_string()).at(expr.range());
                troubles.push(trouble.next("Name an instance of a resource block."));
            }
            Some(addr) => {
                replace.insert(addr);
            }
            None => troubles.push(not_an_address(expr.range())),
        }
    }
    if troubles.has_errors() {
        return Err(troubles);
    }
    let mode = if run.options.refresh_only { plan::Mode::RefreshOnly } else { plan::Mode::Normal };
    let refresh = if run.options.refresh { Refresh::Yes } else { Refresh::No };
    let targeting = if targets.is_empty() { Targeting::All } else { Targeting::Only(targets) };
    Ok(PlanOptions { mode, refresh, replace, targeting, ..PlanOptions::default() })
}

/// The managed objects of a state.
fn left(state: &State) -> Vec<LeftObject> {
    let mut all = Vec::new();
    for (addr, instance) in &state.instances {
        if addr.resource.mode != Mode::Managed {
            continue;
        }
        let object = |deposed| LeftObject { addr: addr.to_string(), deposed };
        all.extend(instance.current.iter().map(|_| object(None)));
        all.extend(instance.deposed.keys().map(|key| object(Some(key.clone()))));
    }
    all
}

fn shown(prepared: &Prepared, of: TestShownOf) -> TestShown {
    TestShown { schemas: prepared.providers.schemas().clone(), of }
}

/// The objects of a state decoded, for showing.
fn decoded(state: &State, prepared: &Prepared) -> Vec<DecodedObject> {
    let schemas = prepared.providers.schemas();
    let mut all = Vec::new();
    for (addr, instance) in &state.instances {
        let Some(schema) = crate::session::schema_of(schemas, addr, &instance.provider) else { continue };
        let current = instance.current.iter().map(|object| (None, object));
        for (deposed, object) in current.chain(instance.deposed.iter().map(|(key, o)| (Some(key.clone()), o))) {
            if let Some(value) = crate::session::decoded(schemas, addr, &instance.provider, object) {
                let (addr, status, schema) = (addr.clone(), object.status, schema.clone());
                all.push(DecodedObject { addr, deposed, status, schema, value });
            }
        }
    }
    all
}

/// Now, in UTC, to the second.
fn time() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}
