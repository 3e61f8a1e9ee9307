//! Long because every test of the planner shares these fixtures.
//!
//! Fixtures: a configuration as text, a state as rows, providers that answer by simple rules, plans as text.

use addrs::{ConfigResource, ModulePath, Provider, ProviderConfig, ResourceInstance, parse_resource_instance};
use calls::{Answer, OpenedEphemeral, PlannedObject, Question, RenewedEphemeral, StoredObject};
use configschema::{Attribute, Block, Function, FunctionParameter, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics};
use plan::{
    Action, ActionReason, Because, Complete, ExecutionGraph, Mode, Plan, PlanInput, PlanOptions, Planner, Refresh,
    Schemas, Step, Targeting, Ticket,
};
use state::{InstanceState, Object, OutputState, State, Status};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use value::{Content, Marks, Path, PathStep, Type, Value, json};

// ---- configuration

/// Name and text.
type File = (Arc<str>, Arc<str>);

struct Files(BTreeMap<String, Vec<File>>);

impl config::Sources for Files {
    fn module_files(&self, dir: &str) -> Result<Vec<File>, Diagnostic> {
        self.0.get(dir).cloned().ok_or_else(|| Diagnostic::error("No such module", dir))
    }

    fn resolve(&self, _: &str, source: &str, _: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        Ok(source.trim_start_matches("./").into())
    }
}

/// Splits `#- dir/file.tf` parts; text before the first is `main.tf`.
fn parts(fixture: &str) -> Files {
    let mut files: BTreeMap<String, Vec<File>> = BTreeMap::new();
    let mut name = "main.tf".to_owned();
    let mut text = String::new();
    let mut put = |name: &str, text: &str| {
        let dir = name.rsplit_once('/').map_or(".", |(dir, _)| dir);
        files.entry(dir.to_owned()).or_default().push((name.into(), text.into()));
    };
    for line in fixture.lines() {
        if let Some(next) = line.trim_start().strip_prefix("#- ") {
            if !text.trim().is_empty() {
                put(&name, &text);
            }
            name = next.trim().to_owned();
            text = String::new();
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    put(&name, &text);
    Files(files)
}

// ---- schemas

fn schema(attributes: impl IntoIterator<Item = (&'static str, Attribute)>) -> Arc<Schema> {
    let attributes = attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect();
    Arc::new(Schema { version: 0, block: Block { attributes, ..Block::default() } })
}

fn test_provider() -> ProviderSchema {
    let thing = schema([
        ("id", Attribute::computed(Type::String)),
        ("name", Attribute::optional(Type::String)),
        ("size", Attribute::optional(Type::Number)),
        ("zone", Attribute::optional_computed(Type::String)),
        ("tags", Attribute::optional(Type::map(Type::String))),
        ("secret", Attribute { sensitive: true, ..Attribute::optional(Type::String) }),
        ("token", Attribute { write_only: true, ..Attribute::optional(Type::String) }),
    ]);
    let lookup = schema([("key", Attribute::optional(Type::String)), ("found", Attribute::computed(Type::String))]);
    ProviderSchema {
        provider: Block {
            attributes: BTreeMap::from([("region".into(), Attribute::optional(Type::String))]),
            ..Block::default()
        },
        resources: BTreeMap::from([("test_thing".into(), thing)]),
        data_sources: BTreeMap::from([("test_lookup".into(), lookup.clone())]),
        ephemeral: BTreeMap::from([("test_lease".into(), lookup)]),
        ..ProviderSchema::default()
    }
}

/// `join(first, rest...)`
fn functions() -> BTreeMap<Arc<str>, Function> {
    let text = |name: &'static str| FunctionParameter::new(name, Type::String);
    let join = Function { variadic: Some(text("rest")), ..Function::new([text("first")], Type::String) };
    BTreeMap::from([("join".into(), join)])
}

fn builtin_provider() -> ProviderSchema {
    let data = schema([
        ("id", Attribute::computed(Type::String)),
        ("input", Attribute::optional(Type::Dynamic)),
        ("output", Attribute::computed(Type::Dynamic)),
        ("triggers_replace", Attribute::optional(Type::Dynamic)),
    ]);
    ProviderSchema { resources: BTreeMap::from([("terraform_data".into(), data)]), ..ProviderSchema::default() }
}

fn schemas() -> Schemas {
    let mut other = test_provider();
    other.resources = other.resources.into_values().map(|s| ("other_thing".into(), s)).collect();
    other.data_sources = BTreeMap::new();
    BTreeMap::from([
        (Provider::default_for("test"), Arc::new(test_provider())),
        (Provider::default_for("other"), Arc::new(other)),
        (Provider::builtin(), Arc::new(builtin_provider())),
    ])
}

fn type_of(kind: &str) -> Arc<Schema> {
    static ALL: OnceLock<Schemas> = OnceLock::new();
    let all = ALL.get_or_init(schemas);
    all.values().find_map(|s| s.resources.get(kind).or_else(|| s.data_sources.get(kind))).cloned().expect("a type")
}

/// What every ephemeral resource of the provider gives.
pub(crate) const SECRET: &str = "canary-51c2";

// ---- a case

pub(crate) type Rule = Box<dyn Fn(&Question) -> Option<Answer>>;

/// A configuration, a state, what the user asks for, and how providers answer.
pub(crate) struct Case {
    input: PlanInput,
    rules: Vec<Rule>,
    /// Objects that are not what the state says, by id; `None` when they are gone.
    world: BTreeMap<String, Option<Value>>,
    seed: Option<u64>,
}

pub(crate) fn case(fixture: &str) -> Case {
    let (tree, _, diagnostics) = config::load(&parts(fixture), ".");
    assert!(!diagnostics.has_errors(), "the fixture is wrong: {diagnostics:#?}");
    let input = PlanInput {
        tree: Arc::new(tree),
        schemas: schemas(),
        prior: Arc::new(State::default()),
        variables: BTreeMap::new(),
        options: PlanOptions::default(),
        surroundings: eval::Settings {
            phase: eval::Phase::Plan,
            workspace: "default".into(),
            cwd: "/work".into(),
            home: None,
            files: Arc::new(eval::functions::NoFiles),
            plan_timestamp: None,
            chance: None,
        },
        seed: 7,
    };
    Case { input, rules: Vec::new(), world: BTreeMap::new(), seed: None }
}

pub(crate) fn addr(text: &str) -> ResourceInstance {
    parse_resource_instance(text).expect("an address")
}

fn resource(text: &str) -> ConfigResource {
    addr(text).config()
}

fn provider_of(kind: &str) -> ProviderConfig {
    let local = kind.split('_').next().expect("a prefix");
    ProviderConfig {
        module: ModulePath::ROOT,
        provider: Provider::default_for(local),
        alias: None,
        key: addrs::InstanceKey::None,
    }
}

/// One object of a state.
pub(crate) struct Row {
    addr: ResourceInstance,
    deposed: Option<Arc<str>>,
    object: Object,
}

/// An object with these attributes (JSON; what is missing is null).
pub(crate) fn row(address: &str, attributes: &str) -> Row {
    let addr = addr(address);
    let ty = configschema::implied_type(&type_of(&addr.resource.kind).block);
    let given = json::parse(attributes).expect("JSON");
    let Type::Object(object) = &ty else { panic!("not an object") };
    let full =
        object.attributes.keys().map(|name| (name.clone(), given.get(name).cloned().unwrap_or(json::Node::Null)));
    let object = Object {
        schema_version: 0,
        attributes: json::Node::object(full).print().into(),
        flat_attributes: None,
        sensitive: Arc::from(&[][..]),
        private: Arc::from(&[][..]),
        status: Status::Ready,
        dependencies: Arc::from(&[][..]),
        create_before_destroy: false,
        skip_destroy: false,
        unread: BTreeMap::new(),
    };
    Row { addr, deposed: None, object }
}

impl Row {
    pub(crate) fn on(mut self, dependencies: &[&str]) -> Row {
        self.object.dependencies = dependencies.iter().map(|d| resource(d)).collect();
        self
    }
    pub(crate) fn tainted(mut self) -> Row {
        self.object.status = Status::Tainted;
        self
    }
    pub(crate) fn created_first(mut self) -> Row {
        self.object.create_before_destroy = true;
        self
    }
    pub(crate) fn kept(mut self) -> Row {
        self.object.skip_destroy = true;
        self
    }
    pub(crate) fn deposed(mut self, key: &str) -> Row {
        self.deposed = Some(key.into());
        self
    }
    pub(crate) fn object_mut(&mut self) -> &mut Object {
        &mut self.object
    }
    pub(crate) fn sensitive(mut self, attribute: &str) -> Row {
        self.object.sensitive = Arc::from([Path::attribute(attribute)]);
        self
    }
}

impl Case {
    fn state(&mut self) -> &mut State {
        Arc::make_mut(&mut self.input.prior)
    }
    pub(crate) fn with(mut self, rows: impl IntoIterator<Item = Row>) -> Case {
        for row in rows {
            let provider = provider_of(&row.addr.resource.kind);
            let instance = self.state().instances.entry(row.addr).or_insert_with(|| InstanceState {
                provider,
                current: None,
                deposed: BTreeMap::new(),
            });
            match row.deposed {
                None => instance.current = Some(Arc::new(row.object)),
                Some(key) => {
                    instance.deposed.insert(key, Arc::new(row.object));
                }
            }
        }
        self
    }
    /// A state file.
    pub(crate) fn state_text(mut self, text: &str) -> Case {
        self.input.prior = Arc::new(state::v4::parse(text).expect("a state file"));
        self
    }
    /// The instance was made by a provider configuration with that alias.
    pub(crate) fn provider(mut self, address: &str, alias: &str) -> Case {
        self.state().instances.get_mut(&addr(address)).unwrap().provider.alias = Some(alias.into());
        self
    }
    /// The instance was made by that provider configuration, as state files name it.
    pub(crate) fn made_by(mut self, address: &str, provider: &str) -> Case {
        let provider = addrs::parse_provider_config(provider).unwrap();
        self.state().instances.get_mut(&addr(address)).unwrap().provider = provider;
        self
    }
    pub(crate) fn output(mut self, name: &str, value: Value, sensitive: bool) -> Case {
        let ty = value.ty();
        self.state().outputs.insert(name.into(), OutputState { value, ty, sensitive });
        self
    }
    pub(crate) fn mode(mut self, mode: Mode) -> Case {
        self.input.options.mode = mode;
        self
    }
    pub(crate) fn no_refresh(mut self) -> Case {
        self.input.options.refresh = Refresh::No;
        self
    }
    pub(crate) fn minimal_refresh(mut self) -> Case {
        self.input.options.refresh = Refresh::Minimal;
        self
    }
    pub(crate) fn target(mut self, address: &str) -> Case {
        let target = addrs::parse_target(address).unwrap();
        match &mut self.input.options.targeting {
            Targeting::Only(targets) => targets.push(target),
            other => *other = Targeting::Only(vec![target]),
        }
        self
    }
    pub(crate) fn exclude(mut self, address: &str) -> Case {
        let target = addrs::parse_target(address).unwrap();
        match &mut self.input.options.targeting {
            Targeting::Except(targets) => targets.push(target),
            other => *other = Targeting::Except(vec![target]),
        }
        self
    }
    pub(crate) fn replace(mut self, address: &str) -> Case {
        self.input.options.replace.insert(addr(address));
        self
    }
    pub(crate) fn blocked(mut self, address: &str) -> Case {
        self.input.options.blocked.insert(addr(address));
        self
    }
    /// The provider `test` has functions.
    pub(crate) fn with_functions(mut self) -> Case {
        let test = self.input.schemas.get_mut(&Provider::default_for("test")).unwrap();
        Arc::make_mut(test).functions = functions();
        self
    }
    /// Answers some questions otherwise than the simple rules do.
    pub(crate) fn rule(mut self, rule: impl Fn(&Question) -> Option<Answer> + 'static) -> Case {
        self.rules.push(Box::new(rule));
        self
    }
    /// The object with that id is now so; `None`: gone.
    pub(crate) fn really(mut self, id: &str, object: Option<Value>) -> Case {
        self.world.insert(id.to_owned(), object);
        self
    }
    pub(crate) fn shuffled(mut self, seed: u64) -> Case {
        self.seed = Some(seed);
        self
    }
    pub(crate) fn plan_destroy(mut self) -> Case {
        for schema in self.input.schemas.values_mut() {
            Arc::make_mut(schema).plan_destroy = true;
        }
        self
    }

    /// The planner of the case.
    pub(crate) fn planner(&self) -> Planner {
        Planner::new(self.input.clone())
    }

    /// The answer of its provider.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        self.rules.iter().find_map(|rule| rule(question)).unwrap_or_else(|| self.simple(question))
    }

    /// Plans, and gives the questions that were asked too.
    pub(crate) fn run(self) -> Run {
        let mut planner = Planner::new(self.input.clone());
        let mut waiting: VecDeque<(Ticket, Question)> = planner.asks().into();
        let mut asked = Vec::new();
        let mut random = self.seed;
        while !waiting.is_empty() {
            let next = match &mut random {
                None => 0,
                Some(state) => {
                    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    usize::try_from(*state >> 33).unwrap() % waiting.len()
                }
            };
            let (ticket, question) = waiting.swap_remove_front(next).unwrap();
            let answer = self.answer(&question);
            asked.push(question);
            planner.answer(ticket, answer);
            waiting.extend(planner.asks());
        }
        assert!(planner.is_done());
        let (plan, diagnostics) = planner.finish();
        Run { plan, diagnostics, asked }
    }

    /// How a plain provider answers.
    fn simple(&self, question: &Question) -> Answer {
        let fine = Diagnostics::new;
        match question {
            Question::ValidateProvider { .. }
            | Question::ConfigureProvider { .. }
            | Question::ValidateResource { .. }
            | Question::ValidateDataSource { .. } => Answer::Checked(fine()),
            Question::UpgradeState { kind, raw, .. } => {
                let ty = configschema::implied_type(&type_of(kind).block);
                let value = json::decode(&json::parse(raw).unwrap(), &ty).unwrap();
                Answer::Object(Some(StoredObject { identity: None, value, private: Arc::from(&[][..]) }), fine())
            }
            Question::Read { current, .. } => {
                let id = current.value.get("id").and_then(Value::as_str).unwrap_or_default();
                match self.world.get(id) {
                    Some(None) => Answer::Object(None, fine()),
                    Some(Some(value)) => {
                        Answer::Object(Some(StoredObject { value: value.clone(), ..current.clone() }), fine())
                    }
                    None => Answer::Object(Some(current.clone()), fine()),
                }
            }
            Question::Plan { kind, prior, proposed, private, .. } => {
                Answer::Planned(Some(planned(kind, prior, proposed, private)), fine())
            }
            Question::ReadDataSource { config, .. } => {
                let key = config.get("key").and_then(Value::as_str).unwrap_or("nothing");
                let value = Value::object([
                    ("key", config.get("key").cloned().unwrap()),
                    ("found", Value::string(format!("found {key}"))),
                ]);
                Answer::Object(Some(StoredObject { identity: None, value, private: Arc::from(&[][..]) }), fine())
            }
            Question::ValidateEphemeral { .. } | Question::CloseEphemeral { .. } => Answer::Checked(fine()),
            Question::OpenEphemeral { addr, config, .. } => {
                let secret = format!("{SECRET} of {addr}");
                let value = config.map_children(|step, part| match step == PathStep::Attribute("found".into()) {
                    true => Value::string(secret.as_str()),
                    false => part.clone(),
                });
                let private = Arc::from(addr.to_string().as_bytes());
                // One that is called so must be renewed, once.
                let renews = config.get("key").and_then(Value::as_str) == Some("renewed");
                let renew_at = renews.then_some(std::time::UNIX_EPOCH);
                Answer::Opened(Some(OpenedEphemeral { value, private, renew_at }), fine())
            }
            Question::RenewEphemeral { private, .. } => {
                Answer::Renewed(Some(RenewedEphemeral { private: private.clone(), renew_at: None }), fine())
            }
            Question::CallFunction { arguments, .. } => Answer::Called(called(arguments)),
            Question::FindByToken { .. } | Question::Import { .. } => Answer::Unsupported,
        }
    }
}

/// A plan of the simple provider: computed attributes without a value are unknown; `size` cannot be updated; the output
/// of `terraform_data` follows its input, as in Terraform.
fn planned(kind: &str, prior: &Value, proposed: &Value, private: &Arc<[u8]>) -> PlannedObject {
    let schema = type_of(kind);
    let answer = |planned| PlannedObject {
        planned,
        // The old SDK lists far too much: `id` stands for that.
        requires_replace: match kind {
            "terraform_data" => vec![Path::attribute("triggers_replace")],
            _ => vec![Path::attribute("id"), Path::attribute("size")],
        },
        private: if private.is_empty() { Arc::from(&b"planned"[..]) } else { private.clone() },
        legacy: false,
    };
    let Content::Object(attributes) = &proposed.content else { return answer(proposed.clone()) };
    let mut attributes = attributes.as_ref().clone();
    if kind == "terraform_data" {
        let input = attributes["input"].clone();
        let replaced = prior.is_null() || prior.get("triggers_replace") != attributes.get("triggers_replace");
        if replaced {
            attributes.insert("id".into(), Value::refined(Type::String, value::Refinement::not_null()));
        }
        if replaced && input.is_null() {
            attributes.insert("output".into(), input);
        } else if replaced || prior.get("input") != Some(&input) {
            attributes.insert("output".into(), Value::unknown(input.ty()));
        }
        return answer(Value::object(attributes));
    }
    for (name, attribute) in &schema.block.attributes {
        let at = attributes.get_mut(name).unwrap();
        if attribute.write_only {
            *at = Value::null(Type::String);
        }
        if attribute.computed && at.is_null() && prior.is_null() {
            *at = Value::unknown(configschema::attribute_type(attribute));
        }
    }
    answer(Value::object(attributes))
}

/// The function `join` of the simple provider: texts one after the other; `bad` has none.
fn called(arguments: &[Value]) -> Result<Value, configschema::FunctionError> {
    let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    match texts.iter().position(|text| *text == "bad") {
        Some(bad) => Err(configschema::FunctionError { argument: Some(bad), reason: "It is bad.".into() }),
        None => Ok(Value::string(texts.join("+"))),
    }
}

/// An error as a provider gives it.
pub(crate) fn said(summary: &str) -> Diagnostics {
    Diagnostic::error(summary, "").into()
}

// ---- plans as text

pub(crate) struct Run {
    pub(crate) plan: Plan,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) asked: Vec<Question>,
}

impl Run {
    /// The plan without its steps.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for change in &self.plan.changes {
            let deposed = change.deposed.as_ref().map_or(String::new(), |key| format!(" (deposed {key})"));
            let reason =
                if change.reason == ActionReason::None { String::new() } else { format!(" {:?}", change.reason) };
            writeln!(out, "{}{deposed}: {:?}{reason}", change.addr, change.action).unwrap();
            if !matches!(change.action, Action::NoOp | Action::Delete | Action::Forget) {
                writeln!(out, "    {}", show(&change.after)).unwrap();
            }
            if !change.replace_paths.is_empty() {
                let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
                writeln!(out, "    because of {}", paths.join(", ")).unwrap();
            }
        }
        for drift in &self.plan.drift {
            writeln!(out, "drift {}: {} -> {}", drift.addr, show(&drift.before), show(&drift.after)).unwrap();
        }
        for (name, output) in &self.plan.outputs {
            let hidden = if output.sensitive { " sensitive" } else { "" };
            writeln!(
                out,
                "output {name}: {:?} {} -> {}{hidden}",
                output.action,
                show(&output.before),
                show(&output.after)
            )
            .unwrap();
        }
        for deferred in &self.plan.deferred {
            let there: Vec<String> = deferred.there.iter().map(ToString::to_string).collect();
            let there = if there.is_empty() { String::new() } else { format!(" (there: {})", there.join(", ")) };
            let because = match &deferred.because {
                Because::Keys(waiting) => {
                    format!("{} of {} waits for {}", waiting.argument, waiting.block, waiting.on.join(", "))
                }
                Because::Prerequisite(of) => format!("depends on {of}"),
                Because::Used(by) => format!("used by {by}"),
            };
            writeln!(out, "later {}: {:?}{there}, {because}", deferred.addr, deferred.action).unwrap();
        }
        if self.plan.complete == Complete::Errored {
            writeln!(out, "errored").unwrap();
        }
        out.push_str(&self.troubles());
        out
    }

    pub(crate) fn troubles(&self) -> String {
        let mut out = String::new();
        for d in self.diagnostics.iter() {
            let address = d.address.as_ref().map_or(String::new(), |a| format!(" [{a}]"));
            writeln!(out, "{:?}{address}: {}: {}", d.severity, d.summary, d.detail).unwrap();
        }
        out
    }

    /// The steps, and for each those that it waits for.
    pub(crate) fn steps(&self) -> String {
        steps(&self.plan.execution)
    }
}

pub(crate) fn steps(graph: &ExecutionGraph) -> String {
    let mut out = String::new();
    for (i, (step, after)) in graph.steps.iter().zip(&graph.after).enumerate() {
        assert!(after.iter().all(|a| *a < i), "steps come after what they wait for");
        let waits = if after.is_empty() { String::new() } else { format!(" after {after:?}") };
        writeln!(out, "{i} {}{waits}", name(step)).unwrap();
    }
    out
}

fn name(step: &Step) -> String {
    match step {
        Step::Evaluate(node) => format!("evaluate {node}"),
        Step::Configure(provider) => {
            let alias = provider.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
            format!("configure {}{alias}{}", provider.provider.kind, provider.key)
        }
        Step::Open(addr, _) => format!("open {addr}"),
        Step::Close(resource) => format!("close {resource}"),
        Step::ReadData(addr) => format!("read {addr}"),
        Step::Depose(addr, key) => format!("set aside {addr} as {key}"),
        Step::Create(addr) => format!("create {addr}"),
        Step::Update(addr) => format!("update {addr}"),
        Step::Delete(addr, None) => format!("delete {addr}"),
        Step::Delete(addr, Some(key)) => format!("delete {addr} {key}"),
        Step::Forget(addr, _) => format!("forget {addr}"),
        Step::Complete(resource) => format!("complete {resource}"),
        Step::Join(join) => match &join.within {
            Some(module) => format!("join {:?} {} in {module}", join.what, join.resource),
            None => format!("join {:?} {}", join.what, join.resource),
        },
    }
}

/// A value in one line: unknown parts as `?` with their origin, sensitive ones with `!` before, null attributes left out.
pub(crate) fn show(value: &Value) -> String {
    let hidden = if value.marks.contains(Marks::SENSITIVE) { "!" } else { "" };
    let text = match &value.content {
        Content::Null(_) => "null".into(),
        Content::Unknown(..) => match value.origin() {
            Some(origin) => format!("?{}:{}", origin.address, origin.path),
            None => "?".into(),
        },
        Content::Bool(b) => b.to_string(),
        Content::Number(n) => n.to_string(),
        Content::String(s) => format!("{s:?}"),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        Content::Map(_, items) | Content::Object(items) => {
            let shown = items.iter().filter(|(_, v)| !v.is_null() || !v.marks.is_empty());
            format!("{{{}}}", shown.map(|(k, v)| format!("{k}: {}", show(v))).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{hidden}{text}")
}

/// An object of a type from JSON; what is missing is null.
pub(crate) fn object(kind: &str, attributes: &str) -> Value {
    let row = row(&format!("{kind}.x"), attributes);
    let ty = configschema::implied_type(&type_of(kind).block);
    json::decode(&json::parse(&row.object.attributes).unwrap(), &ty).unwrap()
}
