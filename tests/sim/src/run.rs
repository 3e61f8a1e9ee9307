//! One run of the tool: read, recover, fold, plan, apply, fold. Every primitive thing it does to the world is a moment
//! at which it may die.

use crate::cloud::{self, Cloud, Trouble};
use crate::disk::Disk;
use crate::random::Random;
use addrs::ModulePath;
use apply::{Applier, Change, Effect, Limits, Recovery, Ticket};
use calls::{Answer, ChangeAnswer, Question};
use config::{ModuleTree, Sources};
use diag::{Diagnostic, Diagnostics};
use eval::functions::{Entry, FileSource};
use journal::{Batch, BatchId, Begin, Folded, Stored};
use plan::{Plan, PlanInput, PlanOptions, Planner};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The world that outlives runs.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) disk: Disk,
    pub(crate) cloud: Cloud,
    pub(crate) lineage: Arc<str>,
    /// Runs begun so far; the edge would draw a random name for each.
    pub(crate) runs: u64,
}

/// When the process dies, and what chance decides meanwhile.
#[derive(Debug)]
pub(crate) struct Fate {
    random: Random,
    /// Moments so far.
    pub(crate) moments: usize,
    /// Moment of death.
    pub(crate) death: Option<usize>,
    /// Whether the cloud may fail.
    pub(crate) troubles: bool,
    /// Whether the cloud does not answer questions about lost answers.
    pub(crate) deaf: bool,
    /// Moment at which somebody presses Ctrl-C.
    pub(crate) interrupt: Option<usize>,
    /// How many intents may be open; otherwise one to four.
    pub(crate) open: Option<usize>,
    /// The last thing done, for messages.
    pub(crate) last: String,
}

impl Fate {
    pub(crate) fn new(random: Random) -> Fate {
        Fate {
            random,
            moments: 0,
            death: None,
            troubles: false,
            deaf: false,
            interrupt: None,
            open: None,
            last: String::new(),
        }
    }

    fn dies(&mut self, doing: &str) -> bool {
        self.moments += 1;
        self.last = doing.to_owned();
        self.death == Some(self.moments)
    }

    fn moment(&mut self, doing: &str) -> Result<(), End> {
        if self.dies(doing) { Err(End::Died) } else { Ok(()) }
    }
}

/// Why a run did not come to its end.
#[derive(Debug)]
pub(crate) enum End {
    /// As fate would have it.
    Died,
    /// A law was broken.
    Broken(String),
}

fn broken<T>(what: impl Into<String>) -> Result<T, End> {
    Err(End::Broken(what.into()))
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Whether the plan had changes.
    pub(crate) changes: bool,
    /// Troubles of planning and applying.
    pub(crate) troubles: Diagnostics,
}

/// One text as the only module.
struct OneModule<'a>(&'a str);

#[allow(clippy::result_large_err, reason = "the trait says so")]
impl Sources for OneModule<'_> {
    fn module_files(&self, _dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        Ok(vec![("main.tf".into(), self.0.into())])
    }

    fn resolve(&self, _from: &str, _source: &str, _module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        Err(Diagnostic::error("No modules here", ""))
    }
}

/// No files.
struct NoFiles;

impl FileSource for NoFiles {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, String> {
        Err("no such file".into())
    }

    fn exists(&self, _path: &str) -> Result<bool, String> {
        Ok(false)
    }

    fn list(&self, _directory: &str) -> Result<Vec<Entry>, String> {
        Ok(Vec::new())
    }
}

/// A configuration, parsed.
pub(crate) fn parse(text: &str) -> Result<Arc<ModuleTree>, String> {
    let (tree, _, troubles) = config::load(&OneModule(text), ".");
    if troubles.has_errors() {
        return Err(format!("{troubles:?} in\n{text}"));
    }
    Ok(Arc::new(tree))
}

/// What both machines have in common for the edge.
trait Machine {
    fn effects(&mut self) -> Vec<Effect>;
    fn appended(&mut self, batch: BatchId);
    fn answer(&mut self, ticket: Ticket, answer: Answer);
    fn changed(&mut self, ticket: Ticket, answer: ChangeAnswer);
    fn provisioned(&mut self, _: Ticket, _: Diagnostics) {}
    fn interrupt(&mut self) {}
    fn is_done(&self) -> bool;
}

impl Machine for Applier {
    fn effects(&mut self) -> Vec<Effect> {
        self.effects()
    }
    fn appended(&mut self, batch: BatchId) {
        self.appended(batch);
    }
    fn answer(&mut self, ticket: Ticket, answer: Answer) {
        self.answer(ticket, answer);
    }
    fn changed(&mut self, ticket: Ticket, answer: ChangeAnswer) {
        self.changed(ticket, answer);
    }
    fn provisioned(&mut self, ticket: Ticket, troubles: Diagnostics) {
        self.provisioned(ticket, troubles);
    }
    fn interrupt(&mut self) {
        self.interrupt();
    }
    fn is_done(&self) -> bool {
        self.is_done()
    }
}

impl Machine for Recovery {
    fn effects(&mut self) -> Vec<Effect> {
        self.effects()
    }
    fn appended(&mut self, batch: BatchId) {
        self.appended(batch);
    }
    fn answer(&mut self, ticket: Ticket, answer: Answer) {
        self.answer(ticket, answer);
    }
    fn changed(&mut self, ticket: Ticket, answer: ChangeAnswer) {
        self.changed(ticket, answer);
    }
    fn is_done(&self) -> bool {
        self.is_done()
    }
}

/// Something that the edge has begun and not finished.
enum Underway {
    Write(Batch),
    Sync(BatchId),
    /// The journal so far is brought into the state (decision 11: also during a run).
    Fold,
    Ask(Ticket, Box<Question>),
    /// The request is sent; whether the provider has begun, nobody knows.
    Carry(Ticket, Change),
    Deliver(Ticket, ChangeAnswer),
    Provision(Ticket),
}

impl Underway {
    fn name(&self) -> String {
        match self {
            Underway::Write(_) => "write to the journal".into(),
            Underway::Sync(_) => "sync the journal".into(),
            Underway::Fold => "fold in the middle".into(),
            Underway::Ask(_, question) => format!("answer a question to {}", question.provider()),
            Underway::Carry(_, change) => format!("carry out {:?} of {}", change.intent().act, change.intent().addr),
            Underway::Deliver(..) => "deliver an answer".into(),
            Underway::Provision(_) => "run a provisioner".into(),
        }
    }
}

impl World {
    /// A world in which nothing ever happened.
    pub(crate) fn new(seed: u64) -> World {
        World { disk: Disk::default(), cloud: Cloud::default(), lineage: format!("lineage-{seed}").into(), runs: 0 }
    }

    /// The state on disk.
    pub(crate) fn state(&self) -> Result<State, String> {
        let bytes = self.disk.state.read();
        if bytes.is_empty() {
            return Ok(State::default());
        }
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        state::v4::parse(text).map_err(|e| format!("the state on disk: {e}"))
    }

    /// State and journal together.
    pub(crate) fn folded(&self) -> Result<(Stored, Folded), String> {
        let stored = journal::read(self.disk.journal.read()).map_err(|e| e.to_string())?;
        let folded = journal::fold(&self.state()?, &stored.records).map_err(|e| e.to_string())?;
        Ok((stored, folded))
    }

    /// State and the safe part of the journal together.
    fn safely_folded(&self) -> Result<Folded, String> {
        let stored = journal::read(self.disk.journal.safe()).map_err(|e| e.to_string())?;
        journal::fold(&self.state()?, &stored.records).map_err(|e| e.to_string())
    }

    /// Reads, recovers, plans, applies.
    pub(crate) fn run(&mut self, tree: &Arc<ModuleTree>, fate: &mut Fate) -> Result<Finished, End> {
        let (stored, folded) = self.folded().map_err(End::Broken)?;
        if !folded.conflicts.is_empty() {
            return broken(format!("conflicts without another tool: {:?}", folded.conflicts));
        }
        if !folded.unresolved.is_empty() {
            self.recover(&stored, &folded, fate)?;
        }
        self.save(fate)?;
        let (stored, folded) = self.folded().map_err(End::Broken)?;
        if !folded.unresolved.is_empty() {
            // A person would now hear which addresses are blocked.
            return Ok(Finished { changes: true, troubles: Diagnostics::new() });
        }
        let input = plan_input(tree, folded.state, self.runs);
        let (plan, mut troubles) = self.plan(&input, fate)?;
        if troubles.has_errors() {
            return broken(format!("the plan has errors: {troubles:?}"));
        }
        let changes = plan.has_changes();
        // As in Terraform, an apply without changes still stores what refresh found.
        if changes || !state::content_equal(&plan.prior, &plan.refreshed) {
            troubles.extend(self.apply(plan, &input, &stored, fate)?);
            self.save(fate)?;
        }
        Ok(Finished { changes, troubles })
    }

    fn begin(&mut self, operation: &str) -> Begin {
        self.runs += 1;
        let serial = self.state().map_or(0, |state| state.serial);
        Begin {
            run: format!("{}-run-{}", self.lineage, self.runs).into(),
            lineage: self.lineage.clone(),
            serial,
            operation: operation.into(),
            terraform_version: "1.11.4".into(),
        }
    }

    /// Asks what became of lost answers.
    fn recover(&mut self, stored: &Stored, folded: &Folded, fate: &mut Fate) -> Result<(), End> {
        let begin = self.begin("recover");
        let repeat = folded.unresolved.iter().map(|intent| (intent.id, cloud::promise(&intent.kind))).collect();
        let schemas = BTreeMap::from([(cloud::provider(), Arc::new(cloud::schema()))]);
        let mut recovery = Recovery::new(stored, folded, begin, &schemas, &repeat);
        self.drive(&mut recovery, fate)?;
        let (recovered, troubles) = recovery.finish();
        if recovered.blocked.is_empty() || fate.deaf {
            Ok(())
        } else {
            broken(format!("recovery gives up: {troubles:?}"))
        }
    }

    fn plan(&self, input: &PlanInput, fate: &mut Fate) -> Result<(Plan, Diagnostics), End> {
        let mut planner = Planner::new(input.clone());
        let mut open = Vec::new();
        while !planner.is_done() {
            open.extend(planner.asks());
            if open.is_empty() {
                return broken("the planner waits for nothing");
            }
            let (ticket, question) = open.swap_remove(fate.random.below(open.len()));
            planner.answer(ticket, self.cloud.answer(&question));
        }
        fate.moment("plan")?;
        Ok(planner.finish())
    }

    fn apply(&mut self, plan: Plan, input: &PlanInput, stored: &Stored, fate: &mut Fate) -> Result<Diagnostics, End> {
        let begin = self.begin("apply");
        let open = fate.open.unwrap_or_else(|| 1 + fate.random.below(4));
        let limits = Limits { open, unlimited: BTreeSet::new() };
        let mut applier = Applier::new(Arc::new(plan), input, begin, stored, limits);
        self.drive(&mut applier, fate)?;
        Ok(applier.finish().1)
    }

    /// Does what a machine asks for, one primitive thing at a time, in a random order.
    fn drive(&mut self, machine: &mut dyn Machine, fate: &mut Fate) -> Result<(), End> {
        let mut underway: Vec<Underway> = Vec::new();
        loop {
            underway.extend(machine.effects().into_iter().map(|effect| match effect {
                Effect::Append(batch) => Underway::Write(batch),
                Effect::Ask(ticket, question) => Underway::Ask(ticket, Box::new(question)),
                Effect::Change(ticket, change) => Underway::Carry(ticket, change),
                Effect::Provision(ticket, _) => Underway::Provision(ticket),
            }));
            if underway.is_empty() {
                return if machine.is_done() { Ok(()) } else { broken("a machine waits for nothing") };
            }
            let next = underway.swap_remove(fate.random.below(underway.len()));
            if fate.dies(&next.name()) {
                underway.push(next);
                self.dying(underway, fate);
                return Err(End::Died);
            }
            if fate.interrupt == Some(fate.moments) {
                machine.interrupt();
            }
            match next {
                Underway::Write(batch) => {
                    self.disk.journal.append(batch.at, &batch.bytes);
                    underway.push(Underway::Sync(batch.id));
                }
                Underway::Sync(id) => {
                    self.disk.journal.sync();
                    machine.appended(id);
                    if fate.random.one_in(5) {
                        underway.push(Underway::Fold);
                    }
                }
                Underway::Fold => {
                    // What is not synced yet is not folded: the state would know more than the journal.
                    let folded = self.safely_folded().map_err(End::Broken)?;
                    self.disk.state.replace(state::v4::print(&folded.state).into_bytes());
                    if fate.random.one_in(2) {
                        self.disk.state.sync();
                    }
                }
                Underway::Ask(ticket, question)
                    if fate.deaf && matches!(*question, Question::FindByToken { .. } | Question::Read { .. }) =>
                {
                    machine.answer(
                        ticket,
                        Answer::Object(None, Diagnostic::error("The cloud does not answer", "").into()),
                    );
                }
                Underway::Ask(ticket, question) => machine.answer(ticket, self.cloud.answer(&question)),
                Underway::Carry(ticket, change) => {
                    let trouble = if fate.troubles { Trouble::draw(&mut fate.random) } else { None };
                    let answer = self.cloud.carry_out(&change.request(), trouble);
                    underway.push(Underway::Deliver(ticket, answer));
                }
                Underway::Deliver(ticket, answer) => machine.changed(ticket, answer),
                Underway::Provision(ticket) => {
                    let fails = fate.troubles && fate.random.one_in(4);
                    let trouble = fails.then(|| Diagnostic::error("The provisioner failed", ""));
                    machine.provisioned(ticket, trouble.into_iter().collect());
                }
            }
        }
    }

    /// Requests that were sent are carried out after the death of the process, or not.
    fn dying(&mut self, underway: Vec<Underway>, fate: &mut Fate) {
        for sent in underway {
            if let Underway::Carry(_, change) = sent
                && fate.random.one_in(2)
            {
                self.cloud.carry_out(&change.request(), None);
            }
        }
    }

    /// Folds into the state, then lets go of the journal. Never the other way round.
    fn save(&mut self, fate: &mut Fate) -> Result<(), End> {
        let (stored, folded) = self.folded().map_err(End::Broken)?;
        if stored == Stored::none() {
            return Ok(());
        }
        if self.state().map_err(End::Broken)? != folded.state {
            fate.moment("write the state")?;
            self.disk.state.replace(state::v4::print(&folded.state).into_bytes());
        }
        // Also when nothing had to be written: whoever wrote it may have died before the sync.
        fate.moment("sync the renamed state")?;
        self.disk.state.sync();
        if !folded.carry_over().is_empty() && fate.random.one_in(2) {
            // The journal may also stay as it is, and the next run goes on with it.
            return Ok(());
        }
        let rest = if folded.carry_over().is_empty() { Vec::new() } else { journal::encode(folded.carry_over()) };
        fate.moment("let go of the journal")?;
        self.disk.journal.replace(rest);
        fate.moment("sync the renamed journal")?;
        self.disk.journal.sync();
        Ok(())
    }
}

fn plan_input(tree: &Arc<ModuleTree>, prior: State, seed: u64) -> PlanInput {
    PlanInput {
        tree: tree.clone(),
        schemas: BTreeMap::from([(cloud::provider(), Arc::new(cloud::schema()))]),
        prior: Arc::new(prior),
        variables: BTreeMap::new(),
        options: PlanOptions::default(),
        surroundings: eval::Settings {
            phase: eval::Phase::Plan,
            workspace: "default".into(),
            cwd: ".".into(),
            files: Arc::new(NoFiles),
            plan_timestamp: None,
            home: None,
            chance: None,
        },
        seed,
    }
}
