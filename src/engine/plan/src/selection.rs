//! Which nodes are planned, and which of their instances: all, or what `-target` and `-exclude` leave.
//!
//! The rules are Terraform's (`-target`) and OpenTofu's (`-exclude`): a target takes along whole resources that it depends
//! on by references; of a resource that is a target itself only the instances that are named. Where everything is
//! destroyed the state tells what depends on what, and a target takes along what depends on it. Every node and every
//! edge is visited once, whatever the number of addresses.

use crate::targeting::{Addresses, Targeting};
use crate::{Mode, PlanInput, graph, lineage};
use addrs::{ConfigResource, Mode as ResourceMode, ModulePath, ResourceInstance};
use eval::{ExprNode, ExpressionGraph};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is planned.
#[derive(Default)]
pub(crate) enum Selection {
    /// Everything.
    #[default]
    All,
    /// Some nodes.
    Nodes(Nodes),
    /// In destroy mode some objects.
    Objects(Objects),
}

/// Some objects of the state.
pub(crate) struct Objects {
    instances: BTreeSet<ResourceInstance>,
    resources: BTreeSet<ConfigResource>,
}

/// Some nodes of the graph.
pub(crate) struct Nodes {
    run: Vec<bool>,
    /// Nodes some of whose instances may be left out.
    filtered: Vec<bool>,
    by_resource: BTreeMap<ConfigResource, usize>,
    addresses: Addresses,
    /// Whether the addresses say what is planned, or what is not.
    only: bool,
}

impl Selection {
    /// What the options leave of the graph.
    pub(crate) fn of(input: &PlanInput, expressions: &ExpressionGraph) -> Selection {
        let targeting = &input.options.targeting;
        let addresses = Addresses::of(targeting.addresses());
        match (targeting, input.options.mode) {
            (Targeting::All, _) => Selection::All,
            (Targeting::Only(_), Mode::Destroy) => objects(destroyed_with(input, &addresses)),
            (Targeting::Except(_), Mode::Destroy) => objects(destroyed_without(input, &addresses)),
            (Targeting::Only(_), _) => Selection::Nodes(only(input, expressions, addresses)),
            (Targeting::Except(_), _) => Selection::Nodes(except(input, expressions, addresses)),
        }
    }

    /// Whether something may be left out.
    pub(crate) fn is_partial(&self) -> bool {
        !matches!(self, Selection::All)
    }

    /// Whether a node runs, as far as targets decide it.
    pub(crate) fn runs(&self, node: usize, expression: &ExprNode) -> bool {
        match (self, expression) {
            (Selection::All, _) => true,
            (Selection::Nodes(nodes), _) => nodes.run.get(node).copied().unwrap_or(false),
            (Selection::Objects(objects), ExprNode::Resource(resource)) => objects.resources.contains(resource),
            (Selection::Objects(_), _) => true,
        }
    }

    /// Whether the current object of an instance is planned.
    pub(crate) fn plans(&self, addr: &ResourceInstance) -> bool {
        match self {
            Selection::All => true,
            Selection::Nodes(nodes) => nodes.plan(addr),
            Selection::Objects(objects) => objects.instances.contains(addr),
        }
    }

    /// Whether its deposed objects are: of what is only needed by others they stay.
    pub(crate) fn plans_deposed(&self, addr: &ResourceInstance) -> bool {
        match self {
            Selection::Nodes(nodes) => nodes.plan(addr) && nodes.addresses.contain(addr) == nodes.only,
            _ => self.plans(addr),
        }
    }
}

fn objects(instances: BTreeSet<ResourceInstance>) -> Selection {
    let resources = instances.iter().map(ResourceInstance::config).collect();
    Selection::Objects(Objects { instances, resources })
}

impl Nodes {
    fn plan(&self, addr: &ResourceInstance) -> bool {
        let named = || self.addresses.contain(addr) == self.only;
        match self.by_resource.get(&addr.config()) {
            Some(node) if !self.run.get(*node).copied().unwrap_or(false) => false,
            Some(node) => !self.filtered.get(*node).copied().unwrap_or(false) || named(),
            None => named(),
        }
    }
}

fn resources(expressions: &ExpressionGraph) -> impl Iterator<Item = (usize, &ConfigResource)> {
    expressions.nodes.iter().enumerate().filter_map(|(node, expression)| match expression {
        ExprNode::Resource(resource) => Some((node, resource)),
        _ => None,
    })
}

/// Resources that the state alone knows are planned when one of their instances is meant.
fn stored_and_undeclared(input: &PlanInput, is_meant: impl Fn(&ResourceInstance) -> bool) -> BTreeSet<ConfigResource> {
    let stored = input.prior.instances.keys().filter(|addr| is_meant(addr));
    stored.map(ResourceInstance::config).filter(|resource| graph::declared(input, resource).is_none()).collect()
}

fn only(input: &PlanInput, expressions: &ExpressionGraph, addresses: Addresses) -> Nodes {
    let undeclared = stored_and_undeclared(input, |addr| addresses.contain(addr));
    let mut filtered = vec![false; expressions.nodes.len()];
    for (node, resource) in resources(expressions) {
        let declared = graph::declared(input, resource).is_some();
        let meant = if declared { addresses.touch(resource) } else { undeclared.contains(resource) };
        set(&mut filtered, node, meant);
    }
    let starts = filtered.iter().enumerate().filter(|(_, meant)| **meant).map(|(node, _)| node);
    let run = reached(expressions, starts.collect());
    nodes(expressions, run, filtered, (addresses, true))
}

fn except(input: &PlanInput, expressions: &ExpressionGraph, addresses: Addresses) -> Nodes {
    let undeclared = stored_and_undeclared(input, |addr| !addresses.contain(addr));
    let mut excluded = vec![false; expressions.nodes.len()];
    // What depends on something that is left out, or some of whose instances are.
    let mut behind = vec![false; expressions.nodes.len()];
    for node in lineage::order(&expressions.dependencies) {
        let Some(expression) = expressions.nodes.get(node) else { continue };
        let needs = expressions.dependencies.get(node).into_iter().flatten();
        let depends = needs.copied().any(|need| get(&behind, need));
        let (left_out, touched) = match expression {
            ExprNode::Resource(resource) if graph::declared(input, resource).is_some() => {
                (addresses.cover(resource) || depends, addresses.touch(resource))
            }
            ExprNode::Resource(resource) => (!undeclared.contains(resource) || depends, false),
            _ => (false, false),
        };
        set(&mut excluded, node, left_out);
        set(&mut behind, node, left_out || touched || depends);
    }
    let mut filtered = vec![false; expressions.nodes.len()];
    for (node, _) in resources(expressions) {
        set(&mut filtered, node, !get(&excluded, node));
    }
    let starts = filtered.iter().enumerate().filter(|(_, meant)| **meant).map(|(node, _)| node);
    let run = reached(expressions, starts.collect());
    nodes(expressions, run, filtered, (addresses, false))
}

/// Which nodes are reached from some nodes: what they depend on, and with a variable what its rules refer to.
fn reached(expressions: &ExpressionGraph, starts: Vec<usize>) -> Vec<bool> {
    let rules: BTreeMap<(&ModulePath, &Arc<str>), usize> = (expressions.nodes.iter().enumerate())
        .filter_map(|(node, expression)| match expression {
            ExprNode::VariableRules(module, name) => Some(((module, name), node)),
            _ => None,
        })
        .collect();
    let mut reached = vec![false; expressions.nodes.len()];
    let mut open = starts;
    while let Some(node) = open.pop() {
        if get(&reached, node) {
            continue;
        }
        set(&mut reached, node, true);
        open.extend(expressions.dependencies.get(node).into_iter().flatten());
        if let Some(ExprNode::Variable(module, name)) = expressions.nodes.get(node) {
            open.extend(rules.get(&(module, name)));
        }
    }
    reached
}

/// What runs, and besides it outputs of the root module that depend on resources that run and on no others.
fn nodes(
    expressions: &ExpressionGraph,
    mut run: Vec<bool>,
    filtered: Vec<bool>,
    (addresses, only): (Addresses, bool),
) -> Nodes {
    let mut some = vec![false; run.len()];
    let mut others = vec![false; run.len()];
    for node in lineage::order(&expressions.dependencies) {
        for need in expressions.dependencies.get(node).into_iter().flatten() {
            let resource = matches!(expressions.nodes.get(*need), Some(ExprNode::Resource(_)));
            let has = get(&some, node) || get(&some, *need) || resource;
            let lacks = get(&others, node) || get(&others, *need) || (resource && !get(&run, *need));
            set(&mut some, node, has);
            set(&mut others, node, lacks);
        }
    }
    let outputs = expressions.nodes.iter().enumerate().filter(|(node, expression)| {
        let root = matches!(expression, ExprNode::Output(path, _) if path.is_root());
        root && get(&some, *node) && !get(&others, *node)
    });
    for (node, reached) in reached(expressions, outputs.map(|(node, _)| node).collect()).into_iter().enumerate() {
        let runs = get(&run, node) || reached;
        set(&mut run, node, runs);
    }
    let by_resource = resources(expressions).map(|(node, resource)| (resource.clone(), node)).collect();
    Nodes { run, filtered, by_resource, addresses, only }
}

fn get(of: &[bool], node: usize) -> bool {
    of.get(node).copied().unwrap_or(false)
}

fn set(of: &mut [bool], node: usize, value: bool) {
    if let Some(slot) = of.get_mut(node) {
        *slot = value;
    }
}

/// All objects of the state that are meant, and those that depend on them: they go first.
fn destroyed_with(input: &PlanInput, addresses: &Addresses) -> BTreeSet<ResourceInstance> {
    let mut dependents: BTreeMap<&ConfigResource, Vec<&ResourceInstance>> = BTreeMap::new();
    for (addr, instance) in &input.prior.instances {
        let objects = instance.current.iter().chain(instance.deposed.values());
        let needs: BTreeSet<&ConfigResource> = objects.flat_map(|object| object.dependencies.iter()).collect();
        needs.into_iter().for_each(|need| dependents.entry(need).or_default().push(addr));
    }
    let meant = input.prior.instances.keys().filter(|addr| addresses.contain(addr));
    // All instances of a resource in one module instance lead to the same objects.
    let mut gone_through = BTreeSet::new();
    spread(meant.collect(), |addr| match gone_through.insert((addr.module.clone(), addr.resource.clone())) {
        true => dependents.get(&addr.config()).into_iter().flatten().copied().collect(),
        false => Vec::new(),
    })
}

/// All objects of the state but those that are meant, and what these depend on.
fn destroyed_without(input: &PlanInput, addresses: &Addresses) -> BTreeSet<ResourceInstance> {
    let mut stored: BTreeMap<ConfigResource, Vec<&ResourceInstance>> = BTreeMap::new();
    for addr in input.prior.instances.keys() {
        stored.entry(addr.config()).or_default().push(addr);
    }
    let meant = input.prior.instances.keys().filter(|addr| addresses.contain(addr));
    let mut gone_through = BTreeSet::new();
    let kept = spread(meant.collect(), |addr| {
        let instance = input.prior.instances.get(addr);
        let objects = instance.into_iter().flat_map(|i| i.current.iter().chain(i.deposed.values()));
        let needs: BTreeSet<&ConfigResource> = objects.flat_map(|object| object.dependencies.iter()).collect();
        let anew = needs.into_iter().filter(|need| gone_through.insert((addr.module.clone(), (*need).clone())));
        let anew: Vec<&ConfigResource> = anew.collect();
        anew.into_iter().filter_map(|need| stored.get(need)).flatten().copied().collect()
    });
    input.prior.instances.keys().filter(|addr| !kept.contains(*addr)).cloned().collect()
}

/// What is reached from some objects. Objects in different instances of one module have nothing to do with each other
/// (features-and-traps.md 67).
fn spread<'a>(
    starts: Vec<&'a ResourceInstance>,
    mut next: impl FnMut(&ResourceInstance) -> Vec<&'a ResourceInstance>,
) -> BTreeSet<ResourceInstance> {
    let mut reached: BTreeSet<ResourceInstance> = BTreeSet::new();
    let mut open = starts;
    while let Some(addr) = open.pop() {
        if !reached.insert(addr.clone()) {
            continue;
        }
        let apart = |other: &ResourceInstance| other.module != addr.module && other.module.path() == addr.module.path();
        open.extend(
            next(addr).into_iter().filter(|other| other.resource.mode == ResourceMode::Managed && !apart(other)),
        );
    }
    reached
}
