//! What each resource depends on through any number of expressions, and what that means for the order of
//! replacements.

use addrs::ConfigResource;
use eval::{ExprNode, ExpressionGraph};
use std::collections::BTreeSet;
use std::sync::Arc;

/// For each node the resources that it depends on, transitively, in address order: what state files keep
/// (features-and-traps.md 66). Nodes that depend on the same resources share one list.
pub(crate) fn dependencies(graph: &ExpressionGraph, order: &[usize]) -> Vec<Arc<[ConfigResource]>> {
    let nothing: Arc<[ConfigResource]> = Arc::from(&[][..]);
    let mut known: Vec<Arc<[ConfigResource]>> = vec![nothing; graph.nodes.len()];
    for node in order {
        let needs = graph.dependencies.get(*node).map_or(&[][..], Vec::as_slice);
        let mut lists: Vec<&Arc<[ConfigResource]>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut resources: Vec<&ConfigResource> = Vec::new();
        for need in needs {
            if let Some(ExprNode::Resource(resource)) = graph.nodes.get(*need) {
                resources.push(resource);
            }
            if let Some(list) = known.get(*need).filter(|l| !l.is_empty())
                && seen.insert(list.as_ptr())
            {
                lists.push(list);
            }
        }
        let own = match graph.nodes.get(*node) {
            Some(ExprNode::Resource(resource)) => Some(resource),
            _ => None,
        };
        let united = match (lists.as_slice(), resources.is_empty()) {
            ([], true) => continue,
            ([one], true) => (*one).clone(),
            _ => {
                let all: BTreeSet<&ConfigResource> = lists
                    .iter()
                    .flat_map(|list| list.iter())
                    .chain(resources)
                    .filter(|resource| Some(*resource) != own)
                    .collect();
                all.into_iter().cloned().collect()
            }
        };
        if let Some(slot) = known.get_mut(*node) {
            *slot = united;
        }
    }
    known
}

/// Nodes in an order in which each comes after what it depends on; what is on a cycle is left out.
pub(crate) fn order(dependencies: &[Vec<usize>]) -> Vec<usize> {
    let mut schedule = crate::schedule::Schedule::new(dependencies);
    let mut order = Vec::with_capacity(dependencies.len());
    while let Some(node) = schedule.next() {
        order.push(node);
        schedule.finish(node, crate::schedule::Ending::Done);
    }
    order
}

/// Which nodes are reached from some nodes by their dependencies; the starts are among them. Create-before-destroy
/// spreads so (features-and-traps.md 65).
pub(crate) fn reached(graph: &ExpressionGraph, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut reached = vec![false; graph.nodes.len()];
    let mut open: Vec<usize> = starts.into_iter().collect();
    while let Some(node) = open.pop() {
        let Some(seen) = reached.get_mut(node) else { continue };
        if !std::mem::replace(seen, true) {
            open.extend(graph.dependencies.get(node).into_iter().flatten().copied());
        }
    }
    reached
}
