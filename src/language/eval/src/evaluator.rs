//! The values found so far, and the evaluation of expressions against them.

use crate::declared;
use crate::evaluation::Evaluation;
use crate::expansion::Expansion;
use crate::functions::{Chance, FileSource, Surroundings};
use crate::names::{Names, Resolved};
use crate::provider_function::{Found, FunctionDesk};
use crate::references::{Parsed, Referent, parse_referent};
use crate::variable::VariableInput;
use crate::verdicts::Register;
use addrs::{InstanceKey, Mode, ModuleInstance, ModulePath, ProviderConfig, Resource, ResourceInstance};
use config::{Module, ModuleTree};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use syntax::{Expression, Name, Step};
use value::{Marks, Type, Value};

/// What runs: it decides what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing outside of the configuration is known, input variables neither.
    Validate,
    /// Impure functions are unknown.
    Plan,
    /// `terraform.applying` is true.
    Apply,
}

/// What the world is to expressions.
#[derive(Clone)]
pub struct Settings {
    /// What runs.
    pub phase: Phase,
    /// `terraform.workspace`
    pub workspace: Arc<str>,
    /// `path.cwd`: the absolute working directory.
    pub cwd: Arc<str>,
    /// The home directory, for `pathexpand()`.
    pub home: Option<Arc<str>>,
    /// For `file()` and its kin.
    pub files: Arc<dyn FileSource + Send + Sync>,
    /// `plantimestamp()`, as RFC 3339; unknown where there is none.
    pub plan_timestamp: Option<Arc<str>>,
    /// For `timestamp()`, `uuid()` and `bcrypt()`; where there is none, as in a plan, they are unknown.
    pub chance: Option<Arc<dyn Chance + Send + Sync>>,
}

/// Which instance an expression is evaluated for.
#[derive(Clone, Debug, Default)]
pub struct Repetition {
    /// `count.index`
    pub count_index: Option<u32>,
    /// `each.key` and `each.value`
    pub each: Option<(Arc<str>, Value)>,
    /// `self`
    pub self_object: Option<Value>,
}

impl Repetition {
    /// Neither `count` nor `for_each` nor `self`.
    pub const NONE: Repetition = Repetition { count_index: None, each: None, self_object: None };

    /// The same for the instance `self`.
    pub fn with_self(mut self, object: Value) -> Repetition {
        self.self_object = Some(object);
        self
    }
}

/// What is known inside of one module instance.
#[derive(Debug, Default)]
pub(crate) struct ModuleValues {
    pub(crate) variables: BTreeMap<Arc<str>, Value>,
    pub(crate) locals: BTreeMap<Arc<str>, Value>,
    pub(crate) outputs: BTreeMap<Arc<str>, Value>,
    pub(crate) resources: BTreeMap<Resource, ResourceValues>,
    pub(crate) calls: BTreeMap<Arc<str>, CallValues>,
}

/// The instances of one resource.
#[derive(Debug, Default)]
pub(crate) struct ResourceValues {
    pub(crate) instances: BTreeMap<InstanceKey, Value>,
    /// What a reference to the resource gives; built once, shared by all who refer to it.
    pub(crate) whole: Option<Value>,
    /// An instance of an ephemeral resource that could not be renewed: the values are good for nothing any more.
    pub(crate) expired: Option<ResourceInstance>,
}

/// The instances of one module call.
#[derive(Debug)]
pub(crate) struct CallValues {
    pub(crate) expansion: Expansion,
    /// What a reference to the call gives; built when asked for, thrown away when an output gets a value.
    pub(crate) whole: OnceLock<Value>,
}

/// Values found so far, and the evaluation of expressions against them.
pub struct Evaluator {
    pub(crate) tree: Arc<ModuleTree>,
    pub(crate) settings: Settings,
    pub(crate) instances: BTreeMap<ModulePath, Vec<ModuleInstance>>,
    pub(crate) values: BTreeMap<ModuleInstance, ModuleValues>,
    pub(crate) given: BTreeMap<Arc<str>, VariableInput>,
    pub(crate) functions: Option<FunctionDesk>,
    pub(crate) register: Register,
    /// The instances of `provider` blocks, as far as found.
    pub(crate) providers: BTreeMap<ProviderConfig, Expansion>,
}

impl Evaluator {
    /// An evaluator that knows nothing yet but the root module.
    pub fn new(tree: Arc<ModuleTree>, settings: Settings) -> Self {
        Evaluator {
            tree,
            settings,
            instances: BTreeMap::from([(ModulePath::ROOT, vec![ModuleInstance::ROOT])]),
            values: BTreeMap::from([(ModuleInstance::ROOT, ModuleValues::default())]),
            given: BTreeMap::new(),
            functions: None,
            register: Register::default(),
            providers: BTreeMap::new(),
        }
    }

    /// From now on `timestamp()`, `uuid()` and `bcrypt()` are known.
    pub fn set_chance(&mut self, chance: Arc<dyn Chance + Send + Sync>) {
        self.settings.chance = Some(chance);
    }

    /// What runs.
    pub fn phase(&self) -> Phase {
        self.settings.phase
    }

    /// The configuration.
    pub fn tree(&self) -> &Arc<ModuleTree> {
        &self.tree
    }

    /// The value of an output of a module instance, once evaluated.
    pub fn output_value(&self, module: &ModuleInstance, name: &str) -> Option<&Value> {
        self.values.get(module)?.outputs.get(name)
    }

    /// The value of an input variable of a module instance, once evaluated.
    pub fn variable_value(&self, module: &ModuleInstance, name: &str) -> Option<&Value> {
        self.values.get(module)?.variables.get(name)
    }

    /// The value of a local value of a module instance, once evaluated.
    pub fn local_value(&self, module: &ModuleInstance, name: &str) -> Option<&Value> {
        self.values.get(module)?.locals.get(name)
    }

    /// Keeps the planned or final object of a resource instance; [`Evaluator::finish_resource`] makes it visible.
    pub fn set_instance(&mut self, addr: &ResourceInstance, value: Value) {
        let values = self.values.entry(addr.module.clone()).or_default();
        let resource = values.resources.entry(addr.resource.clone()).or_default();
        resource.instances.insert(addr.key.clone(), value);
    }

    /// From now on references to an ephemeral resource are errors: this instance of it could not be renewed.
    pub fn expire(&mut self, addr: &ResourceInstance) {
        let values = self.values.entry(addr.module.clone()).or_default();
        values.resources.entry(addr.resource.clone()).or_default().expired = Some(addr.clone());
    }

    /// The object of a resource instance, as set.
    pub fn instance(&self, addr: &ResourceInstance) -> Option<&Value> {
        self.values.get(&addr.module)?.resources.get(&addr.resource)?.instances.get(&addr.key)
    }

    /// Makes the instances of a resource visible to expressions: the object itself, a tuple for `count`, an object for
    /// `for_each`. The value is built here, once; a reference to it costs nothing, however many instances there are.
    /// Instances without a value are unknown; those that `expansion` does not have are left out.
    pub fn finish_resource(&mut self, module: &ModuleInstance, resource: &Resource, expansion: &Expansion) {
        let values = self.values.entry(module.clone()).or_default();
        let resource = values.resources.entry(resource.clone()).or_default();
        let instance = |key: InstanceKey| resource.instances.get(&key).cloned().unwrap_or_else(Value::dynamic);
        let whole = match expansion {
            Expansion::Single => instance(InstanceKey::None),
            Expansion::Count(n) => Value::tuple((0..*n).map(|i| instance(InstanceKey::Int(i))).collect::<Vec<_>>()),
            Expansion::Each(elements) => {
                Value::object(elements.keys().map(|key| (key.clone(), instance(InstanceKey::String(key.clone())))))
            }
            Expansion::Disabled => Value::null(Type::Dynamic),
            Expansion::Unknown(_) => Value::dynamic(),
        };
        resource.whole = Some(whole);
    }

    /// Evaluates an expression inside of a module instance.
    pub fn evaluate(
        &self,
        module: &ModuleInstance,
        expr: &Expression,
        repetition: &Repetition,
    ) -> (Value, Diagnostics) {
        self.evaluate_bound(module, expr, Repeating::Instance(repetition), &[])
    }

    /// Evaluates an expression with further names bound.
    pub(crate) fn evaluate_bound(
        &self,
        module: &ModuleInstance,
        expr: &Expression,
        repeating: Repeating<'_>,
        bindings: &[(Arc<str>, Value)],
    ) -> (Value, Diagnostics) {
        let Some(config) = self.tree.module(&module.path()) else {
            return (Value::dynamic(), Diagnostics::new());
        };
        let names = ModuleNames { evaluator: self, config, module, repeating };
        Evaluation::run(&names, &self.surroundings(), expr, bindings)
    }

    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        surroundings(&self.settings)
    }

    /// What `module.name` gives in a module instance.
    fn call_value(&self, module: &ModuleInstance, name: &Arc<str>) -> Value {
        let Some(call) = self.values.get(module).and_then(|values| values.calls.get(name)) else {
            return Value::dynamic();
        };
        let outputs = |key: InstanceKey| self.outputs_object(&module.child(name.clone(), key));
        let whole = call.whole.get_or_init(|| match &call.expansion {
            Expansion::Single => outputs(InstanceKey::None),
            Expansion::Count(n) => Value::tuple((0..*n).map(|i| outputs(InstanceKey::Int(i))).collect::<Vec<_>>()),
            Expansion::Each(elements) => {
                Value::object(elements.keys().map(|key| (key.clone(), outputs(InstanceKey::String(key.clone())))))
            }
            Expansion::Disabled => Value::null(Type::Dynamic),
            Expansion::Unknown(_) => Value::dynamic(),
        });
        whole.clone()
    }

    fn outputs_object(&self, module: &ModuleInstance) -> Value {
        let Some(config) = self.tree.module(&module.path()) else {
            return Value::dynamic();
        };
        let values = self.values.get(module).map(|values| &values.outputs);
        let output = |name: &Arc<str>| values.and_then(|v| v.get(name)).cloned().unwrap_or_else(Value::dynamic);
        Value::object(config.outputs.keys().map(|name| (name.clone(), output(name))))
    }
}

/// What functions may see of the world.
pub(crate) fn surroundings(settings: &Settings) -> Surroundings<'_> {
    Surroundings {
        files: &*settings.files,
        working_directory: &settings.cwd,
        home: settings.home.as_deref(),
        plan_timestamp: settings.plan_timestamp.clone(),
        chance: settings.chance.as_deref().map(|chance| chance as &dyn Chance),
    }
}

/// What `count.index`, `each` and `self` mean.
#[derive(Clone, Copy)]
pub(crate) enum Repeating<'a> {
    /// One instance.
    Instance(&'a Repetition),
    /// All instances at once, none known: validation.
    Open(Open),
}

/// What is allowed where nothing is known yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Open {
    /// `count.index`
    pub(crate) count: bool,
    /// `each.key`, `each.value`
    pub(crate) each: bool,
    /// `self`
    pub(crate) self_object: bool,
}

/// The names of a module instance.
pub(crate) struct ModuleNames<'a> {
    pub(crate) evaluator: &'a Evaluator,
    pub(crate) config: &'a Module,
    pub(crate) module: &'a ModuleInstance,
    pub(crate) repeating: Repeating<'a>,
}

impl Names for ModuleNames<'_> {
    fn resolve(&self, name: &Name, steps: &[Step], file: &Arc<str>) -> Resolved {
        let parsed = match parse_referent(name, steps, file) {
            Ok(parsed) => parsed,
            Err(diagnostic) => return Resolved::Wrong(*diagnostic),
        };
        if let Some(diagnostic) = declared::check(&self.evaluator.tree, self.config, &parsed, (name, steps), file) {
            return Resolved::Wrong(diagnostic);
        }
        match self.value_of(&parsed, name, file) {
            Ok(value) => Resolved::Found { value, used: parsed.used },
            Err(diagnostic) => Resolved::Wrong(*diagnostic),
        }
    }

    fn provider_function(&self, local: &str, function: &str) -> Found<'_> {
        self.find_function(local, function)
    }
}

impl ModuleNames<'_> {
    fn value_of(&self, parsed: &Parsed, name: &Name, file: &Arc<str>) -> Result<Value, Box<Diagnostic>> {
        let values = self.evaluator.values.get(self.module);
        let settings = &self.evaluator.settings;
        Ok(match &parsed.referent {
            Referent::Variable(name) => match values.and_then(|v| v.variables.get(name)) {
                Some(value) => value.clone(),
                None => self.evaluator.unknown_variable(self.config, name),
            },
            Referent::Local(name) => values.and_then(|v| v.locals.get(name)).cloned().unwrap_or_else(Value::dynamic),
            Referent::Resource(resource) => {
                let found = values.and_then(|v| v.resources.get(resource));
                if let Some(addr) = found.and_then(|r| r.expired.as_ref()) {
                    return Err(Box::new(expired(addr).at(name.span.of(file))));
                }
                let whole = found.and_then(|r| r.whole.as_ref().or_else(|| r.instances.get(&InstanceKey::None)));
                match resource.mode {
                    // Even what nobody knows yet must not be kept.
                    Mode::Ephemeral => whole.cloned().unwrap_or_else(|| Value::dynamic().marked(Marks::EPHEMERAL)),
                    _ => whole.cloned().unwrap_or_else(Value::dynamic),
                }
            }
            Referent::ModuleCall(name, _) => self.evaluator.call_value(self.module, name),
            Referent::Each(attribute) => return self.each(attribute),
            Referent::Count => return self.count_index(),
            Referent::SelfObject => return self.self_object(),
            Referent::PathAttr(attribute) => Value::string(match attribute.as_ref() {
                "module" => self.config.dir.clone(),
                "root" => self.evaluator.tree.root().map_or_else(|| ".".into(), |root| root.dir.clone()),
                _ => settings.cwd.clone(),
            }),
            Referent::TerraformAttr(attribute) if attribute.as_ref() == "workspace" => {
                Value::string(settings.workspace.clone())
            }
            Referent::TerraformAttr(_) => match settings.phase {
                Phase::Validate => Value::unknown(Type::Bool),
                phase => Value::bool(phase == Phase::Apply),
            }
            .marked(Marks::EPHEMERAL),
        })
    }

    fn each(&self, attribute: &str) -> Result<Value, Box<Diagnostic>> {
        match self.repeating {
            Repeating::Instance(Repetition { each: Some((key, _)), .. }) if attribute == "key" => {
                Ok(Value::string(key.clone()))
            }
            Repeating::Instance(Repetition { each: Some((_, value)), .. }) => Ok(value.clone()),
            Repeating::Open(Open { each: true, .. }) if attribute == "key" => {
                Ok(Value::refined(Type::String, value::Refinement::not_null()))
            }
            Repeating::Open(Open { each: true, .. }) => Ok(Value::dynamic()),
            _ => Err(Box::new(
                Diagnostic::error(
                    "Reference to \"each\" in context without for_each",
                    "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \
                     \"for_each\" argument is set.",
                )
                .next("Set for_each on the block, or refer to something else."),
            )),
        }
    }

    fn count_index(&self) -> Result<Value, Box<Diagnostic>> {
        match self.repeating {
            Repeating::Instance(Repetition { count_index: Some(index), .. }) => Ok(Value::int(i64::from(*index))),
            Repeating::Open(Open { count: true, .. }) => {
                Ok(Value::refined(Type::Number, value::Refinement::not_null()))
            }
            _ => Err(Box::new(
                Diagnostic::error(
                    "Reference to \"count\" in non-counted context",
                    "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only \
                     when the \"count\" argument is set.",
                )
                .next("Set count on the block, or refer to something else."),
            )),
        }
    }

    fn self_object(&self) -> Result<Value, Box<Diagnostic>> {
        match self.repeating {
            Repeating::Instance(Repetition { self_object: Some(object), .. }) => Ok(object.clone()),
            Repeating::Open(Open { self_object: true, .. }) => Ok(Value::dynamic()),
            _ => Err(Box::new(
                Diagnostic::error(
                    "Invalid \"self\" reference",
                    "The \"self\" object is not available in this context. This object can be used only in resource \
                     provisioner, connection, and postcondition blocks.",
                )
                .next("Refer to the resource by its address."),
            )),
        }
    }
}

fn expired(addr: &ResourceInstance) -> Diagnostic {
    let detail = format!("{addr} could not be renewed, so that its values are good for nothing any more.");
    Diagnostic::error("Ephemeral resource instance has expired", detail)
        .about(addr.to_string())
        .next("See what its provider says of the renewal, and run again.")
}
