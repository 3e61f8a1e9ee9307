//! The applier: follows the execution graph and decides nothing.

mod functions;
mod leases;
mod outcomes;
mod provisioners;
mod steps;

use self::provisioners::Course;
use crate::begin::first_records;
use crate::desired::Desired;
use crate::ephemeral::Opening;
use crate::instance::{self, Final, Next, Ready};
use crate::outputs::{checks, outputs};
use crate::schedule::{Ending, Schedule};
use crate::{Applied, ApplySummary, Change, Effect, Event, Limits, Ticket};
use addrs::ResourceInstance;
use calls::{Answer, ChangeAnswer};
use config::ProvisionWhen;
use configschema::{FunctionError, ProviderSchema};
use diag::Diagnostics;
use eval::FunctionCall;
use journal::{Act, BatchId, Begin, Durable, Intent, IntentId, Record, Stored, Writer};
use plan::ephemeral::Lease;
use plan::{InstanceChange, Lacking, Plan, PlanInput, Schemas};
use state::{DeposedKey, Object};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use value::Value;

/// Applies a plan by asking for effects.
///
/// ```text
/// while !applier.is_done() {
///     for effect in applier.effects() { … }        // at the same time, as many as the edge likes
///     applier.appended(batch);                     // or answer, changed, not_started, interrupt
/// }
/// let (applied, diagnostics) = applier.finish();
/// ```
pub struct Applier {
    plan: Arc<Plan>,
    schemas: Schemas,
    run: Arc<str>,
    limits: Limits,
    desired: Desired,
    schedule: Schedule,
    writer: Writer,
    /// Places in the plan.
    changes: BTreeMap<(ResourceInstance, Option<DeposedKey>), usize>,
    /// Keys under which current objects are set aside together with the intent of their replacement.
    deposing: BTreeMap<ResourceInstance, DeposedKey>,
    /// Addresses that the journal knows of.
    touched: BTreeSet<ResourceInstance>,
    desk: BTreeMap<Ticket, Waiting>,
    issued: u64,
    /// Steps that wait until fewer intents are open.
    queue: VecDeque<Wanted>,
    /// Intents without outcome that count.
    open: usize,
    /// What happens when the records that gather now, or those that are being synced, are on disk.
    after_next: Vec<After>,
    after_this: Vec<After>,
    effects: Vec<Effect>,
    events: Vec<Event>,
    troubles: BTreeMap<usize, Diagnostics>,
    summary: ApplySummary,
    phase: Phase,
    interrupted: bool,
    functions: Lacking<Again>,
    /// Ephemeral resources that are open.
    leases: BTreeMap<ResourceInstance, Lease>,
    /// Steps that close, and how many instances each still waits for.
    closing: BTreeMap<usize, usize>,
    /// Calls that the last evaluation lacks.
    lacking: Vec<FunctionCall>,
    /// Steps of which it is told already that they have begun: their provisioners ran first.
    begun: BTreeSet<usize>,
}

/// Where the run as a whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Steps are taken.
    Running,
    /// The last records are being written.
    Closing,
    /// Everything is on disk.
    Closed,
}

/// A step that waits for an answer.
struct Waiting {
    step: usize,
    what: Awaited,
}

enum Awaited {
    /// A provider takes its configuration into use.
    Configured,
    /// A data source is read.
    Data(ResourceInstance),
    /// A provider judges the configuration of an ephemeral resource.
    Judged(Box<Opening>),
    /// An ephemeral resource is opened.
    Opened(Box<Opening>),
    /// An open ephemeral resource is renewed, when the time has come.
    Renewed(ResourceInstance),
    /// An open ephemeral resource is closed.
    Closed(ResourceInstance),
    /// A provider plans once more.
    Plan(Box<Final>, Act),
    /// A change is carried out.
    Change(Arc<Intent>),
    /// A provisioner runs.
    Provisioned(Box<Course>),
    /// Everybody whose expressions call this function.
    Function(Box<FunctionCall>),
}

/// A change that may be written down as an intent.
struct Wanted {
    step: usize,
    addr: ResourceInstance,
    deposed: Option<DeposedKey>,
    act: Act,
    ready: Box<Ready>,
}

/// What happens when a record is on disk.
enum After {
    /// The change is sent.
    Send(usize, IntentId, Option<Box<Value>>),
    /// The step is over.
    End(usize, Ending),
    /// Something is told.
    Tell(Event),
    /// A change is looked at whose object functions of providers are asked about.
    Settle(Box<Changed>),
    /// The first provisioner of a new object runs.
    Provision(Box<Course>),
    /// The run is over.
    Close,
}

/// A change that is made and written down.
struct Changed {
    step: usize,
    intent: Arc<Intent>,
    failed: bool,
}

/// What is done again when the functions that its expressions call are answered.
enum Again {
    /// A step starts.
    Start(usize),
    /// A data source that was read is looked at.
    Read(usize, Box<ResourceInstance>, Answer),
    /// An ephemeral resource that is open is looked at.
    Settled(usize, Box<Opening>),
    /// An update that came to nothing is written down.
    RestoreMarks(usize, Box<InstanceChange>, Box<Ready>),
    /// A change is looked at.
    Settle(Changed),
    /// The next provisioner of an object runs.
    Provision(Box<Course>),
}

impl Applier {
    /// Starts to apply. `stored` is the journal as it was read (`Stored::none()` when there is none); its unresolved
    /// intents are on addresses that the plan leaves alone. `input` is what the plan was made from.
    pub fn new(plan: Arc<Plan>, input: &PlanInput, begin: Begin, stored: &Stored, limits: Limits) -> Applier {
        diag::invariant!(plan.complete == plan::Complete::Yes, "a plan with errors is never applied");
        let changes = plan.changes.iter().enumerate();
        let changes = changes.map(|(i, change)| ((change.addr.clone(), change.deposed.clone()), i)).collect();
        let run = begin.run.clone();
        let (records, touched) = first_records(&plan, begin);
        let mut writer = Writer::new(stored);
        records.into_iter().for_each(|record| writer.push(record));
        let mut applier = Applier {
            schedule: Schedule::new(&plan.execution),
            desired: Desired::new(input, &plan),
            schemas: input.schemas.clone(),
            plan,
            run,
            limits,
            writer,
            changes,
            deposing: BTreeMap::new(),
            touched,
            desk: BTreeMap::new(),
            issued: 0,
            queue: VecDeque::new(),
            open: 0,
            after_next: Vec::new(),
            after_this: Vec::new(),
            effects: Vec::new(),
            events: Vec::new(),
            troubles: BTreeMap::new(),
            summary: ApplySummary::default(),
            phase: Phase::Running,
            interrupted: false,
            functions: Lacking::default(),
            leases: BTreeMap::new(),
            closing: BTreeMap::new(),
            lacking: Vec::new(),
            begun: BTreeSet::new(),
        };
        applier.run();
        applier
    }

    /// What is to be done now. Records that gathered since the last call come as one batch.
    pub fn effects(&mut self) -> Vec<Effect> {
        if let Some(batch) = self.writer.take() {
            self.after_this = std::mem::take(&mut self.after_next);
            self.effects.push(Effect::Append(batch));
        }
        std::mem::take(&mut self.effects)
    }

    /// What happened since the last call.
    pub fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// An object as the plan found it.
    pub fn found(&self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Option<&Value> {
        self.change_of(addr, deposed).map(|change| &change.before)
    }

    /// The object that a question is about, while it waits for the answer.
    pub fn asked_about(&self, ticket: Ticket) -> Option<&ResourceInstance> {
        let waiting = self.desk.get(&ticket)?;
        match &waiting.what {
            Awaited::Data(addr) => Some(addr),
            Awaited::Plan(..) => Some(&self.change_of_step(waiting.step)?.addr),
            _ => None,
        }
    }

    /// The current object of a resource instance as it is now, with marks.
    pub fn object(&self, addr: &ResourceInstance) -> Option<&Value> {
        self.desired.evaluator.instance(addr)
    }

    /// The batch is on disk.
    pub fn appended(&mut self, batch: BatchId) {
        let Some(records) = self.writer.synced(batch) else { return };
        let mut intents: BTreeMap<IntentId, Durable<Arc<Intent>>> =
            records.iter().filter_map(Durable::intent).map(|intent| (intent.id, intent)).collect();
        for after in std::mem::take(&mut self.after_this) {
            match after {
                After::Send(step, id, config) => {
                    let intent = intents.remove(&id);
                    diag::invariant!(intent.is_some(), "an intent is sent when its batch is on disk");
                    if let Some(intent) = intent {
                        self.send(step, intent, config);
                    }
                }
                After::End(step, ending) => self.schedule.end(step, ending),
                After::Tell(event) => self.events.push(event),
                After::Settle(changed) => self.settle(*changed),
                After::Provision(course) => self.provision(course),
                After::Close => self.phase = Phase::Closed,
            }
        }
        self.run();
    }

    /// A question is answered.
    pub fn answer(&mut self, ticket: Ticket, answer: Answer) {
        let Some(waiting) = self.waiting(ticket) else { return };
        if let Awaited::Function(call) = waiting.what {
            self.function_answered(&call, answer);
            return self.run();
        }
        let lease = |what: &Awaited| matches!(what, Awaited::Opened(_) | Awaited::Renewed(_) | Awaited::Closed(_));
        let done = |what: &Awaited| matches!(what, Awaited::Change(_) | Awaited::Provisioned(_));
        if self.interrupted && !done(&waiting.what) && !lease(&waiting.what) {
            self.summary.skipped += usize::from(!matches!(waiting.what, Awaited::Configured | Awaited::Judged(_)));
            self.end(waiting.step, Ending::Failed);
            return self.run();
        }
        match waiting.what {
            Awaited::Configured => self.configured(waiting.step, &answer),
            Awaited::Data(addr) => self.read(waiting.step, &addr, answer),
            Awaited::Judged(opening) => self.judged(waiting.step, opening, &answer),
            Awaited::Opened(opening) => self.opened(waiting.step, opening, answer),
            Awaited::Renewed(addr) => self.renewed(waiting.step, &addr, answer),
            Awaited::Closed(addr) => self.closed(waiting.step, &addr, &answer),
            Awaited::Plan(planning, act) => match self.change_of_step(waiting.step).cloned() {
                Some(change) => {
                    let next = instance::advance(*planning, answer, &change, act);
                    self.next(waiting.step, &change, act, next);
                }
                None => self.end(waiting.step, Ending::Failed),
            },
            Awaited::Function(_) => {}
            // A question is no change: the edge mixed up its tickets, and the intent stays open.
            what @ (Awaited::Change(_) | Awaited::Provisioned(_)) => {
                self.desk.insert(ticket, Waiting { step: waiting.step, what });
            }
        }
        self.run();
    }

    /// A change came to its end, whatever that is.
    pub fn changed(&mut self, ticket: Ticket, answer: ChangeAnswer) {
        let Some(waiting) = self.waiting(ticket) else { return };
        match waiting.what {
            Awaited::Change(intent) => self.concluded(waiting.step, &intent, answer),
            what => {
                self.desk.insert(ticket, Waiting { step: waiting.step, what });
            }
        }
        self.run();
    }

    /// A provisioner came to its end; with an error it failed.
    pub fn provisioned(&mut self, ticket: Ticket, troubles: Diagnostics) {
        let Some(waiting) = self.waiting(ticket) else { return };
        match waiting.what {
            Awaited::Provisioned(course) => self.provisioner_ended(course, troubles),
            what => {
                self.desk.insert(ticket, Waiting { step: waiting.step, what });
            }
        }
        self.run();
    }

    /// A change was never sent, for certain: after an interrupt the edge drops what it had not begun.
    pub fn not_started(&mut self, ticket: Ticket) {
        let Some(waiting) = self.waiting(ticket) else { return };
        match waiting.what {
            Awaited::Change(intent) => self.withdraw(waiting.step, &intent),
            Awaited::Provisioned(course) => self.provisioner_not_started(*course),
            Awaited::Function(call) => {
                let nothing = FunctionError { argument: None, reason: "it was not called any more".into() };
                self.function_answered(&call, Answer::Called(Err(nothing)));
            }
            Awaited::Configured | Awaited::Data(_) | Awaited::Plan(..) | Awaited::Judged(_) | Awaited::Opened(_) => {
                self.end(waiting.step, Ending::Failed);
            }
            Awaited::Renewed(_) => {}
            Awaited::Closed(addr) => self.closed(waiting.step, &addr, &Answer::Unsupported),
        }
        self.run();
    }

    /// Finishes what runs and starts nothing new.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
        self.run();
    }

    /// True when everything is over and on disk.
    pub fn is_done(&self) -> bool {
        self.phase == Phase::Closed && self.effects.is_empty()
    }

    /// What the apply came to, and all troubles in the order of the steps.
    pub fn finish(self) -> (Applied, Diagnostics) {
        let outputs = outputs(&self.plan, &self.desired.evaluator);
        let troubles = self.troubles.into_values().flatten().collect();
        (Applied { summary: self.summary, outputs }, troubles)
    }

    /// Takes steps until all that is left waits for the world.
    fn run(&mut self) {
        if self.interrupted {
            self.stop();
        }
        let renewals = self.desk.values().all(|waiting| matches!(waiting.what, Awaited::Renewed(_)));
        if self.interrupted
            && renewals
            && self.queue.is_empty()
            && self.after_next.is_empty()
            && self.after_this.is_empty()
        {
            self.schedule.close_all();
        }
        while let Some(step) = self.schedule.next() {
            self.start(step);
        }
        self.journal_queued();
        let quiet = self.schedule.is_idle() && self.desk.is_empty() && self.queue.is_empty();
        if self.phase == Phase::Running && quiet && self.after_next.is_empty() && self.after_this.is_empty() {
            self.close();
        }
    }

    fn stop(&mut self) {
        self.schedule.stop();
        for wanted in std::mem::take(&mut self.queue) {
            self.summary.skipped += 1;
            self.schedule.end(wanted.step, Ending::Failed);
        }
        self.schedule.stop();
    }

    /// The last records: outputs and verdicts as they are now, and the end.
    fn close(&mut self) {
        let after = outputs(&self.plan, &self.desired.evaluator);
        let before = self.plan.prior.outputs.clone();
        if before != after {
            self.writer.push(Record::Outputs { before, after });
        }
        let checks = checks(&self.plan, &self.desired.evaluator);
        if !state::check_results_equal(self.plan.prior.check_results.as_deref(), checks.as_deref()) {
            self.writer.push(Record::Checks { before: self.plan.prior.check_results.clone(), after: checks });
        }
        self.writer.push(Record::End);
        self.after_next.push(After::Close);
        self.summary.skipped += self.skipped_changes();
        self.phase = Phase::Closing;
    }

    fn waiting(&mut self, ticket: Ticket) -> Option<Waiting> {
        self.desk.remove(&ticket)
    }

    fn issue(&mut self, step: usize, what: Awaited) -> Ticket {
        let ticket = Ticket(self.issued);
        self.issued += 1;
        self.desk.insert(ticket, Waiting { step, what });
        ticket
    }

    fn trouble(&mut self, step: usize, troubles: Diagnostics) {
        if !troubles.is_empty() {
            self.troubles.entry(step).or_default().extend(troubles);
        }
    }

    /// Ends a step that left nothing to be written.
    fn end(&mut self, step: usize, ending: Ending) {
        self.schedule.end(step, ending);
    }

    fn fail(&mut self, step: usize, troubles: Diagnostics) {
        self.trouble(step, troubles);
        self.end(step, Ending::Failed);
    }

    /// The planned change of one object. The object that a replacement sets aside has the change of the current one.
    fn change_of(&self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Option<&InstanceChange> {
        let own = self.changes.get(&(addr.clone(), deposed.cloned()));
        let place = own.or_else(|| self.changes.get(&(addr.clone(), None)));
        self.plan.changes.get(*place?)
    }

    /// What the state said of an object when the run began.
    fn before(&self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Option<&Arc<Object>> {
        let aside = deposed.is_some() && deposed == self.deposing.get(addr);
        self.plan.refreshed.object(addr, if aside { None } else { deposed })
    }

    fn provider_schema(&self, provider: &addrs::Provider) -> Option<&Arc<ProviderSchema>> {
        let same = || self.schemas.iter().find(|(other, _)| other.same_as(provider)).map(|(_, schema)| schema);
        self.schemas.get(provider).or_else(same)
    }

    fn counts(&self, intent: &Intent) -> bool {
        !self.limits.unlimited.contains(&intent.provider.provider)
    }

    /// Goes on with an instance that is to be created or updated.
    fn next(&mut self, step: usize, change: &InstanceChange, act: Act, next: Next) {
        match next {
            Next::Fail(troubles) => {
                self.summary.failed += 1;
                self.fail(step, troubles);
            }
            Next::Ask(planning, question) => {
                let ticket = self.issue(step, Awaited::Plan(planning, act));
                self.effects.push(Effect::Ask(ticket, question));
            }
            Next::Change(ready) if act == Act::Update && ready.prior == ready.planned => {
                self.restore_marks(step, change, ready);
            }
            Next::Change(ready) => {
                let (addr, deposed) = (change.addr.clone(), None);
                self.want(Wanted { step, addr, deposed, act, ready });
            }
        }
    }

    /// A change is ready: it is written down now, or waits in the queue until fewer intents are open.
    fn want(&mut self, wanted: Wanted) {
        let change = self.change_of(&wanted.addr, wanted.deposed.as_ref());
        let unlimited = change.is_some_and(|change| self.limits.unlimited.contains(&change.provider.provider));
        if unlimited { self.journal(wanted) } else { self.queue.push_back(wanted) }
    }

    /// Writes intents while so many may be open.
    fn journal_queued(&mut self) {
        while self.open < self.limits.open.max(1)
            && let Some(wanted) = self.queue.pop_front()
        {
            self.open += 1;
            self.journal(wanted);
        }
    }

    /// Writes an intent, and what belongs to it.
    fn journal(&mut self, wanted: Wanted) {
        let Wanted { step, addr, deposed, act, ready } = wanted;
        self.touch(&addr);
        let Some(change) = self.change_of(&addr, deposed.as_ref()).cloned() else { return };
        let replaces = if act == Act::Create { self.deposing.get(&addr).cloned() } else { None };
        if let Some(key) = &replaces {
            self.writer.push(Record::Deposed { addr: addr.clone(), key: key.clone() });
        }
        let provisions = act == Act::Create && self.has_provisioners(&addr, ProvisionWhen::Create);
        let id = self.writer.number_intent();
        let config = configschema::without_write_only(&change.schema.block, &ready.config);
        let secret = (config != ready.config).then(|| Box::new(ready.config.clone()));
        self.writer.push(Record::Intent(Arc::new(Intent {
            id,
            addr,
            deposed,
            replaces,
            act,
            provider: change.provider.clone(),
            kind: change.addr.resource.kind.clone(),
            schema_version: change.schema.version,
            prior: ready.prior,
            planned: ready.planned,
            config,
            private: ready.private,
            prior_private: if act == Act::Create { Arc::from(&[][..]) } else { change.prior_private.clone() },
            meta: change.meta.clone(),
            token: format!("{}-{}", self.run, id.0).into(),
            sensitive: ready.sensitive,
            dependencies: change.dependencies.clone(),
            create_before_destroy: change.create_before_destroy,
            skip_destroy: change.skip_destroy,
            provisions,
        })));
        self.after_next.push(After::Send(step, id, secret));
    }

    /// Writes down what the state said of an address, before the first record about it.
    fn touch(&mut self, addr: &ResourceInstance) {
        if self.touched.insert(addr.clone())
            && let Some(instance) = self.plan.refreshed.instances.get(addr)
        {
            self.writer.push(Record::Before { addr: addr.clone(), instance: Arc::new(instance.clone()) });
        }
    }

    /// The intent is on disk: the change may be sent.
    fn send(&mut self, step: usize, intent: Durable<Arc<Intent>>, config: Option<Box<Value>>) {
        if self.interrupted {
            let intent = intent.into_inner();
            return self.withdraw(step, &intent);
        }
        let (addr, deposed, act) = (intent.addr.clone(), intent.deposed.clone(), intent.act);
        if !self.begun.remove(&step) {
            self.events.push(Event::Started { addr, deposed, act });
        }
        let ticket = self.issue(step, Awaited::Change((*intent).clone()));
        let changed = self.change_of(&intent.addr, intent.deposed.as_ref()).filter(|_| act != Act::Create);
        let identity = changed.and_then(|change| change.identity.clone());
        self.effects.push(Effect::Change(ticket, Change::new(intent, config.map(|config| *config), identity)));
    }
}
