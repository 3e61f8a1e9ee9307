//! Which changes a data source waits for before it is read (features-and-traps.md 79).
//!
//! Managed resources that its block refers to directly, or names in its `depends_on`; of a module that is named there, and
//! behind the `depends_on` of a call on the way to its module, everything; and with conditions everything behind the block,
//! because a condition may be met only by the change.

use crate::PlanInput;
use crate::graph::{self, Graph};
use addrs::{ConfigResource, Mode, ModulePath, Resource};
use eval::{ExprNode, Referent};
use std::collections::{BTreeMap, BTreeSet};
use syntax::Expression;

/// For each data source the managed resources whose changes it waits for, in address order.
pub(crate) fn all(input: &PlanInput, graph: &Graph) -> BTreeMap<usize, Vec<ConfigResource>> {
    let nodes: BTreeMap<&ConfigResource, usize> = (graph.expressions.nodes.iter().enumerate())
        .filter_map(|(node, expression)| match expression {
            ExprNode::Resource(resource) => Some((resource, node)),
            _ => None,
        })
        .collect();
    let data = nodes.iter().filter(|(resource, _)| resource.resource.mode == Mode::Data);
    data.map(|(resource, node)| (*node, of(input, graph, &nodes, (resource, *node)))).collect()
}

fn of(
    input: &PlanInput,
    graph: &Graph,
    nodes: &BTreeMap<&ConfigResource, usize>,
    (resource, node): (&ConfigResource, usize),
) -> Vec<ConfigResource> {
    let mut found: BTreeSet<ConfigResource> = BTreeSet::new();
    let direct = graph.expressions.dependencies.get(node).into_iter().flatten();
    found.extend(direct.filter_map(|need| match graph.expressions.nodes.get(*need) {
        Some(ExprNode::Resource(resource)) => Some(resource.clone()),
        _ => None,
    }));
    let Some(block) = graph::declared(input, resource) else { return Vec::new() };
    if !block.lifecycle.preconditions.is_empty() || !block.lifecycle.postconditions.is_empty() {
        found.extend(graph.dependencies_of(node).iter().cloned());
    }
    let mut behind = |module: &ModulePath, expressions: &[Expression], own: bool| {
        for Named { resource, node, alone } in named(module, expressions, nodes) {
            if !(own && alone) {
                found.extend(graph.dependencies_of(node).iter().cloned());
            }
            found.insert(resource);
        }
    };
    behind(&resource.module, &block.depends_on, true);
    let mut module = resource.module.clone();
    while let Some((caller, name)) = module.parent() {
        if let Some(call) = input.tree.module(&caller).and_then(|m| m.module_calls.get(&name)) {
            behind(&caller, &call.depends_on, false);
        }
        module = caller;
    }
    found.into_iter().filter(|r| r.resource.mode == Mode::Managed).collect()
}

/// A resource that an entry of a `depends_on` names: by itself, or as a part of its module.
struct Named {
    resource: ConfigResource,
    node: usize,
    alone: bool,
}

/// The resources that entries of a `depends_on` name; of a module, all in it.
fn named(module: &ModulePath, expressions: &[Expression], nodes: &BTreeMap<&ConfigResource, usize>) -> Vec<Named> {
    let mut found = Vec::new();
    for reference in expressions.iter().flat_map(|e| eval::references(e).0) {
        match reference.referent {
            Referent::Resource(resource) => {
                let resource = ConfigResource { module: module.clone(), resource };
                found.extend(nodes.get(&resource).map(|node| Named { resource, node: *node, alone: true }));
            }
            Referent::ModuleCall(name, _) => {
                let inside = module.child(name);
                let first = Resource { mode: Mode::Data, kind: "".into(), name: "".into() };
                let first = ConfigResource { module: inside.clone(), resource: first };
                let all =
                    nodes.range::<ConfigResource, _>(&first..).take_while(|(r, _)| r.module.0.starts_with(&inside.0));
                found.extend(all.map(|(resource, node)| Named {
                    resource: (*resource).clone(),
                    node: *node,
                    alone: false,
                }));
            }
            _ => {}
        }
    }
    found
}
