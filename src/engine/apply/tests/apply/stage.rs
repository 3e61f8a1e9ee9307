//! A provider made of a table, and a trace of everything that happens.

use addrs::{ModulePath, Provider};
use calls::{
    Answer, ChangeAnswer, ChangeRequest, OpenedEphemeral, PlannedObject, Question, RenewedEphemeral, StoredObject,
};
use config::Sources;
use configschema::{Attribute, Block, Function, FunctionParameter, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics};
use drform_apply::{Applied, Applier, Effect, Limits, Provision, Ticket};
use eval::functions::{Entry, FileSource};
use journal::{Begin, Folded, Record, Stored};
use plan::{Plan, PlanInput, PlanOptions, Planner};
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Marks, Path, Type, Value, json};

struct OneModule(String);

impl Sources for OneModule {
    fn module_files(&self, _dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        Ok(vec![("main.tf".into(), self.0.as_str().into())])
    }

    fn resolve(&self, _from: &str, _source: &str, _module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        Err(Diagnostic::error("No modules here", ""))
    }
}

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

pub(crate) fn provider() -> Provider {
    Provider::default_for("t")
}

/// One resource type and one data source: `name` can be updated, `size` cannot, `id` is computed.
pub(crate) fn schemas() -> plan::Schemas {
    let attributes = BTreeMap::from([
        ("id".into(), Attribute::computed(Type::String)),
        ("name".into(), Attribute::optional(Type::String)),
        ("size".into(), Attribute::optional(Type::Number)),
    ]);
    let schema = Arc::new(Schema { version: 0, block: Block { attributes, ..Block::default() } });
    let mut written = schema.block.attributes.clone();
    written.insert("wo".into(), Attribute::optional(Type::String).write_only());
    let written = Arc::new(Schema { version: 0, block: Block { attributes: written, ..Block::default() } });
    let provider_block = Block {
        attributes: BTreeMap::from([("region".into(), Attribute::optional(Type::String))]),
        ..Block::default()
    };
    let schema = ProviderSchema {
        provider: provider_block,
        resources: BTreeMap::from([("t".into(), schema.clone()), ("t_w".into(), written)]),
        data_sources: BTreeMap::from([("t".into(), schema.clone())]),
        ephemeral: BTreeMap::from([("t".into(), schema)]),
        functions: BTreeMap::from([
            ("wrap".into(), Function::new([FunctionParameter::new("text", Type::String)], Type::String)),
            ("count".into(), Function::new([], Type::Number)),
        ]),
        ..ProviderSchema::default()
    };
    BTreeMap::from([(provider(), Arc::new(schema))])
}

pub(crate) fn object_type() -> Type {
    Type::object([("id", Type::String), ("name", Type::String), ("size", Type::Number)])
}

pub(crate) fn object(id: &str, name: &str) -> Value {
    Value::object([("id", Value::string(id)), ("name", Value::string(name)), ("size", Value::null(Type::Number))])
}

pub(crate) fn stored(value: Value) -> Option<StoredObject> {
    Some(StoredObject { identity: None, value, private: Arc::from(&b"p"[..]) })
}

pub(crate) fn null() -> Value {
    Value::null(object_type())
}

/// What every ephemeral resource of the provider gives.
pub(crate) const SECRET: &str = "canary-e0d4-";

/// What a change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Works,
    FailsBefore,
    FailsAfter,
    InDoubt,
}

/// A configuration on a state, and everything that happens.
pub(crate) struct Stage {
    pub(crate) input: PlanInput,
    pub(crate) bytes: Vec<u8>,
    pub(crate) trace: Vec<String>,
    pub(crate) fates: BTreeMap<&'static str, Fate>,
    /// The second plan of an object changes its name.
    pub(crate) fickle: bool,
    /// How often a function was called: `count()` gives it, which no function may.
    pub(crate) called: i64,
    /// How often an ephemeral resource was opened; `fickle` ones are not renewed.
    opened: usize,
    made: usize,
}

/// `address=id`, `address~key=id`; `!` for tainted objects.
pub(crate) fn shown(state: &State) -> String {
    let mut all = Vec::new();
    for (addr, instance) in &state.instances {
        let id = |object: &state::Object| {
            let node = json::parse(&object.attributes).unwrap();
            let tainted = if object.status == state::Status::Tainted { "!" } else { "" };
            format!(
                "{}/{}{tainted}",
                node.get("id").and_then(|n| n.as_str()).unwrap_or("-"),
                node.get("name").and_then(|n| n.as_str()).unwrap_or("-")
            )
        };
        all.extend(instance.current.iter().map(|object| format!("{addr}={}", id(object))));
        all.extend(instance.deposed.values().map(|object| format!("{addr}~={}", id(object))));
    }
    let outputs =
        state.outputs.iter().map(|(name, output)| format!("{name}:{}", json::simple(&output.value).unwrap().print()));
    all.extend(outputs);
    all.join(" ")
}

impl Stage {
    /// `before`: addresses, ids and names of what is there.
    pub(crate) fn new(text: &str, before: &[(&str, &str, &str)]) -> Stage {
        let (tree, _, troubles) = config::load(&OneModule(text.to_owned()), ".");
        assert!(!troubles.has_errors(), "{troubles:?}");
        let mut prior =
            State { lineage: "l".into(), serial: 3, terraform_version: "1.11.4".into(), ..State::default() };
        let config = addrs::parse_provider_config(&format!("provider[\"{}\"]", provider())).unwrap();
        for (at, id, name) in before {
            let object = state::Object {
                schema_version: 0,
                attributes: format!("{{\"id\":\"{id}\",\"name\":\"{name}\",\"size\":null}}").into(),
                flat_attributes: None,
                sensitive: [].into(),
                private: [].into(),
                status: state::Status::Ready,
                dependencies: [].into(),
                create_before_destroy: false,
                skip_destroy: false,
                unread: BTreeMap::new(),
            };
            prior.set(&addrs::parse_resource_instance(at).unwrap(), None, &config, Arc::new(object));
        }
        let input = PlanInput {
            tree: Arc::new(tree),
            schemas: schemas(),
            prior: Arc::new(prior),
            variables: BTreeMap::new(),
            options: PlanOptions::default(),
            surroundings: eval::Settings {
                phase: eval::Phase::Plan,
                workspace: "default".into(),
                cwd: ".".into(),
                home: None,
                files: Arc::new(NoFiles),
                plan_timestamp: None,
                chance: None,
            },
            seed: 1,
        };
        Stage {
            input,
            bytes: Vec::new(),
            trace: Vec::new(),
            fates: BTreeMap::new(),
            fickle: false,
            called: 0,
            opened: 0,
            made: 0,
        }
    }

    pub(crate) fn begin(&self) -> Begin {
        Begin {
            run: "run".into(),
            lineage: "l".into(),
            serial: 3,
            operation: "apply".into(),
            terraform_version: "1.11.4".into(),
        }
    }

    pub(crate) fn plan(&mut self) -> Plan {
        let mut planner = Planner::new(self.input.clone());
        while !planner.is_done() {
            for (ticket, question) in planner.asks() {
                planner.answer(ticket, self.answer(&question));
            }
        }
        let (plan, troubles) = planner.finish();
        assert!(!troubles.has_errors(), "{troubles:?}");
        plan
    }

    pub(crate) fn applier(&mut self, limits: Limits) -> Applier {
        let plan = self.plan();
        Applier::new(Arc::new(plan), &self.input, self.begin(), &self.stored(), limits)
    }

    pub(crate) fn stored(&self) -> Stored {
        journal::read(&self.bytes).unwrap()
    }

    pub(crate) fn folded(&self) -> Folded {
        journal::fold(&self.input.prior, &self.stored().records).unwrap()
    }

    /// Plans and applies, one effect at a time, oldest first.
    pub(crate) fn run(&mut self) -> (Applied, Diagnostics) {
        let mut applier = self.applier(Limits::default());
        while !applier.is_done() {
            let effects = applier.effects();
            assert!(!effects.is_empty(), "the applier waits for nothing: {:#?}", self.trace);
            for effect in effects {
                self.carry_out(&mut applier, effect);
            }
        }
        applier.finish()
    }

    pub(crate) fn carry_out(&mut self, applier: &mut Applier, effect: Effect) {
        match effect {
            Effect::Append(batch) => {
                self.append(&batch);
                applier.appended(batch.id);
            }
            Effect::Ask(ticket, question) => self.ask(applier, ticket, &question),
            Effect::Change(ticket, change) => {
                let answer = self.change(&change.request());
                applier.changed(ticket, answer);
            }
            Effect::Provision(ticket, provision) => {
                let troubles = self.provision(&provision);
                applier.provisioned(ticket, troubles);
            }
        }
    }

    /// Runs a provisioner: its fate is that of its command.
    pub(crate) fn provision(&mut self, provision: &Provision) -> Diagnostics {
        let command = provision.config.get("command").and_then(Value::as_str).unwrap_or_default().to_owned();
        let host = provision.connection.as_ref().and_then(|connection| connection.get("host"));
        let host = host.and_then(Value::as_str).map(|host| format!(" on {host}")).unwrap_or_default();
        let hidden = if provision.hidden == Marks::NONE { "" } else { " hidden" };
        self.trace.push(format!("provision: {} {}{host}: {command}{hidden}", provision.addr, provision.kind));
        match self.fates.get(command.as_str()) {
            None | Some(Fate::Works) => Diagnostics::new(),
            Some(_) => Diagnostic::error("It failed", "").into(),
        }
    }

    fn ask(&mut self, applier: &mut Applier, ticket: Ticket, question: &Question) {
        let answer = self.answer(question);
        self.trace.push(format!("ask: {}", named(question)));
        applier.answer(ticket, answer);
    }

    /// Writes to the journal, and traces the records.
    pub(crate) fn append(&mut self, batch: &journal::Batch) {
        let before = self.stored().records.len();
        self.bytes.truncate(batch.at);
        self.bytes.extend(&batch.bytes);
        let records: Vec<String> = self.stored().records.iter().skip(before).map(told).collect();
        self.trace.push(format!("append: {}", records.join(", ")));
    }

    pub(crate) fn answer(&mut self, question: &Question) -> Answer {
        let none = Diagnostics::new;
        match question {
            Question::UpgradeState { raw, .. } => {
                Answer::Object(stored(json::decode(&json::parse(raw).unwrap(), &object_type()).unwrap()), none())
            }
            Question::Read { current, .. } => Answer::Object(Some(current.clone()), none()),
            Question::ReadDataSource { config, .. } => {
                Answer::Object(stored(with(config, "id", Value::string("data"))), none())
            }
            Question::Plan { prior, proposed, .. } => {
                let mut planned = proposed.clone();
                if planned.get("wo").is_some() {
                    planned = with(&planned, "wo", Value::null(Type::String));
                }
                if prior.is_null() && !planned.is_null() {
                    planned = with(&planned, "id", Value::unknown(Type::String));
                }
                if self.fickle && planned.get("name").is_some_and(Value::is_wholly_known) {
                    planned = with(&planned, "size", Value::int(7));
                }
                let requires_replace = vec![Path::attribute("size")];
                let private = Arc::from(&b"planned"[..]);
                Answer::Planned(Some(PlannedObject { planned, requires_replace, private, legacy: self.fickle }), none())
            }
            Question::OpenEphemeral { addr, config, .. } => {
                self.opened += 1;
                let value = with(config, "id", Value::string(format!("{SECRET}{}", self.opened)));
                let private = Arc::from(addr.to_string().as_bytes());
                let renews = config.get("name").and_then(Value::as_str) == Some("renewed");
                let renew_at = renews.then_some(std::time::UNIX_EPOCH);
                Answer::Opened(Some(OpenedEphemeral { value, private, renew_at }), none())
            }
            Question::RenewEphemeral { private, .. } if !self.fickle => {
                Answer::Renewed(Some(RenewedEphemeral { private: private.clone(), renew_at: None }), none())
            }
            Question::RenewEphemeral { .. } => {
                Answer::Renewed(None, Diagnostic::error("It was not renewed", "").into())
            }
            Question::CallFunction { function, arguments, .. } => Answer::Called(Ok(match function.as_ref() {
                "count" => {
                    self.called += 1;
                    Value::int(self.called)
                }
                _ => Value::string(format!("<{}>", arguments[0].as_str().unwrap())),
            })),
            Question::FindByToken { .. } => Answer::Unsupported,
            _ => Answer::Checked(none()),
        }
    }

    pub(crate) fn change(&mut self, request: &ChangeRequest) -> ChangeAnswer {
        assert!(!request.repeated, "an apply sends nothing twice");
        let name =
            request.planned.get("name").or(request.prior.get("name")).and_then(Value::as_str).unwrap_or("").to_owned();
        let verb = match (request.prior.is_null(), request.planned.is_null()) {
            (true, _) => "create",
            (_, true) => "delete",
            _ => "update",
        };
        let fate = self.fates.get(format!("{verb} {name}").as_str()).copied().unwrap_or(Fate::Works);
        let secret = request.config.get("wo").and_then(Value::as_str).map_or(String::new(), |wo| format!(" with {wo}"));
        self.trace.push(format!("change: {verb} {name} {fate:?}{secret}"));
        let object = match verb {
            "delete" => null(),
            "create" => {
                self.made += 1;
                with(&request.planned, "id", Value::string(format!("new{}", self.made)))
            }
            _ => request.planned.clone(),
        };
        let error = || Diagnostics::from(Diagnostic::error("It failed", ""));
        let (object, diagnostics) = match fate {
            Fate::Works => (stored(object), Diagnostics::new()),
            Fate::FailsBefore => (None, error()),
            Fate::FailsAfter => (stored(object), error()),
            Fate::InDoubt => (None, Diagnostics::new()),
        };
        ChangeAnswer { object, diagnostics, legacy: false, in_doubt: fate == Fate::InDoubt }
    }

    /// The trace without what every run has.
    pub(crate) fn told(&self) -> String {
        let all: Vec<&str> = self.trace.iter().map(String::as_str).filter(|line| *line != "ask: configure").collect();
        all.join("\n") + "\n"
    }
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    object.map_children(
        |step, part| if step == value::PathStep::Attribute(name.into()) { value.clone() } else { part.clone() },
    )
}

fn named(question: &Question) -> String {
    match question {
        Question::ConfigureProvider { config, .. } => match config.get("region").and_then(Value::as_str) {
            Some(region) => format!("configure {region}"),
            None => "configure".into(),
        },
        Question::Plan { proposed, .. } => {
            format!("final plan {}", proposed.get("name").and_then(Value::as_str).unwrap_or("?"))
        }
        Question::ReadDataSource { config, .. } => {
            format!("read data {}", config.get("name").and_then(Value::as_str).unwrap_or("?"))
        }
        Question::CallFunction { function, arguments, .. } => {
            format!("call {function}({})", arguments.first().and_then(Value::as_str).unwrap_or_default())
        }
        Question::Read { .. } => "read".into(),
        Question::OpenEphemeral { addr, .. } => format!("open {addr}"),
        Question::RenewEphemeral { addr, .. } => format!("renew {addr}"),
        Question::CloseEphemeral { addr, private, .. } => {
            assert_eq!(private.as_ref(), addr.to_string().as_bytes());
            format!("close {addr}")
        }
        Question::ValidateEphemeral { .. } => "validate lease".into(),
        Question::FindByToken { token, .. } => format!("find {token}"),
        _ => "other".into(),
    }
}

/// A record in short.
pub(crate) fn told(record: &Record) -> String {
    match record {
        Record::Begin(_) => "begin".into(),
        Record::Before { addr, .. } => format!("before {addr}"),
        Record::Intent(intent) => format!("intent {} {:?} {}", intent.id.0, intent.act, intent.addr),
        Record::Outcome { intent, outcome } => format!("outcome {} {}", intent.0, kind(outcome)),
        Record::Resolved { intent, how, outcome } => format!("resolved {} {how:?} {}", intent.0, kind(outcome)),
        Record::Deposed { addr, .. } => format!("deposed {addr}"),
        Record::Restored { addr, .. } => format!("restored {addr}"),
        Record::Refreshed { addr, .. } => format!("refreshed {addr}"),
        Record::Data { addr, .. } => format!("data {addr}"),
        Record::Forgotten { addr, .. } => format!("forgotten {addr}"),
        Record::Provisioned { addr } => format!("provisioned {addr}"),
        Record::Outputs { .. } => "outputs".into(),
        Record::Checks { .. } => "checks".into(),
        Record::End => "end".into(),
    }
}

fn kind(outcome: &journal::Outcome) -> &'static str {
    match outcome {
        journal::Outcome::Object(_) => "object",
        journal::Outcome::Gone => "gone",
        journal::Outcome::Nothing => "nothing",
    }
}
