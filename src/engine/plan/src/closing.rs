//! When an ephemeral resource is closed: after everything that needs it, through any number of expressions, has ended.

use addrs::{ConfigResource, Mode};
use eval::{ExprNode, ExpressionGraph};

/// The nodes that close ephemeral resources: they come behind all others.
#[derive(Default)]
pub(crate) struct Closing {
    /// What is closed, in the order of the nodes.
    pub(crate) resources: Vec<(usize, ConfigResource)>,
    /// For each the nodes that it waits for.
    needs: Vec<Vec<usize>>,
}

impl Closing {
    /// One node for each ephemeral resource.
    pub(crate) fn of(graph: &ExpressionGraph) -> Closing {
        let ephemeral = graph.nodes.iter().enumerate().filter_map(|(node, expression)| match expression {
            ExprNode::Resource(resource) if resource.resource.mode == Mode::Ephemeral => Some((node, resource.clone())),
            _ => None,
        });
        let resources: Vec<(usize, ConfigResource)> = ephemeral.collect();
        if resources.is_empty() {
            return Closing::default();
        }
        let nodes: Vec<usize> = resources.iter().map(|(node, _)| *node).collect();
        let needs = last_users(&graph.dependencies, &nodes);
        Closing { resources, needs }
    }

    /// What each node waits for, those that close included.
    pub(crate) fn dependencies(&self, graph: &ExpressionGraph) -> Vec<Vec<usize>> {
        graph.dependencies.iter().chain(&self.needs).cloned().collect()
    }

    /// The ephemeral resource that a node closes, and its own node.
    pub(crate) fn closes(&self, graph: &ExpressionGraph, node: usize) -> Option<&(usize, ConfigResource)> {
        self.resources.get(node.checked_sub(graph.nodes.len())?)
    }
}

/// For each of `opened` what its close waits for: of all that needs it only what nobody else needs, since that ends last;
/// and the close of others that need it. The close of the n-th of `opened` is known as `dependencies.len() + n`.
pub(crate) fn last_users(dependencies: &[Vec<usize>], opened: &[usize]) -> Vec<Vec<usize>> {
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); dependencies.len()];
    for (node, needs) in dependencies.iter().enumerate() {
        for need in needs {
            if let Some(dependents) = dependents.get_mut(*need) {
                dependents.push(node);
            }
        }
    }
    let of = |start: usize| {
        let mut seen = vec![false; dependencies.len()];
        let mut open = vec![start];
        let mut last = Vec::new();
        while let Some(node) = open.pop() {
            if seen.get_mut(node).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            let next = dependents.get(node).map_or(&[][..], Vec::as_slice);
            if next.is_empty() {
                last.push(node);
            }
            open.extend(next);
        }
        let users = opened.iter().enumerate().filter(|(_, node)| **node != start);
        let users = users.filter(|(_, node)| seen.get(**node).copied().unwrap_or(false));
        last.extend(users.map(|(n, _)| dependencies.len() + n));
        last.sort_unstable();
        last
    };
    opened.iter().map(|start| of(*start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_after_the_last_that_needs_it() {
        // 0 is needed by 1 and by 4 (ephemeral), which 2 needs; 3 is apart.
        let needs = [vec![], vec![0], vec![1, 4], vec![], vec![0], vec![4]];
        assert_eq!(last_users(&needs, &[0, 3, 4]), [vec![2, 5, 8], vec![3], vec![2, 5]]);
    }
}
