//! What the configuration says with the values known by now: the seam to the evaluator.

use addrs::{ConfigResource, InstanceKey, ModuleInstance, ModulePath, ProviderConfig, Resource, ResourceInstance};
use config::{CheckRule, ModuleTree, ProvisionWhen, Provisioner, RemovedBlock, ResourceConfig};
use configschema::{Block, Schema};
use diag::{ConditionOf, Diagnostic, Diagnostics};
use eval::{CheckedKind, Evaluator, Expansion, ExprNode, Outcome, Phase, Provisioners, Provisioning, Repetition};
use plan::{Action, Plan, PlanInput};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Value;

/// The evaluation of an apply: values so far, and which instances there are.
pub(crate) struct Desired {
    tree: Arc<ModuleTree>,
    pub(crate) evaluator: Evaluator,
    expansions: BTreeMap<(ModuleInstance, Resource), Expansion>,
    /// `removed` blocks with provisioners, with their modules, by what they are about.
    removed: BTreeMap<ConfigResource, (ModulePath, RemovedBlock)>,
}

impl Desired {
    /// Knows nothing yet but the variables that were given.
    pub(crate) fn new(input: &PlanInput, plan: &Plan) -> Desired {
        let mut settings = input.surroundings.clone();
        settings.phase = Phase::Apply;
        let mut evaluator = Evaluator::new(input.tree.clone(), settings);
        evaluator.set_root_variables(input.variables.clone());
        evaluator.know_functions(&input.schemas);
        evaluator.expect_functions(plan.functions.clone());
        let removed = removed_with_provisioners(&input.tree);
        Desired { tree: input.tree.clone(), evaluator, expansions: BTreeMap::new(), removed }
    }

    /// Evaluates a node with the values known by now.
    pub(crate) fn evaluate(&mut self, node: &ExprNode) -> Diagnostics {
        let evaluator = &mut self.evaluator;
        match node {
            ExprNode::ModuleCall(path) => {
                let mut troubles = evaluator.expand_module(path);
                let awaited = evaluator.awaited_calls(path).into_iter();
                troubles.extend(awaited.map(|(_, awaited)| awaited.refusal.clone()));
                troubles
            }
            ExprNode::Variable(path, name) => evaluator.evaluate_variable(path, name),
            ExprNode::VariableRules(path, name) => evaluator.check_variable(path, name),
            ExprNode::Local(path, name) => evaluator.evaluate_local(path, name),
            ExprNode::Output(path, name) => evaluator.evaluate_output(path, name),
            ExprNode::Check(path, name) => evaluator.evaluate_check(path, name),
            ExprNode::Resource(resource) => self.expand(resource),
            ExprNode::Provider(_) | ExprNode::ModuleDone(_) => Diagnostics::new(),
        }
    }

    fn expand(&mut self, resource: &ConfigResource) -> Diagnostics {
        let mut troubles = Diagnostics::new();
        let Some(block) = self.tree.module(&resource.module).and_then(|m| m.resources.get(&resource.resource)) else {
            return troubles;
        };
        for module in self.evaluator.module_instances(&resource.module) {
            let (expansion, found) = self.evaluator.expand_resource(&module, block);
            troubles.extend(found);
            troubles.extend(expansion.refusal());
            self.expansions.insert((module, resource.resource.clone()), expansion);
        }
        troubles
    }

    /// Judges the conditions of instances that do not change, where something that they refer to was not known before.
    pub(crate) fn open_conditions(&self, resource: &ConfigResource, plan: &Plan) -> Diagnostics {
        let mut troubles = Diagnostics::new();
        let block = self.tree.module(&resource.module).and_then(|m| m.resources.get(&resource.resource));
        let Some(lifecycle) = block.map(|block| &block.lifecycle) else { return troubles };
        if lifecycle.preconditions.is_empty() && lifecycle.postconditions.is_empty() {
            return troubles;
        }
        let name = resource.to_string();
        let place = plan.checked.binary_search_by(|c| (c.config.as_str(), c.kind).cmp(&(&name, CheckedKind::Resource)));
        let objects = place.ok().and_then(|place| plan.checked.get(place)?.objects.as_ref());
        let open = objects.into_iter().flatten().filter(|(_, verdicts)| plan::is_open(verdicts));
        for addr in open.filter_map(|(addr, _)| addrs::parse_resource_instance(addr).ok()) {
            // Changes are in address order, the current object before deposed ones.
            let change = plan.changes.get(plan.changes.partition_point(|change| change.addr < addr));
            let acts = |change: &plan::InstanceChange| {
                change.addr == addr && change.deposed.is_none() && change.action != Action::NoOp
            };
            if !change.is_some_and(acts) {
                troubles.extend(self.preconditions(&addr));
                if let Some(value) = plan.values.get(&addr) {
                    troubles.extend(self.postconditions(&addr, value));
                }
            }
        }
        troubles
    }

    /// All instances of a resource are done: references to it may be evaluated. What did not change has the value
    /// that the plan saw.
    pub(crate) fn complete(&mut self, resource: &ConfigResource, plan: &Plan) {
        for module in self.evaluator.module_instances(&resource.module) {
            let Some(expansion) = self.expansions.get(&(module.clone(), resource.resource.clone())) else { continue };
            for key in expansion.keys() {
                let addr = ResourceInstance { module: module.clone(), resource: resource.resource.clone(), key };
                if self.evaluator.instance(&addr).is_none()
                    && let Some(value) = plan.values.get(&addr)
                {
                    self.evaluator.set_instance(&addr, value.clone());
                }
            }
            if plan.targeting.is_partial() {
                let there = |key: &InstanceKey| {
                    let (module, resource, key) = (module.clone(), resource.resource.clone(), key.clone());
                    self.evaluator.instance(&ResourceInstance { module, resource, key }).is_some()
                };
                let seen = expansion.seen(there);
                self.evaluator.finish_resource(&module, &resource.resource, &seen);
                continue;
            }
            self.evaluator.finish_resource(&module, &resource.resource, expansion);
        }
    }

    /// The block of an instance.
    pub(crate) fn block(&self, addr: &ResourceInstance) -> Option<&ResourceConfig> {
        self.tree.module(&addr.module.path())?.resources.get(&addr.resource)
    }

    /// `count.index` and `each` of an instance.
    pub(crate) fn repetition(&self, addr: &ResourceInstance) -> Repetition {
        let expansion = self.expansions.get(&(addr.module.clone(), addr.resource.clone()));
        expansion.map_or(Repetition::NONE, |expansion| expansion.repetition(&addr.key))
    }

    /// The provisioners of an object, with the module in which they are evaluated.
    pub(crate) fn provisioners(&self, addr: &ResourceInstance) -> Option<(Provisioners<'_>, ModuleInstance)> {
        if let Some(block) = self.block(addr) {
            return Some((Provisioners::of_resource(block), addr.module.clone()));
        }
        let (path, block) = self.removed.get(&addr.config())?;
        let calls = addr.module.0.iter().take(path.0.len()).cloned().collect();
        Some((Provisioners::of_removed(block), ModuleInstance(calls)))
    }

    /// What the provisioner at a place among those of an object is told.
    pub(crate) fn provisioning(
        &self,
        addr: &ResourceInstance,
        place: usize,
        object: &Value,
    ) -> Option<(&Provisioner, Provisioning, Diagnostics)> {
        let (provisioners, module) = self.provisioners(addr)?;
        let provisioner = provisioners.all.get(place)?;
        let repetition = match provisioner.when {
            ProvisionWhen::Create => self.repetition(addr),
            // Nothing is expanded where objects go.
            ProvisionWhen::Destroy => Repetition::of_key(&addr.key),
        };
        let (told, troubles) =
            self.evaluator.provisioning(&module, (provisioners, provisioner), &repetition.with_self(object.clone()));
        Some((provisioner, told, troubles))
    }

    /// The body of an instance, with marks; wholly known, or there is an error.
    pub(crate) fn configuration(&self, addr: &ResourceInstance, schema: &Schema) -> (Value, Diagnostics) {
        let Some(block) = self.block(addr) else {
            let detail = format!("The block of {addr} is not in the configuration that is applied.");
            return (Value::dynamic(), Diagnostic::error("Configuration changed since the plan", detail).into());
        };
        let (value, mut troubles) =
            self.evaluator.decode_body(&addr.module, &block.body, &schema.block, &self.repetition(addr));
        if !troubles.has_errors() && !value.is_wholly_known() {
            let detail = format!("The configuration of {addr} still holds values that are not known.");
            troubles.push(
                Diagnostic::error("Configuration contains unknown value", detail)
                    .at(block.range.clone())
                    .about(addr.to_string()),
            );
        }
        (value, troubles)
    }

    /// Checks the preconditions of an instance: what was unknown while planning is known now.
    pub(crate) fn preconditions(&self, addr: &ResourceInstance) -> Diagnostics {
        match self.block(addr) {
            Some(block) => {
                self.conditions(addr, &block.lifecycle.preconditions, &self.repetition(addr), "precondition")
            }
            None => Diagnostics::new(),
        }
    }

    /// Checks the postconditions of an instance against its object.
    pub(crate) fn postconditions(&self, addr: &ResourceInstance, object: &Value) -> Diagnostics {
        match self.block(addr) {
            Some(block) if !block.lifecycle.postconditions.is_empty() => {
                let repetition = self.repetition(addr).with_self(object.clone());
                self.conditions(addr, &block.lifecycle.postconditions, &repetition, "postcondition")
            }
            _ => Diagnostics::new(),
        }
    }

    fn conditions(
        &self,
        addr: &ResourceInstance,
        rules: &[CheckRule],
        repetition: &Repetition,
        what: &str,
    ) -> Diagnostics {
        let mut troubles = Diagnostics::new();
        for rule in rules {
            let (outcome, found) = self.evaluator.check_resource(addr, rule, repetition);
            troubles.extend(found);
            if let Outcome::Failed(message) = outcome {
                troubles.push(
                    Diagnostic::error(format!("Resource {what} failed"), message)
                        .at(rule.condition.range())
                        .within(rule.range.clone())
                        .about(addr.to_string())
                        .failing(ConditionOf::Resource, addr.to_string()),
                );
            }
        }
        troubles
    }

    /// True for a `provider` block with `for_each`: it is no configuration itself.
    pub(crate) fn is_instanced(&self, provider: &ProviderConfig) -> bool {
        let block = self.tree.provider_block(provider).filter(|_| provider.key == InstanceKey::None);
        block.is_some_and(|block| block.for_each.is_some())
    }

    /// The configuration of a provider with the values known by now, unmarked.
    pub(crate) fn provider(&self, provider: &ProviderConfig, schema: &Block) -> (Value, Diagnostics) {
        let Some(block) = self.tree.provider_block(provider) else {
            return (configschema::empty_value(schema), Diagnostics::new());
        };
        let module = self.evaluator.module_of_provider(provider);
        let repetition = self.evaluator.provider_repetition(provider);
        let (value, troubles) = self.evaluator.decode_body(&module, &block.body, schema, &repetition);
        (value.unmark_deep().0, troubles)
    }
}

/// The `removed` blocks of resources that say what runs before the objects go.
fn removed_with_provisioners(tree: &ModuleTree) -> BTreeMap<ConfigResource, (ModulePath, RemovedBlock)> {
    let all = tree.modules.iter().flat_map(|(path, module)| module.removed.iter().map(move |block| (path, block)));
    let ours = all.filter(|(_, block)| !block.provisioners.is_empty());
    let named = ours.filter_map(|(path, block)| {
        let from = config::endpoint(&block.from.root)?;
        let (resource, _) = from.resource.clone()?;
        Some((ConfigResource { module: from.path(path), resource }, (path.clone(), block.clone())))
    });
    named.collect()
}
