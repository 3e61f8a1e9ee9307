//! Expressions against what the state says: for the console, and for provider blocks before a plan exists.

use crate::providers::Providers;
use crate::session::Session;
use crate::{functions, session};
use addrs::{ModuleInstance, ProviderConfig, ResourceInstance};
use calls::{Answer, Question};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use eval::{Evaluator, ExprNode, Settings, VariableInput};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::Body;
use tokio::runtime::Runtime;
use value::Value;

/// Objects that expressions refer to.
pub(crate) enum Objects<'a> {
    /// Those of the state.
    Stored,
    /// Those of the state, and one more.
    StoredWith(&'a ResourceInstance, &'a Value),
    /// Those of a plan.
    Planned(&'a BTreeMap<ResourceInstance, Value>),
}

/// An evaluator that knows what configuration and objects say.
pub(crate) fn evaluator(session: &Session, objects: &Objects<'_>) -> (Evaluator, Diagnostics) {
    session.ground().evaluator(objects)
}

/// What expressions are evaluated on.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) tree: &'a Arc<ModuleTree>,
    pub(crate) settings: &'a Settings,
    pub(crate) inputs: &'a BTreeMap<Arc<str>, VariableInput>,
    pub(crate) providers: &'a Providers,
    pub(crate) runtime: &'a Runtime,
    pub(crate) state: &'a State,
}

impl Ground<'_> {
    /// An evaluator that knows what configuration and objects say.
    pub(crate) fn evaluator(&self, objects: &Objects<'_>) -> (Evaluator, Diagnostics) {
        let mut evaluator = Evaluator::new(self.tree.clone(), self.settings.clone());
        evaluator.set_root_variables(self.inputs.clone());
        let (graph, mut diagnostics) = eval::expression_graph(self.tree);
        evaluator.know_functions(self.providers.schemas());
        for node in graph.order.iter().filter_map(|i| graph.nodes.get(*i)) {
            loop {
                let troubles = self.settle(&mut evaluator, node, objects);
                if !self.answer_functions(&mut evaluator) {
                    diagnostics.extend(troubles);
                    break;
                }
            }
        }
        (evaluator, diagnostics)
    }

    /// The current object of a resource instance as the state has it, with marks.
    pub(crate) fn decoded(&self, addr: &ResourceInstance) -> Option<Value> {
        let instance = self.state.instances.get(addr)?;
        session::decoded(self.providers.schemas(), addr, &instance.provider, instance.current.as_ref()?)
    }

    /// Answers the calls of provider functions that the last evaluation lacks; true when there were any, so that it is to
    /// be repeated.
    pub(crate) fn answer_functions(&self, evaluator: &mut Evaluator) -> bool {
        let lacking = evaluator.lacking_functions();
        let any = !lacking.is_empty();
        for (call, answer) in self.runtime.block_on(functions::answer(self.providers, lacking)) {
            evaluator.answer_function(&call, answer);
        }
        any
    }

    /// Gives one node of the expression graph its value.
    fn settle(&self, evaluator: &mut Evaluator, node: &ExprNode, objects: &Objects<'_>) -> Diagnostics {
        match node {
            ExprNode::Variable(module, name) => evaluator.evaluate_variable(module, name),
            ExprNode::Local(module, name) => evaluator.evaluate_local(module, name),
            ExprNode::Output(module, name) => evaluator.evaluate_output(module, name),
            ExprNode::ModuleCall(called) => {
                let mut troubles = evaluator.expand_module(called);
                let awaited = evaluator.awaited_calls(called);
                troubles.extend(awaited.into_iter().map(|(_, awaited)| awaited.refusal.clone()));
                troubles
            }
            ExprNode::Resource(resource) => {
                let tree = self.tree.clone();
                if let Some(config) = tree.module(&resource.module).and_then(|m| m.resources.get(&resource.resource)) {
                    for module in evaluator.module_instances(&resource.module) {
                        self.instances(evaluator, objects, &module, config);
                    }
                }
                Diagnostics::new()
            }
            _ => Diagnostics::new(),
        }
    }

    fn instances(
        &self,
        evaluator: &mut Evaluator,
        objects: &Objects<'_>,
        module: &ModuleInstance,
        config: &config::ResourceConfig,
    ) {
        if config.addr.mode == addrs::Mode::Ephemeral {
            // Nothing is open here, and references to it are unknown.
            return;
        }
        let (expansion, _) = evaluator.expand_resource(module, config);
        for key in expansion.keys() {
            let addr = ResourceInstance { module: module.clone(), resource: config.addr.clone(), key };
            let value = match objects {
                Objects::StoredWith(other, value) if addr == **other => Some((*value).clone()),
                Objects::StoredWith(..) => {
                    // What is not there is unknown, but its type is known.
                    let ty = || {
                        let schemas = self.providers.schemas();
                        session::schema_of(schemas, &addr, &config.provider_config)
                            .map(|s| configschema::implied_type(&s.block))
                    };
                    self.decoded(&addr).or_else(|| ty().map(Value::unknown))
                }
                Objects::Stored => self.decoded(&addr),
                Objects::Planned(values) => values.get(&addr).cloned(),
            };
            if let Some(value) = value {
                evaluator.set_instance(&addr, value);
            }
        }
        evaluator.finish_resource(module, &config.addr, &expansion);
    }
}

/// Answers the calls of provider functions that the last evaluation lacks; true when there were any, so that it is to be
/// repeated.
pub(crate) fn answer_functions(evaluator: &mut Evaluator, session: &Session) -> bool {
    session.ground().answer_functions(evaluator)
}

/// Configures providers by their blocks, as far as the state knows the values.
pub(crate) fn configure(session: &Session, wanted: &BTreeSet<ProviderConfig>) -> Diagnostics {
    let (mut evaluator, mut diagnostics) = evaluator(session, &Objects::Stored);
    for provider in wanted {
        let (config, troubles) = provider_block(session, &mut evaluator, provider);
        diagnostics.extend(troubles);
        if let Some(config) = config {
            let question = Question::ConfigureProvider { provider: provider.clone(), config };
            diagnostics.extend(ask(session, question).diagnostics());
        }
    }
    diagnostics
}

/// Configures one provider, whose block must be known and is judged by the provider first.
pub(crate) fn configure_known(session: &Session, evaluator: &mut Evaluator, provider: &ProviderConfig) -> Diagnostics {
    let (config, mut diagnostics) = provider_block(session, evaluator, provider);
    let Some(config) = config.filter(|_| !diagnostics.has_errors()) else { return diagnostics };
    if !config.is_wholly_known() {
        let detail = format!("The configuration of {provider} depends on values that only an apply makes known.");
        let trouble = Diagnostic::error("Invalid provider configuration", detail);
        let trouble = match session.configuration.tree.provider_block(provider) {
            Some(block) => trouble.at(block.range.clone()),
            None => trouble,
        };
        diagnostics.push(trouble.next("Apply what it depends on first, or write the values down."));
        return diagnostics;
    }
    let question = Question::ValidateProvider { provider: provider.clone(), config: config.clone() };
    diagnostics.extend(ask(session, question).diagnostics());
    if !diagnostics.has_errors() {
        let question = Question::ConfigureProvider { provider: provider.clone(), config };
        diagnostics.extend(ask(session, question).diagnostics());
    }
    diagnostics
}

/// The value of a provider block, without marks; `None` for a provider whose schema is not at hand.
fn provider_block(
    session: &Session,
    evaluator: &mut Evaluator,
    provider: &ProviderConfig,
) -> (Option<Value>, Diagnostics) {
    let Some(schema) = session.providers.schemas().get(&provider.provider) else {
        return (None, Diagnostics::new());
    };
    let block = session.configuration.tree.provider_block(provider);
    let body = block.map_or_else(Body::default, |block| block.body.clone());
    let (expansion, mut diagnostics) = evaluator.expand_provider(provider);
    diagnostics.extend(expansion.refusal());
    let decode = |evaluator: &Evaluator| {
        let module = evaluator.module_of_provider(provider);
        evaluator.decode_body(&module, &body, &schema.provider, &evaluator.provider_repetition(provider))
    };
    let (mut value, mut troubles) = decode(evaluator);
    while answer_functions(evaluator, session) {
        (value, troubles) = decode(evaluator);
    }
    diagnostics.extend(troubles);
    (Some(value.unmark_deep().0), diagnostics)
}

/// Asks and waits.
pub(crate) fn ask(session: &Session, question: Question) -> Answer {
    match session.providers.at_once(&question) {
        Some(answer) => answer,
        None => session.runtime.block_on(session.providers.ask(&question)),
    }
}
