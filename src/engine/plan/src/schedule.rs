//! Which node of a dependency graph may run next.

use std::collections::BTreeSet;

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Its result is there.
    Done,
    /// It failed: what depends on it never runs.
    Failed,
}

/// Counts down what each node waits for. Every edge is walked once.
///
/// Nodes from `closing` on run whatever happened to what they wait for: they end what was opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule {
    waits_for: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    failed: Vec<bool>,
    open: usize,
    closing: usize,
    started: Vec<bool>,
    stopped: bool,
}

impl Schedule {
    /// Takes, for each node, the nodes that it needs; indices outside the graph are ignored.
    pub(crate) fn new(dependencies: &[Vec<usize>]) -> Schedule {
        Schedule::with_closing(dependencies, dependencies.len())
    }

    /// The same; nodes from `closing` on always run.
    pub(crate) fn with_closing(dependencies: &[Vec<usize>], closing: usize) -> Schedule {
        let count = dependencies.len();
        let mut schedule = Schedule {
            closing,
            started: vec![false; count],
            stopped: false,
            waits_for: vec![0; count],
            dependents: vec![Vec::new(); count],
            ready: BTreeSet::new(),
            failed: vec![false; count],
            open: count,
        };
        for (node, needs) in dependencies.iter().enumerate() {
            for need in needs {
                if let Some(dependents) = schedule.dependents.get_mut(*need) {
                    dependents.push(node);
                    if let Some(waits) = schedule.waits_for.get_mut(node) {
                        *waits += 1;
                    }
                }
            }
        }
        schedule.ready = (0..count).filter(|n| schedule.waits_for.get(*n) == Some(&0)).collect();
        schedule
    }

    /// The first node that may run, if any. It runs until [`Schedule::finish`].
    pub(crate) fn next(&mut self) -> Option<usize> {
        let node = self.ready.pop_first()?;
        if let Some(started) = self.started.get_mut(node) {
            *started = true;
        }
        Some(node)
    }

    /// Nothing new starts any more but what closes things, and that only when [`Schedule::close_all`] says so.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
        self.ready.clear();
    }

    /// Everything that closes things and did not run yet may run.
    pub(crate) fn close_all(&mut self) {
        let started = &self.started;
        self.ready = (self.closing..started.len()).filter(|node| started.get(*node) == Some(&false)).collect();
    }

    /// Ends a node. Whatever depends on a failed one ends as failed with it, without ever running.
    pub(crate) fn finish(&mut self, node: usize, ending: Ending) {
        let mut ended = vec![(node, ending)];
        while let Some((node, ending)) = ended.pop() {
            self.open = self.open.saturating_sub(1);
            if ending == Ending::Failed
                && let Some(failed) = self.failed.get_mut(node)
            {
                *failed = true;
            }
            let dependents = self.dependents.get_mut(node).map(std::mem::take).unwrap_or_default();
            for dependent in dependents {
                if self.arrive(dependent, ending) {
                    ended.push((dependent, Ending::Failed));
                }
            }
        }
    }

    /// One of the needs of `node` ended. True when the node thereby ends as failed.
    fn arrive(&mut self, node: usize, ending: Ending) -> bool {
        let (Some(waits), Some(failed)) = (self.waits_for.get_mut(node), self.failed.get_mut(node)) else {
            return false;
        };
        *waits = waits.saturating_sub(1);
        *failed |= ending == Ending::Failed;
        if *waits > 0 {
            return false;
        }
        let runs = !*failed || node >= self.closing;
        if runs && !self.stopped {
            self.ready.insert(node);
        }
        !runs
    }

    /// How many nodes have not ended.
    pub(crate) fn open(&self) -> usize {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_run_after_their_needs_and_failures_spread() {
        let mut schedule = Schedule::new(&[vec![], vec![0], vec![0], vec![1, 2], vec![]]);
        assert_eq!([schedule.next(), schedule.next(), schedule.next()], [Some(0), Some(4), None]);
        schedule.finish(0, Ending::Done);
        assert_eq!([schedule.next(), schedule.next(), schedule.next()], [Some(1), Some(2), None]);
        schedule.finish(2, Ending::Failed);
        schedule.finish(4, Ending::Done);
        assert_eq!(schedule.open(), 2);
        schedule.finish(1, Ending::Done);
        assert_eq!((schedule.next(), schedule.open()), (None, 0));
    }
}
