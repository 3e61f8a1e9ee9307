//! Which step may start next. Every edge of the execution graph is walked once.

use plan::{ExecutionGraph, Step};
use std::collections::BTreeSet;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What waits for it may start.
    Done,
    /// What waits for it never starts.
    Failed,
}

/// The steps that are not done yet.
#[derive(Debug)]
pub(crate) struct Schedule {
    waits_for: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    doomed: Vec<bool>,
    ready: BTreeSet<usize>,
    running: usize,
    started: Vec<bool>,
    /// Steps that end what others began: they run whatever happened to what they wait for.
    closing: Vec<bool>,
    stopped: bool,
}

impl Schedule {
    pub(crate) fn new(graph: &ExecutionGraph) -> Schedule {
        let count = graph.steps.len();
        let mut dependents = vec![Vec::new(); count];
        for (step, after) in graph.after.iter().enumerate() {
            for earlier in after {
                diag::invariant!(*earlier < count, "a step waits for one that is not there");
                if let Some(dependents) = dependents.get_mut(*earlier) {
                    dependents.push(step);
                }
            }
        }
        let waits_for: Vec<usize> = graph.after.iter().map(Vec::len).collect();
        let ready = waits_for.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(step, _)| step).collect();
        let closing = graph.steps.iter().map(|step| matches!(step, Step::Close(_))).collect();
        Schedule {
            waits_for,
            dependents,
            doomed: vec![false; count],
            ready,
            running: 0,
            started: vec![false; count],
            closing,
            stopped: false,
        }
    }

    /// The first step that may start. It runs until it is ended.
    pub(crate) fn next(&mut self) -> Option<usize> {
        let step = self.ready.pop_first()?;
        self.running += 1;
        if let Some(started) = self.started.get_mut(step) {
            *started = true;
        }
        Some(step)
    }

    /// Ends a running step.
    pub(crate) fn end(&mut self, step: usize, ending: Ending) {
        diag::invariant!(self.running > 0, "a step ends that did not run");
        self.running -= 1;
        let mut open = vec![(step, ending)];
        while let Some((ended, ending)) = open.pop() {
            let dependents = self.dependents.get_mut(ended).map(std::mem::take).unwrap_or_default();
            for step in dependents {
                if self.arrive(step, ending) {
                    open.push((step, Ending::Failed));
                }
            }
        }
    }

    /// One of the steps that `step` waits for ended. True when `step` will never start.
    fn arrive(&mut self, step: usize, ending: Ending) -> bool {
        let (Some(waits), Some(doomed)) = (self.waits_for.get_mut(step), self.doomed.get_mut(step)) else {
            return false;
        };
        *waits = waits.saturating_sub(1);
        *doomed |= ending == Ending::Failed;
        if *waits > 0 {
            return false;
        }
        let runs = !*doomed || self.closing.get(step).copied().unwrap_or(false);
        if runs && !self.stopped {
            self.ready.insert(step);
        }
        !runs
    }

    /// Nothing new starts any more but what closes things, and that only when [`Schedule::close_all`] says so.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
        self.ready.clear();
    }

    /// Everything that closes things and did not run yet may run.
    pub(crate) fn close_all(&mut self) {
        let all = self.closing.iter().zip(&self.started).enumerate();
        self.ready.extend(all.filter(|(_, (closes, started))| **closes && !**started).map(|(step, _)| step));
    }

    /// True when no step runs or can start.
    pub(crate) fn is_idle(&self) -> bool {
        self.ready.is_empty() && self.running == 0
    }

    /// Steps that never started: what they wait for failed, or everything was stopped.
    pub(crate) fn never_started(&self) -> impl Iterator<Item = usize> {
        self.started.iter().enumerate().filter(|(_, started)| !**started).map(|(step, _)| step)
    }
}
