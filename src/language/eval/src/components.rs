//! Strongly connected components, and the shortest way round one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A node on the way down.
struct Frame {
    node: usize,
    next: usize,
}

/// The components of a graph, each after those that it depends on, its nodes ascending (Tarjan, without recursion:
/// chains of references are as long as people make them).
pub(crate) fn components(dependencies: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let n = dependencies.len();
    let mut number = vec![UNSEEN; n];
    let mut low = vec![UNSEEN; n];
    let mut waiting = vec![false; n];
    let mut stack: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    let mut counter = 0;
    let get = |list: &[usize], i: usize| list.get(i).copied().unwrap_or(UNSEEN);
    let set = |list: &mut [usize], i: usize, to: usize| {
        if let Some(place) = list.get_mut(i) {
            *place = to;
        }
    };
    for root in 0..n {
        if get(&number, root) != UNSEEN {
            continue;
        }
        let mut frames = vec![Frame { node: root, next: 0 }];
        while let Some(frame) = frames.last_mut() {
            let node = frame.node;
            if frame.next == 0 {
                set(&mut number, node, counter);
                set(&mut low, node, counter);
                counter += 1;
                stack.push(node);
                if let Some(place) = waiting.get_mut(node) {
                    *place = true;
                }
            }
            let target = dependencies.get(node).and_then(|targets| targets.get(frame.next)).copied();
            frame.next += 1;
            match target {
                Some(target) if get(&number, target) == UNSEEN => frames.push(Frame { node: target, next: 0 }),
                Some(target) if waiting.get(target).copied().unwrap_or(false) => {
                    let least = get(&low, node).min(get(&number, target));
                    set(&mut low, node, least);
                }
                Some(_) => {}
                None => {
                    frames.pop();
                    if let Some(parent) = frames.last() {
                        let least = get(&low, parent.node).min(get(&low, node));
                        set(&mut low, parent.node, least);
                    }
                    if get(&low, node) == get(&number, node) {
                        found.push(take_component(&mut stack, &mut waiting, node));
                    }
                }
            }
        }
    }
    found
}

fn take_component(stack: &mut Vec<usize>, waiting: &mut [bool], root: usize) -> Vec<usize> {
    let mut component = Vec::new();
    while let Some(node) = stack.pop() {
        if let Some(place) = waiting.get_mut(node) {
            *place = false;
        }
        component.push(node);
        if node == root {
            break;
        }
    }
    component.sort_unstable();
    component
}

/// The shortest cycle through the first of `members`, a strongly connected set: people can follow a short one.
pub(crate) fn shortest_cycle(members: &BTreeSet<usize>, targets: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let Some(&start) = members.first() else { return Vec::new() };
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for target in targets(node) {
            if target == start {
                let mut path = vec![node];
                let mut at = node;
                while let Some(&before) = came_from.get(&at) {
                    path.push(before);
                    at = before;
                }
                path.reverse();
                return path;
            }
            if let Entry::Vacant(place) = came_from.entry(target) {
                place.insert(node);
                queue.push_back(target);
            }
        }
    }
    members.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_come_first() {
        // 0 → 1 → 2, 3 ⇄ 4 → 2
        let found = components(&[vec![1], vec![2], vec![], vec![4], vec![2, 3]]);
        assert_eq!(found, [vec![2], vec![1], vec![0], vec![3, 4]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let n = 200_000;
        let chain: Vec<Vec<usize>> = (0..n).map(|i| if i + 1 < n { vec![i + 1] } else { Vec::new() }).collect();
        assert_eq!(components(&chain).len(), n);
    }

    #[test]
    fn the_shortest_way_round() {
        let edges = [vec![1, 2], vec![2], vec![0]];
        let path = shortest_cycle(&BTreeSet::from([0, 1, 2]), |n| edges[n].clone());
        assert_eq!(path, [0, 2]);
    }
}
