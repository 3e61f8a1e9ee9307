//! Which nodes are left to a later wave: those whose instances only an apply makes known, and what depends on them. The
//! model is that of Terraform's deferred actions; every node and every edge is visited once.

use crate::deferred::{Because, Deferred, Waiting};
use crate::planner::Planner;
use crate::record::Record;
use crate::{Action, InstanceChange, Mode, PlanInput, stored};
use addrs::{ConfigResource, ModuleInstance, ModulePath, PartialInstance, ResourceInstance, calls_below};
use diag::{Diagnostic, Diagnostics};
use eval::{Awaited, ExprNode, Reference, ReferenceStep, Referent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::Expression;
use value::{Origin, PathStep, Value};

/// What is deferred so far.
#[derive(Default)]
pub(crate) struct Deferral {
    /// For nodes that are deferred, wholly or in part: the resource, call or provider that it comes from.
    causes: BTreeMap<usize, Arc<str>>,
    /// Instances of callers in which the instances of a module are not known.
    calls: BTreeMap<ModulePath, Vec<(ModuleInstance, Arc<Waiting>)>>,
    /// What is waited for.
    pub(crate) awaited: Vec<Arc<Waiting>>,
    /// Something has unknown keys in a plan that has no waves.
    pub(crate) keys_unknown: bool,
    /// What is announced.
    pub(crate) announced: Vec<Deferred>,
}

impl Deferral {
    /// Whether a node is deferred, wholly or in part.
    pub(crate) fn has(&self, node: usize) -> bool {
        self.causes.contains_key(&node)
    }

    /// How many resources, calls and providers are deferred.
    pub(crate) fn blocks(&self, nodes: &[ExprNode]) -> usize {
        let is_block =
            |node: &&ExprNode| matches!(node, ExprNode::Resource(_) | ExprNode::ModuleCall(_) | ExprNode::Provider(_));
        self.causes.keys().filter_map(|node| nodes.get(*node)).filter(is_block).count()
    }

    /// What the first of some nodes that is deferred is deferred for.
    pub(crate) fn behind(&self, needs: &[usize]) -> Option<Arc<str>> {
        if self.causes.is_empty() {
            return None;
        }
        needs.iter().find_map(|need| self.causes.get(need)).cloned()
    }

    /// From now on a node is deferred.
    pub(crate) fn mark(&mut self, node: usize, cause: Arc<str>) {
        self.causes.entry(node).or_insert(cause);
    }

    /// The instances of a resource that may be in module instances that are not known yet.
    pub(crate) fn open_modules(&self, resource: &ConfigResource) -> Vec<(PartialInstance, Arc<Waiting>)> {
        let depth = if self.calls.is_empty() { 0 } else { resource.module.0.len() };
        let paths = (1..=depth).map(|calls| ModulePath(resource.module.0.iter().take(calls).cloned().collect()));
        let open = paths.filter_map(|path| self.calls.get(&path)).flatten();
        let all = open.map(|(caller, waiting)| {
            let below = calls_below(caller, &resource.module);
            (PartialInstance::all(caller.clone(), below, resource.resource.clone()), waiting.clone())
        });
        all.collect()
    }

    /// Whether it is not known which instances something has: it is in such a module, or itself such a resource.
    pub(crate) fn is_open(&self, node: &ExprNode) -> bool {
        let path = match node {
            ExprNode::Variable(path, _)
            | ExprNode::VariableRules(path, _)
            | ExprNode::Output(path, _)
            | ExprNode::Check(path, _) => path,
            ExprNode::Resource(resource) => &resource.module,
            _ => return false,
        };
        (1..=path.0.len())
            .any(|calls| self.calls.contains_key(&ModulePath(path.0.iter().take(calls).cloned().collect())))
    }
}

/// A module call is expanded. Where its instances are not known, it waits, if waiting helps.
pub(crate) fn expand_module(planner: &mut Planner, node: usize, path: &ModulePath) -> Diagnostics {
    let mut troubles = planner.evaluator.expand_module(path);
    let open = planner.evaluator.awaited_calls(path);
    let Some((parent, name)) = path.parent().filter(|_| !open.is_empty()) else { return troubles };
    for (caller, awaited) in open {
        let local = format!("module.{name}");
        let block = if caller.is_root() { local } else { format!("{caller}.{local}") };
        let call = planner.input.tree.module(&parent).and_then(|module| module.module_calls.get(&name));
        let expr = call.and_then(|call| call.count.as_ref().or(call.for_each.as_ref()).or(call.enabled.as_ref()));
        match waits(planner, &caller, expr, (&block, &awaited)) {
            Ok(Some(waiting)) => {
                planner.deferral.calls.entry(path.clone()).or_default().push((caller, waiting.clone()));
                planner.deferral.awaited.push(waiting);
                planner.deferral.mark(node, block.into());
            }
            Ok(None) => planner.deferral.keys_unknown = true,
            Err(trouble) => troubles.extend(trouble),
        }
    }
    troubles
}

/// What an expansion waits for; `None` where nobody needs to know.
///
/// # Errors
/// Nothing that this wave does would make it known.
pub(crate) fn waits(
    planner: &Planner,
    module: &ModuleInstance,
    expr: Option<&Expression>,
    (block, awaited): (&str, &Awaited),
) -> Result<Option<Arc<Waiting>>, Diagnostics> {
    match (planner.input.options.mode, expr) {
        // Whatever there is goes, or is looked at.
        (Mode::Destroy | Mode::RefreshOnly, _) => Ok(None),
        (Mode::Normal, Some(expr)) => {
            let references = eval::references(expr).0;
            if !references.iter().any(|reference| may_become_known(planner, &module.path(), reference)) {
                return Err(for_ever(awaited).into());
            }
            let on: BTreeSet<Arc<str>> = if awaited.origins.is_empty() {
                references.iter().flat_map(|reference| leads_to(planner, module, reference)).collect()
            } else {
                awaited.origins.iter().map(|origin| attribute(origin)).collect()
            };
            Ok(Some(Arc::new(Waiting {
                block: block.into(),
                argument: awaited.argument.into(),
                range: awaited.range.clone(),
                on: on.into_iter().collect(),
            })))
        }
        (Mode::Normal, None) => Err(awaited.refusal.clone().into()),
    }
}

/// Waiting would have no end.
fn for_ever(awaited: &Awaited) -> Diagnostic {
    awaited.refusal.clone().next(format!(
        "This plan does nothing that makes it known, so that it would never be: decide {} by values that are known while \
         planning, such as input variables.",
        awaited.argument
    ))
}

/// Whether something that a reference leads to changes in this wave, or is deferred itself.
fn may_become_known(planner: &Planner, module: &ModulePath, reference: &Reference) -> bool {
    let graph = &planner.graph;
    let nodes = match &reference.referent {
        Referent::Variable(name) => vec![ExprNode::Variable(module.clone(), name.clone())],
        Referent::Local(name) => vec![ExprNode::Local(module.clone(), name.clone())],
        Referent::Resource(resource) => {
            vec![ExprNode::Resource(ConfigResource { module: module.clone(), resource: resource.clone() })]
        }
        Referent::ModuleCall(name, Some(output)) => {
            let called = module.child(name.clone());
            vec![ExprNode::ModuleCall(called.clone()), ExprNode::Output(called, output.clone())]
        }
        Referent::ModuleCall(name, None) => {
            let called = module.child(name.clone());
            vec![ExprNode::ModuleCall(called.clone()), ExprNode::ModuleDone(called)]
        }
        _ => Vec::new(),
    };
    let changes = |resource: &ConfigResource| planner.record.changing(resource).is_some();
    nodes.iter().filter_map(|node| graph.expressions.find(node)).any(|node| {
        let own = match graph.expressions.nodes.get(node) {
            Some(ExprNode::Resource(resource)) => changes(resource),
            _ => false,
        };
        own || planner.deferral.has(node) || graph.dependencies_of(node).iter().any(changes)
    })
}

/// The attributes that a variable or local value waits for; other references as they are written.
fn leads_to(planner: &Planner, module: &ModuleInstance, reference: &Reference) -> Vec<Arc<str>> {
    let value = match &reference.referent {
        Referent::Variable(name) => planner.evaluator.variable_value(module, name),
        Referent::Local(name) => planner.evaluator.local_value(module, name),
        _ => None,
    };
    let origins = value.map(eval::origins).unwrap_or_default();
    if origins.is_empty() {
        return shown(reference).into_iter().collect();
    }
    origins.iter().map(|origin| attribute(origin)).collect()
}

/// A reference as it is written, as far as attributes go.
fn shown(reference: &Reference) -> Option<Arc<str>> {
    let named = match &reference.referent {
        Referent::Variable(name) => format!("var.{name}"),
        Referent::Local(name) => format!("local.{name}"),
        Referent::Resource(resource) => resource.to_string(),
        Referent::ModuleCall(name, _) => format!("module.{name}"),
        _ => return None,
    };
    let steps = reference.steps.iter().map_while(|step| match step {
        ReferenceStep::Attribute(name) => Some(format!(".{name}")),
        _ => None,
    });
    Some(steps.fold(named, |named, step| named + &step).into())
}

/// `aws_instance.db[0].id`
fn attribute(origin: &Origin) -> Arc<str> {
    match origin.path.0.first() {
        Some(PathStep::Attribute(name)) => format!("{}.{name}", origin.address).into(),
        _ => origin.address.clone(),
    }
}

/// Deletes of what a deferred object was made with come after that object's own wave: it may have to go first.
pub(crate) fn hold_back(
    input: &PlanInput,
    deferral: &mut Deferral,
    record: &mut Record,
    moved: &BTreeMap<ResourceInstance, ResourceInstance>,
) {
    let waiting = deferral.announced.iter().flat_map(|deferred| &deferred.there);
    let mut users: BTreeMap<ConfigResource, Arc<str>> = BTreeMap::new();
    let renamed: BTreeMap<ConfigResource, ConfigResource> =
        moved.iter().map(|(to, from)| (from.config(), to.config())).collect();
    for addr in waiting {
        let Some(instance) = input.prior.instances.get(addr) else { continue };
        for need in instance.current.iter().chain(instance.deposed.values()).flat_map(|o| o.dependencies.iter()) {
            let need = renamed.get(need).unwrap_or(need);
            users.entry(need.clone()).or_insert_with(|| addr.to_string().into());
        }
    }
    if users.is_empty() {
        return;
    }
    let held = record.changes.iter().filter(|(_, change)| change.action == Action::Delete);
    let held = held.filter_map(|(object, change)| Some((object.clone(), users.get(&change.addr.config())?.clone())));
    let held: Vec<_> = held.collect();
    for (object, user) in held {
        if let Some(change) = record.changes.remove(&object) {
            deferral.announced.push(held_delete(change, Because::Used(user)));
        }
    }
}

fn held_delete(change: InstanceChange, because: Because) -> Deferred {
    Deferred {
        addr: PartialInstance::one(&change.addr),
        deposed: change.deposed,
        provider: change.provider,
        schema: change.schema,
        action: Action::Delete,
        reason: change.reason,
        because,
        before: change.before,
        after: change.after,
        there: vec![change.addr],
        declared_at: change.declared_at,
    }
}

/// The object that the state has, as far as the schema understands it.
pub(crate) fn stored_value(
    input: &PlanInput,
    addr: &ResourceInstance,
    schema: &configschema::Schema,
    ty: &value::Type,
) -> Value {
    let object = input.prior.object(addr, None);
    object.and_then(|object| stored::decoded(schema, ty, object)).unwrap_or_else(|| Value::null(ty.clone()))
}
