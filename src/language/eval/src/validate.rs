//! The validate walk: the whole configuration with nothing known, against the schemas.

use crate::evaluator::{Evaluator, Open, Phase, Repeating, Settings};
use crate::graph::{ExprNode, ExpressionGraph, body_traversals};
use crate::provider_function::FunctionCall;
use crate::provisioner::Provisioners;
use crate::references::{Referent, free_traversals, parse_referent};
use crate::suggestion::did_you_mean;
use addrs::{InstanceKey, Mode, ModuleInstance, ModulePath, Provider, ProviderConfig};
use config::{Module, ModuleTree, ProviderBlock, ResourceConfig};
use configschema::{AttributeType, Block, FunctionError, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Name, Step};
use value::{Type, Value};

/// The schemas of the providers that a configuration uses.
pub type Schemas = BTreeMap<Provider, Arc<ProviderSchema>>;

/// The schema of a provider; an address under either public registry is the same provider.
fn provider_schema<'s>(schemas: &'s Schemas, provider: &Provider) -> Option<&'s ProviderSchema> {
    let same = || schemas.iter().find(|(other, _)| other.same_as(provider)).map(|(_, schema)| schema);
    schemas.get(provider).or_else(same).map(AsRef::as_ref)
}

fn resource_schema<'s>(schemas: &'s Schemas, config: &ResourceConfig) -> Option<&'s Arc<Schema>> {
    let provider = provider_schema(schemas, &config.provider_config.provider)?;
    match config.addr.mode {
        Mode::Managed => provider.resources.get(&config.addr.kind),
        Mode::Data => provider.data_sources.get(&config.addr.kind),
        Mode::Ephemeral => provider.ephemeral.get(&config.addr.kind),
    }
}

/// A block that a provider can judge too.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Who judges.
    pub provider: ProviderConfig,
    /// What kind of block.
    pub kind: JudgedKind,
    /// The block with nothing known, without marks.
    pub config: Value,
    /// Its header.
    pub range: Range,
    /// Its address.
    pub address: String,
}

/// What a provider judges.
#[derive(Clone, Debug)]
pub enum JudgedKind {
    /// A configuration of its own.
    Provider,
    /// A resource of that type.
    Resource(Arc<str>),
    /// A data source of that type.
    Data(Arc<str>),
    /// An ephemeral resource of that type.
    Ephemeral(Arc<str>),
}

/// A call of a provider's function with its answer.
pub type AnsweredCall = (FunctionCall, Result<Value, FunctionError>);

/// What came of a validation.
#[derive(Debug)]
pub struct Validated {
    /// Blocks that providers can judge too.
    pub judged: Vec<Judged>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// Calls of functions that lack an answer: the rest is not final before there are none.
    pub lacking: Vec<FunctionCall>,
}

/// Validates a configuration without any provider but its schema: every body decoded, every expression evaluated, with
/// nothing known. `graph` must come without errors; `answered` are the calls of functions that are answered already.
pub fn validate_module_tree(
    tree: &Arc<ModuleTree>,
    graph: &ExpressionGraph,
    schemas: &Schemas,
    settings: Settings,
    answered: &[AnsweredCall],
) -> Validated {
    let settings = Settings { phase: Phase::Validate, ..settings };
    let mut evaluator = Evaluator::new(tree.clone(), settings);
    evaluator.know_functions(schemas);
    answered.iter().for_each(|(call, answer)| evaluator.answer_function(call, answer.clone()));
    let mut walk = Validation { evaluator, schemas, judged: Vec::new(), diagnostics: Diagnostics::new() };
    for node in graph.order.iter().filter_map(|i| graph.nodes.get(*i)) {
        walk.node(node);
    }
    walk.provider_metas(tree);
    walk.removed(tree);
    walk.attributes(tree);
    let lacking = walk.evaluator.lacking_functions();
    Validated { judged: walk.judged, diagnostics: walk.diagnostics.sorted(), lacking }
}

struct Validation<'a> {
    evaluator: Evaluator,
    schemas: &'a Schemas,
    judged: Vec<Judged>,
    diagnostics: Diagnostics,
}

impl Validation<'_> {
    fn node(&mut self, node: &ExprNode) {
        let troubles = match node {
            ExprNode::ModuleCall(path) => self.evaluator.open_module(path),
            ExprNode::Variable(path, name) => self.evaluator.evaluate_variable(path, name),
            ExprNode::VariableRules(path, name) => self.evaluator.check_variable(path, name),
            ExprNode::Local(path, name) => self.evaluator.evaluate_local(path, name),
            ExprNode::Output(path, name) => self.evaluator.evaluate_output(path, name),
            ExprNode::Check(path, name) => self.evaluator.evaluate_check(path, name),
            ExprNode::Resource(resource) => {
                let tree = self.evaluator.tree().clone();
                let config = tree.module(&resource.module).and_then(|module| module.resources.get(&resource.resource));
                return config.into_iter().for_each(|config| self.resource(&resource.module, config));
            }
            ExprNode::Provider(provider) => {
                let tree = self.evaluator.tree().clone();
                let Some(module) = tree.module(&provider.module) else { return };
                let (_, troubles) = self.evaluator.expand_provider(provider);
                self.diagnostics.extend(troubles);
                let own = |block: &&ProviderBlock| block.provider == provider.provider && block.alias == provider.alias;
                return module
                    .provider_configs
                    .values()
                    .filter(own)
                    .for_each(|block| self.provider(&provider.module, block));
            }
            ExprNode::ModuleDone(_) => return,
        };
        self.diagnostics.extend(troubles);
    }

    fn provider(&mut self, path: &ModulePath, block: &ProviderBlock) {
        let Some(schema) = provider_schema(self.schemas, &block.provider) else { return };
        // A block that holds nothing but an alias is filled in from outside.
        if block.body.attributes.is_empty() && block.body.blocks.is_empty() {
            return;
        }
        let instance = open_instance(path);
        let open = Repeating::Open(Open { each: block.for_each.is_some(), ..Open::default() });
        let (value, troubles) = self.evaluator.decode_repeating(&instance, &block.body, &schema.provider, open);
        self.diagnostics.extend(troubles);
        let (module, key) = (path.clone(), InstanceKey::None);
        let provider = ProviderConfig { module, provider: block.provider.clone(), alias: block.alias.clone(), key };
        self.judged.push(Judged {
            address: provider.to_string(),
            provider,
            kind: JudgedKind::Provider,
            config: value.unmark_deep().0,
            range: block.range.clone(),
        });
    }

    /// `provider_meta` blocks: constant, and of the form that the provider declares.
    fn provider_metas(&mut self, tree: &ModuleTree) {
        for module in tree.modules.values() {
            for meta in module.provider_metas.values() {
                // A provider that is not used is not asked.
                let used = module.resources.values().any(|resource| resource.provider == meta.provider);
                let Some(schema) = provider_schema(self.schemas, &meta.provider).filter(|_| used) else { continue };
                let Some(block) = &schema.provider_meta else {
                    let detail = format!("The provider {} takes no provider_meta blocks.", meta.provider);
                    let summary = format!("Provider {} doesn't support provider_meta", meta.provider);
                    let trouble = Diagnostic::error(summary, detail).at(meta.range.clone());
                    self.diagnostics.push(trouble.next("Remove the block."));
                    continue;
                };
                let open = Repeating::Open(Open::default());
                let instance = open_instance(&module.path);
                self.diagnostics.extend(self.evaluator.decode_repeating(&instance, &meta.body, block, open).1);
            }
        }
    }

    /// `removed` blocks: what runs before the objects go. Which keys they have nobody knows.
    fn removed(&mut self, tree: &ModuleTree) {
        let open = Open { count: true, each: true, self_object: true };
        for module in tree.modules.values() {
            for block in &module.removed {
                let provisioners = Provisioners::of_removed(block);
                let instance = open_instance(&module.path);
                self.diagnostics.extend(self.evaluator.check_provisioners(&instance, provisioners, open));
            }
        }
    }

    /// What is said of a resource names it.
    fn resource(&mut self, path: &ModulePath, config: &ResourceConfig) {
        let before = std::mem::take(&mut self.diagnostics);
        self.resource_block(path, config);
        let address = addrs::ConfigResource { module: path.clone(), resource: config.addr.clone() }.to_string();
        let found = std::mem::replace(&mut self.diagnostics, before);
        let named = found.map(|said| if said.address.is_some() { said } else { said.about(address.clone()) });
        self.diagnostics.extend(named);
    }

    fn resource_block(&mut self, path: &ModulePath, config: &ResourceConfig) {
        let instance = open_instance(path);
        let (_, troubles) = self.evaluator.expand_resource(&instance, config);
        self.diagnostics.extend(troubles);
        let (_, troubles) = self.evaluator.prevents_destroy(&instance, config);
        self.diagnostics.extend(troubles);
        self.diagnostics.extend(self.evaluator.check_provider_key(&instance, config));
        let open = Open { count: config.count.is_some(), each: config.for_each.is_some(), self_object: false };
        match resource_schema(self.schemas, config) {
            Some(schema) => {
                let open = Repeating::Open(open);
                let (value, troubles) = self.evaluator.decode_repeating(&instance, &config.body, &schema.block, open);
                self.diagnostics.extend(troubles);
                self.diagnostics.extend(crate::stored::refuse_ephemeral(config, schema, &value));
                self.diagnostics.extend(crate::stored::ignored(config, schema));
                let kind = config.addr.kind.clone();
                self.judged.push(Judged {
                    provider: config.provider_config.clone(),
                    kind: match config.addr.mode {
                        Mode::Data => JudgedKind::Data(kind),
                        Mode::Ephemeral => JudgedKind::Ephemeral(kind),
                        Mode::Managed => JudgedKind::Resource(kind),
                    },
                    config: value.unmark_deep().0,
                    range: config.range.clone(),
                    address: addrs::ConfigResource { module: path.clone(), resource: config.addr.clone() }.to_string(),
                });
            }
            None => self.unknown_type(config),
        }
        for rule in &config.lifecycle.preconditions {
            let (_, troubles) = self.evaluator.check_repeating(&instance, rule, Repeating::Open(open));
            self.diagnostics.extend(troubles);
        }
        let with_self = Open { self_object: true, ..open };
        for rule in &config.lifecycle.postconditions {
            let (_, troubles) = self.evaluator.check_repeating(&instance, rule, Repeating::Open(with_self));
            self.diagnostics.extend(troubles);
        }
        let provisioners = Provisioners::of_resource(config);
        self.diagnostics.extend(self.evaluator.check_provisioners(&instance, provisioners, with_self));
    }

    fn unknown_type(&mut self, config: &ResourceConfig) {
        let provider = &config.provider_config.provider;
        let Some(schema) = provider_schema(self.schemas, provider) else { return };
        let (what, summary, names): (_, _, Vec<&str>) = match config.addr.mode {
            Mode::Managed => {
                ("resource type", "Invalid resource type", schema.resources.keys().map(AsRef::as_ref).collect())
            }
            Mode::Data => {
                ("data source", "Invalid data source", schema.data_sources.keys().map(AsRef::as_ref).collect())
            }
            Mode::Ephemeral => (
                "ephemeral resource",
                "Invalid ephemeral resource",
                schema.ephemeral.keys().map(AsRef::as_ref).collect(),
            ),
        };
        let suggestion = did_you_mean(&config.addr.kind, names);
        let detail = format!("The provider {provider} does not support {what} {:?}.{suggestion}", config.addr.kind);
        self.diagnostics.push(Diagnostic::error(summary, detail).at(config.kind_range.clone()));
    }

    /// References to attributes that a resource of that type does not have: found from the schema, since every object is
    /// unknown here.
    fn attributes(&mut self, tree: &ModuleTree) {
        let mut troubles = Vec::new();
        for module in tree.modules.values() {
            let meta = module.resources.values().flat_map(|r| r.count.iter().chain(&r.for_each));
            let calls = module.module_calls.values().flat_map(|c| c.count.iter().chain(&c.for_each));
            let named = module.locals.values().map(|l| &l.expr).chain(module.outputs.values().map(|o| &o.expr));
            for expr in named.chain(meta).chain(calls) {
                free_traversals(&expr.root, &mut Vec::new(), &mut |name, steps, _| {
                    troubles.extend(self.attribute(module, (name, steps), &expr.file));
                });
            }
            let resources = module.resources.values().map(|resource| &resource.body);
            let calls = module.module_calls.values().map(|call| &call.arguments);
            let providers = module.provider_configs.values().map(|block| &block.body);
            for body in resources.chain(calls).chain(providers) {
                body_traversals(body, &mut Vec::new(), &mut |name, steps, _| {
                    troubles.extend(self.attribute(module, (name, steps), &body.file));
                });
            }
        }
        self.diagnostics.extend(troubles);
    }

    fn attribute(&self, module: &Module, (name, steps): (&Name, &[Step]), file: &Arc<str>) -> Option<Diagnostic> {
        let parsed = parse_referent(name, steps, file).ok()?;
        let Referent::Resource(resource) = parsed.referent else { return None };
        let config = module.resources.get(&resource)?;
        let schema = resource_schema(self.schemas, config)?;
        let mut rest = steps.get(parsed.used..)?;
        if let Some(Step::Index(..)) = rest.first() {
            rest = rest.get(1..)?;
        }
        missing_attribute(&schema.block, rest, file)
    }
}

/// The first step that leads nowhere in a block.
fn missing_attribute(block: &Block, steps: &[Step], file: &Arc<str>) -> Option<Diagnostic> {
    let Some(Step::Attribute(name)) = steps.first() else { return None };
    if let Some(nested) = block.blocks.get(&name.text) {
        return match nested.nesting {
            configschema::Nesting::Single | configschema::Nesting::Group => {
                missing_attribute(&nested.block, steps.get(1..)?, file)
            }
            configschema::Nesting::List | configschema::Nesting::Map => match steps.get(1)? {
                Step::Index(..) => missing_attribute(&nested.block, steps.get(2..)?, file),
                _ => None,
            },
            configschema::Nesting::Set => None,
        };
    }
    if let Some(attribute) = block.attributes.get(&name.text) {
        return match &attribute.ty {
            AttributeType::Plain(ty) => missing_in_type(ty, steps.get(1..)?, file),
            AttributeType::Nested(_) => None,
        };
    }
    let names = block.attributes.keys().chain(block.blocks.keys()).map(AsRef::as_ref);
    Some(no_attribute(name, did_you_mean(&name.text, names), file))
}

fn missing_in_type(ty: &Type, steps: &[Step], file: &Arc<str>) -> Option<Diagnostic> {
    match (ty, steps.first()?) {
        (Type::Object(object), Step::Attribute(name)) => match object.attributes.get(&name.text) {
            Some(ty) => missing_in_type(ty, steps.get(1..)?, file),
            None => {
                let names = object.attributes.keys().map(AsRef::as_ref);
                Some(no_attribute(name, did_you_mean(&name.text, names), file))
            }
        },
        (Type::List(element) | Type::Map(element), Step::Index(..)) => missing_in_type(element, steps.get(1..)?, file),
        _ => None,
    }
}

fn no_attribute(name: &Name, suggestion: String, file: &Arc<str>) -> Diagnostic {
    let detail =
        format!("This object has no argument, nested block, or exported attribute named {:?}.{suggestion}", name.text);
    Diagnostic::error("Unsupported attribute", detail).at(name.span.of(file)).next("Correct the name.")
}

/// The one instance that stands for all instances of a module.
fn open_instance(path: &ModulePath) -> ModuleInstance {
    ModuleInstance(path.0.iter().map(|name| (name.clone(), addrs::InstanceKey::None)).collect())
}
