//! The planner: a machine that asks (architecture.md 3.4).
//!
//! Nodes of the expression graph run as soon as what they refer to is done; resource nodes grow into instances, and
//! each of those takes turns with its provider. Whatever the order of answers, the plan is the same.

use crate::data::DataTask;
use crate::deferral::{self, Deferral};
use crate::desired::{self, View};
use crate::desk::{Asker, Desk, Ticket};
use crate::ephemeral::{EphemeralTask, Lease};
use crate::expand::{self, Grown};
use crate::functions::{Lacking, call_question, result_of};
use crate::graph::Graph;
use crate::managed::ManagedTask;
use crate::moves::{self, Moved};
use crate::provider::ProviderTask;
use crate::record::{ObjectAddr, Place, Record};
use crate::report::{Report, Turn};
use crate::schedule::{Ending, Schedule};
use crate::targeting;
use crate::{Action, Mode, Plan, PlanInput};
use addrs::{ConfigResource, InstanceKey, ModuleInstance, ProviderConfig, Resource, ResourceInstance};
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use eval::{Evaluator, Expansion, ExprNode, FunctionCall};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Marks, Value};

/// Makes a plan by asking; see the module.
///
/// ```text
/// while !planner.is_done() {
///     for (ticket, question) in planner.asks() { … }
///     planner.answer(ticket, answer);
/// }
/// let (plan, diagnostics) = planner.finish();
/// ```
pub struct Planner {
    pub(crate) input: PlanInput,
    pub(crate) graph: Graph,
    pub(crate) evaluator: Evaluator,
    pub(crate) record: Record,
    /// Nodes of root outputs that change.
    pub(crate) output_nodes: BTreeSet<usize>,
    /// The state as it was read: that of the input has the addresses after moves.
    pub(crate) read: Arc<State>,
    /// Objects that moved: new address to old.
    pub(crate) moved: BTreeMap<ResourceInstance, ResourceInstance>,
    /// What is left to a later wave.
    pub(crate) deferral: Deferral,
    schedule: Schedule,
    desk: Desk<Waiting>,
    /// Resources some of whose objects are on their way, and those that are being closed.
    open: BTreeMap<usize, Open>,
    functions: Lacking<Again>,
    /// Ephemeral resources that are open.
    leases: BTreeMap<ResourceInstance, Lease>,
    /// Where only the state is brought up to date, resources some of whose instances are not there: all instances, and those
    /// that references see.
    short: Vec<(ModuleInstance, Resource, Expansion, Expansion)>,
    interrupted: bool,
    /// Whether the input makes no sense: then nothing is asked.
    pub(crate) refused: bool,
}

/// Who waits for an answer.
enum Waiting {
    /// A task, and its node.
    Task(usize, Task),
    /// Everybody whose expressions call this function.
    Function(FunctionCall),
    /// An open ephemeral resource that must be renewed.
    Renewal(ResourceInstance),
    /// A node that closes an ephemeral resource, one instance of which is this.
    Close(usize, ResourceInstance),
}

/// What is done again when the functions that its expressions call are answered.
enum Again {
    /// A node starts.
    Start(usize),
    /// A task takes a turn.
    Turn(usize, Task, Option<Answer>),
}

/// The kinds of task.
#[derive(Clone)]
pub(crate) enum Task {
    /// A provider configuration.
    Provider(Box<ProviderTask>),
    /// An object of a managed resource.
    Managed(Box<ManagedTask>),
    /// An instance of a data source.
    Data(Box<DataTask>),
    /// An instance of an ephemeral resource.
    Ephemeral(Box<EphemeralTask>),
}

/// A resource node some of whose objects are on their way, or a provider some of whose configurations are.
#[derive(Default)]
struct Open {
    left: usize,
    failed: bool,
    expansions: Vec<(ModuleInstance, Expansion)>,
    /// What providers said, by configuration: it comes out in this order.
    said: BTreeMap<ProviderConfig, Diagnostics>,
}

impl Planner {
    /// Starts to plan. What is wrong with the input itself is kept and given by [`Planner::finish`].
    pub fn new(mut input: PlanInput) -> Planner {
        let Moved { state, previous: moved, troubles: mut unmoved } = moves::moved(&input);
        unmoved.extend(targeting::moves_left_out(&input.options.targeting, &moved));
        let read = std::mem::replace(&mut input.prior, state);
        let (graph, troubles) = Graph::new(&input);
        let (evaluator, more) = desired::evaluator(&input);
        let mut record = Record::starting_from(expand::starting_state(&input, &graph));
        let stop = record.trouble(Place::node(0), unmoved.into_iter().chain(troubles).chain(more).collect());
        let schedule = if stop { Schedule::default() } else { schedule(&graph) };
        let mut planner = Planner {
            input,
            graph,
            evaluator,
            record,
            output_nodes: BTreeSet::new(),
            read,
            moved,
            deferral: Deferral::default(),
            schedule,
            desk: Desk::default(),
            open: BTreeMap::new(),
            functions: Lacking::default(),
            leases: BTreeMap::new(),
            short: Vec::new(),
            interrupted: false,
            refused: stop,
        };
        planner.run();
        planner
    }

    /// All questions that are ready and were not given yet, in address order.
    pub fn asks(&mut self) -> Vec<(Ticket, Question)> {
        self.desk.take()
    }

    /// Which object is looked at by a question that is not answered yet.
    pub fn looked_at(&self, ticket: Ticket) -> Option<(&ResourceInstance, Option<&state::DeposedKey>)> {
        match self.desk.waiting(ticket)? {
            Waiting::Task(_, Task::Managed(task)) => Some((&task.identity.addr, task.identity.deposed.as_ref())),
            Waiting::Task(_, Task::Data(task)) => Some((&task.desired.subject.addr, None)),
            _ => None,
        }
    }

    /// Takes the answer to a question, in any order. A second answer to one ticket is ignored.
    pub fn answer(&mut self, ticket: Ticket, answer: Answer) {
        match self.desk.answered(ticket) {
            Some(Waiting::Task(node, task)) => self.turn(node, task, Some(answer)),
            Some(Waiting::Function(call)) => self.function_answered(&call, answer),
            Some(Waiting::Renewal(addr)) => self.renewed(addr, answer),
            Some(Waiting::Close(node, addr)) => self.closed(node, &addr, &answer),
            None => return,
        }
        self.run();
    }

    /// Asks nothing more but to close what is open.
    pub fn interrupt(&mut self) {
        if !std::mem::replace(&mut self.interrupted, true) {
            let detail = "The plan was stopped before it was complete.";
            self.record.trouble(Place::node(usize::MAX), Diagnostic::error("Interrupted", detail).into());
            self.schedule.stop();
            self.run();
        }
    }

    /// True when no answer is awaited any more.
    pub fn is_done(&self) -> bool {
        self.desk.is_empty()
    }

    /// The plan as far as it got, and all troubles. With errors among them it is [`crate::Complete::Errored`].
    pub fn finish(self) -> (Plan, Diagnostics) {
        crate::finish::finish(self)
    }

    /// How many nodes never ended.
    pub(crate) fn unfinished(&self) -> usize {
        self.schedule.open()
    }

    /// Runs nodes until all that is left waits for answers.
    fn run(&mut self) {
        if self.interrupted && self.desk.all(|waiting| matches!(waiting, Waiting::Renewal(_))) {
            self.schedule.close_all();
        }
        while let Some(node) = self.schedule.next() {
            self.start(node);
        }
    }

    fn start(&mut self, node: usize) {
        if let Some((_, resource)) = self.graph.closing.closes(&self.graph.expressions, node).cloned() {
            return self.close(node, &resource);
        }
        if !self.graph.is_needed(node) {
            return self.schedule.finish(node, Ending::Done);
        }
        let Some(expression) = self.graph.expressions.nodes.get(node).cloned() else { return };
        if let Some(cause) = self.deferral.behind(self.graph.expressions.dependencies_of(node)) {
            self.deferral.mark(node, cause);
        }
        match expression {
            ExprNode::Provider(_) if self.deferral.has(node) => self.schedule.finish(node, Ending::Done),
            ExprNode::Resource(resource) => {
                let grown = expand::objects(self, node, &resource);
                match self.lacks_functions() {
                    Some(calls) => self.ask_functions(calls, Again::Start(node)),
                    None => self.start_resource(node, &resource, grown),
                }
            }
            ExprNode::Provider(provider) => {
                let tasks = expand::provider_tasks(self, &provider);
                match (self.lacks_functions(), tasks) {
                    (Some(calls), _) => self.ask_functions(calls, Again::Start(node)),
                    (None, Ok(tasks)) => self.start_provider(node, tasks),
                    (None, Err(troubles)) => self.end_node(node, troubles),
                }
            }
            other => {
                let troubles = match &other {
                    ExprNode::ModuleCall(path) => deferral::expand_module(self, node, path),
                    other => match desired::evaluate_node(&mut self.evaluator, other) {
                        troubles if troubles.has_errors() && !self.short.is_empty() => {
                            self.with_missing(other, troubles)
                        }
                        troubles => troubles,
                    },
                };
                if let Some(calls) = self.lacks_functions() {
                    return self.ask_functions(calls, Again::Start(node));
                }
                if let ExprNode::Output(path, name) = &other
                    && path.is_root()
                    && !troubles.has_errors()
                {
                    self.note_output(node, name);
                }
                self.end_node(node, troubles);
            }
        }
    }

    fn note_output(&mut self, node: usize, name: &Arc<str>) {
        let output = self.input.tree.root().and_then(|root| root.outputs.get(name));
        let value = self.evaluator.output_value(&ModuleInstance::ROOT, name);
        let (Some(output), Some(value)) = (output, value) else { return };
        if self.deferral.keys_unknown && self.input.options.mode == Mode::RefreshOnly && !value.is_wholly_known() {
            // Only the next apply will tell: until then it is what it was.
            return;
        }
        let change = crate::finish::output_change(&self.input, name, value, output.sensitive);
        if change.action != Action::NoOp && !self.deferral.has(node) {
            self.output_nodes.insert(node);
        }
        self.record.outputs.insert(name.clone(), change);
    }

    /// Ends a node that asked nothing.
    fn end_node(&mut self, node: usize, troubles: Diagnostics) {
        let failed = self.record.trouble(Place::node(node), troubles);
        self.schedule.finish(node, if failed { Ending::Failed } else { Ending::Done });
    }

    /// A provider block becomes its configurations: one, or with `for_each` any number.
    fn start_provider(&mut self, node: usize, tasks: Vec<ProviderTask>) {
        if tasks.is_empty() {
            return self.schedule.finish(node, Ending::Done);
        }
        self.open.insert(node, Open { left: tasks.len(), ..Open::default() });
        for task in tasks {
            self.turn(node, Task::Provider(Box::new(task)), None);
        }
    }

    fn end_provider(&mut self, node: usize, provider: ProviderConfig, troubles: Diagnostics) {
        let Some(open) = self.open.get_mut(&node) else { return };
        open.said.insert(provider, troubles);
        open.left -= 1;
        if open.left == 0 {
            let troubles = std::mem::take(&mut open.said).into_values().flatten().collect();
            self.open.remove(&node);
            self.end_node(node, troubles);
        }
    }

    /// The graph grows: a resource becomes its objects.
    fn start_resource(&mut self, node: usize, resource: &ConfigResource, grown: Grown) {
        let Grown { tasks, expansions, left, announced, awaited, keys_unknown, troubles } = grown;
        self.deferral.keys_unknown |= keys_unknown;
        if !announced.is_empty() || !awaited.is_empty() {
            self.deferral.mark(node, resource.to_string().into());
        }
        self.deferral.announced.extend(announced);
        self.deferral.awaited.extend(awaited);
        for (addr, value) in left {
            self.evaluator.set_instance(&addr, value.clone());
            self.record.values.insert(addr, value);
        }
        let failed = self.record.trouble(Place::node(node), troubles);
        self.open.insert(node, Open { left: tasks.len(), failed, expansions, said: BTreeMap::new() });
        if tasks.is_empty() {
            return self.end_resource(node, resource);
        }
        for task in tasks {
            self.turn(node, task, None);
        }
    }

    /// What cannot be evaluated because it names an instance that is not there. Nothing makes it while only the state is
    /// brought up to date, so that it is unknown and no error: what is gone is what such a plan is to show. Terraform 1.11.4
    /// fails here.
    fn with_missing(&mut self, node: &ExprNode, troubles: Diagnostics) -> Diagnostics {
        for (module, resource, whole, _) in &self.short {
            self.evaluator.finish_resource(module, resource, whole);
        }
        let again = desired::evaluate_node(&mut self.evaluator, node);
        for (module, resource, _, seen) in &self.short {
            self.evaluator.finish_resource(module, resource, seen);
        }
        if again.has_errors() { troubles } else { again }
    }

    /// All objects of a resource are done: what refers to it may run.
    fn end_resource(&mut self, node: usize, resource: &ConfigResource) {
        let Some(Open { failed, expansions, .. }) = self.open.remove(&node) else { return };
        for (module, expansion) in expansions.iter().filter(|_| !failed) {
            // Where nothing is planned, or not all, references see what there is.
            if self.graph.selection.is_partial() || self.input.options.mode == Mode::RefreshOnly {
                let there = |key: &InstanceKey| {
                    let (module, resource, key) = (module.clone(), resource.resource.clone(), key.clone());
                    self.evaluator.instance(&ResourceInstance { module, resource, key }).is_some()
                };
                let seen = expansion.seen(there);
                self.evaluator.finish_resource(module, &resource.resource, &seen);
                let is_short = seen.keys().len() < expansion.keys().len();
                if is_short && self.input.options.mode == Mode::RefreshOnly {
                    self.short.push((module.clone(), resource.resource.clone(), expansion.clone(), seen));
                }
            } else {
                self.evaluator.finish_resource(module, &resource.resource, expansion);
            }
        }
        self.schedule.finish(node, if failed { Ending::Failed } else { Ending::Done });
    }

    /// One turn of a task: its first one, or the one that an answer leads to.
    fn turn(&mut self, node: usize, task: Task, answer: Option<Answer>) {
        let asker = task.asker();
        let by = task.provider().clone();
        let view = View {
            tree: &self.input.tree,
            evaluator: &self.evaluator,
            options: &self.input.options,
            record: &self.record,
            moved: &self.moved,
        };
        // A turn takes the task; where its expressions may lack something, it is kept for another try.
        let kept = self.evaluator.has_functions().then(|| (task.clone(), answer.clone()));
        let turn = match (task, answer) {
            (Task::Provider(task), None) => task.begin().map(|t| Task::Provider(Box::new(t))),
            (Task::Provider(task), Some(answer)) => task.advance(answer).map(|t| Task::Provider(Box::new(t))),
            (Task::Managed(task), None) => task.begin(&view).map(|t| Task::Managed(Box::new(t))),
            (Task::Managed(task), Some(answer)) => task.advance(answer, &view).map(|t| Task::Managed(Box::new(t))),
            (Task::Data(task), None) => task.begin(&view).map(|t| Task::Data(Box::new(t))),
            (Task::Ephemeral(task), None) => task.begin(&view).map(|t| Task::Ephemeral(Box::new(t))),
            (Task::Ephemeral(task), Some(answer)) => task.advance(answer, &view).map(|t| Task::Ephemeral(Box::new(t))),
            (Task::Data(task), Some(answer)) => task.advance(answer, &view).map(|t| Task::Data(Box::new(t))),
        };
        if let (Some((task, answer)), Some(calls)) = (kept, self.lacks_functions()) {
            return self.ask_functions(calls, Again::Turn(node, task, answer));
        }
        match (turn, asker) {
            (Turn::Ask(..), _) if self.interrupted => {}
            (Turn::Ask(task, question), asker) => self.desk.ask(asker, question, Waiting::Task(node, task)),
            (Turn::End(report), Asker::Object(addr, deposed)) => self.end_object(node, &(addr, deposed), &by, *report),
            (Turn::End(report), _) => {
                if let Some(config) = report.value {
                    self.record.provider_configs.insert(by.clone(), without_ephemeral(&config));
                }
                self.end_provider(node, by, report.diagnostics);
            }
        }
    }

    /// The calls of provider functions that the last evaluation lacks, if any: then nothing of it counts.
    fn lacks_functions(&self) -> Option<Vec<FunctionCall>> {
        if !self.evaluator.has_functions() {
            return None;
        }
        Some(self.evaluator.lacking_functions()).filter(|calls| !calls.is_empty())
    }

    /// Asks for what is lacking, each call once, and keeps what is to be done again.
    fn ask_functions(&mut self, calls: Vec<FunctionCall>, again: Again) {
        for call in self.functions.lack(calls, again) {
            let (asker, question) = (Asker::Function(call.key()), call_question(&call));
            self.desk.ask(asker, question, Waiting::Function(call));
        }
    }

    fn function_answered(&mut self, call: &FunctionCall, answer: Answer) {
        self.evaluator.answer_function(call, result_of(answer));
        for again in self.functions.answered(call) {
            match again {
                Again::Start(node) => self.start(node),
                Again::Turn(node, task, answer) => self.turn(node, task, answer),
            }
        }
        self.functions.tried();
    }

    /// An object is done: its value is there for references, and its resource may be done with it.
    fn end_object(&mut self, node: usize, object: &ObjectAddr, by: &ProviderConfig, mut report: Report) {
        if let Some(lease) = report.opened.take() {
            self.renew(&object.0, lease.renewal(&object.0));
            self.leases.insert(object.0.clone(), lease);
        }
        if let (Some(value), None) = (&report.value, &object.1) {
            self.evaluator.set_instance(&object.0, value.clone());
        }
        let failed = self.record.report(node, object, by, report);
        let Some(open) = self.open.get_mut(&node) else { return };
        open.failed |= failed;
        open.left -= 1;
        if open.left == 0 {
            self.end_resource(node, &object.0.config());
        }
    }

    /// Asks for a renewal, if there is to be one.
    fn renew(&mut self, addr: &ResourceInstance, question: Option<Question>) {
        if let Some(question) = question.filter(|_| !self.interrupted) {
            self.desk.ask(Asker::Renewal(addr.clone()), question, Waiting::Renewal(addr.clone()));
        }
    }

    /// An open ephemeral resource lasts longer; or it does not, and nobody may use it any more.
    fn renewed(&mut self, addr: ResourceInstance, answer: Answer) {
        let Some(lease) = self.leases.get(&addr) else { return };
        let (provider, troubles) = (lease.provider.clone(), answer.diagnostics());
        if troubles.has_errors() {
            self.evaluator.expire(&addr);
        } else if let Answer::Renewed(Some(renewed), _) = answer {
            let next = lease.next_renewal(&addr, renewed);
            self.renew(&addr, next);
        }
        self.lease_trouble(&addr, &provider, troubles);
    }

    /// Nobody needs an ephemeral resource any more: its instances that are open are closed.
    fn close(&mut self, node: usize, resource: &ConfigResource) {
        let open: Vec<_> = self.leases.iter().filter(|(addr, _)| addr.config() == *resource).collect();
        let questions: Vec<_> = open.into_iter().map(|(addr, lease)| (addr.clone(), lease.close(addr))).collect();
        if questions.is_empty() {
            return self.schedule.finish(node, Ending::Done);
        }
        self.open.insert(node, Open { left: questions.len(), ..Open::default() });
        for (addr, question) in questions {
            self.desk.forget(|waiting| matches!(waiting, Waiting::Renewal(renewed) if *renewed == addr));
            self.desk.ask(Asker::Close(addr.clone()), question, Waiting::Close(node, addr));
        }
    }

    fn closed(&mut self, node: usize, addr: &ResourceInstance, answer: &Answer) {
        if let Some(lease) = self.leases.remove(addr) {
            self.lease_trouble(addr, &lease.provider, answer.diagnostics());
        }
        let Some(open) = self.open.get_mut(&node) else { return };
        open.left -= 1;
        if open.left == 0 {
            self.open.remove(&node);
            self.schedule.finish(node, Ending::Done);
        }
    }

    /// What a provider says of an open ephemeral resource, at its block.
    fn lease_trouble(&mut self, addr: &ResourceInstance, by: &ProviderConfig, troubles: Diagnostics) {
        let resource = addr.config();
        let node = self.graph.closing.resources.iter().find(|(_, closed)| *closed == resource).map(|(node, _)| *node);
        let block = crate::graph::declared(&self.input, &resource).map(|block| block.range.clone());
        let diagnostics = crate::instance::about(addr, block.as_ref(), troubles);
        let object = (addr.clone(), None);
        self.record.report(node.unwrap_or_default(), &object, by, Report { diagnostics, ..Report::default() });
    }
}

fn schedule(graph: &Graph) -> Schedule {
    let nodes = graph.expressions.dependencies.len();
    Schedule::with_closing(&graph.closing.dependencies(&graph.expressions), nodes)
}

/// The value with unknown in place of what is ephemeral.
fn without_ephemeral(value: &Value) -> Value {
    if value.marks.contains(Marks::EPHEMERAL) {
        return Value::unknown(value.ty());
    }
    value.map_children(|_, part| without_ephemeral(part))
}

impl Task {
    fn asker(&self) -> Asker {
        match self {
            Task::Provider(task) => Asker::Provider(task.provider.clone()),
            Task::Managed(task) => Asker::Object(task.identity.addr.clone(), task.identity.deposed.clone()),
            Task::Ephemeral(task) => Asker::Object(task.desired.subject.addr.clone(), None),
            Task::Data(task) => Asker::Object(task.desired.subject.addr.clone(), None),
        }
    }

    fn provider(&self) -> &ProviderConfig {
        match self {
            Task::Provider(task) => &task.provider,
            Task::Managed(task) => &task.identity.provider,
            Task::Ephemeral(task) => &task.desired.subject.provider,
            Task::Data(task) => &task.desired.subject.provider,
        }
    }
}
