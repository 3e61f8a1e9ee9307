//! From records to a state.
//!
//! In two steps. *Replay* walks the records with one total `match` and knows for every address that they touch
//! all that the state has said about it, from the first `Before` on. *Merge* brings the last of these into the
//! state that is there now: an address that says anything from its history may take the newest; one that says
//! something else was changed by another tool, and is left alone and reported (decision 11). So a state that
//! has some or all of the records in it already folds to the same result.

mod replay;

use crate::{Begin, Intent, JournalError, Record};
use addrs::ResourceInstance;
use diag::Diagnostic;
use replay::Replay;
use state::{InstanceState, OutputState, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the records make of a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The state; its serial is one higher if its content is another.
    pub state: State,
    /// Intents without outcome, in the order of their numbers. They block their addresses.
    pub unresolved: Vec<Arc<Intent>>,
    /// What could not be folded, because another tool changed it meanwhile.
    pub conflicts: Vec<Conflict>,
    /// The last run that wrote into the journal; `None` for an empty journal.
    pub begin: Option<Begin>,
    /// Records that say the same as the unresolved part of the journal.
    rest: Vec<Record>,
}

impl Folded {
    /// The records that must outlive a fold that is safely in the state: those about unresolved intents. Empty
    /// when there are none; then the journal may go.
    pub fn carry_over(&self) -> &[Record] {
        &self.rest
    }
}

/// Something that the journal knows and the state cannot take.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// Another tool changed this address.
    Instance {
        /// Which address.
        addr: ResourceInstance,
        /// What the journal says; `None` when its objects are gone.
        ours: Option<Arc<InstanceState>>,
    },
    /// Another tool changed the outputs. The next apply writes them anew.
    Outputs,
}

impl From<&Conflict> for Diagnostic {
    fn from(conflict: &Conflict) -> Diagnostic {
        match conflict {
            Conflict::Instance { addr, ours } => {
                let ours = match ours {
                    None => "that its objects are gone".to_owned(),
                    Some(instance) => {
                        let current = if instance.current.is_some() { "a current object" } else { "no current object" };
                        match instance.deposed.len() {
                            0 => format!("{current} that the state does not show"),
                            n => format!("{current} and {n} deposed ones, other than the state shows"),
                        }
                    }
                };
                Diagnostic::error(
                    "Another tool changed the state during an interrupted run",
                    format!("The journal of the interrupted run knows {ours}; the state was left as the other tool wrote it."),
                )
                .about(addr.to_string())
                .next("Compare the state with what exists, import or remove objects as needed; the journal was kept.")
            }
            Conflict::Outputs => Diagnostic::warning(
                "Another tool changed the outputs during an interrupted run",
                "The outputs of the interrupted run were dropped.",
            )
            .next("The next apply computes all outputs anew."),
        }
    }
}

/// Brings the records into the state.
///
/// # Errors
/// For records that contradict each other, and for a journal of another lineage.
pub fn fold(prior: &State, records: &[Record]) -> Result<Folded, JournalError> {
    let mut replay = Replay::default();
    for (record, number) in records.iter().zip(1..) {
        replay.step(record).map_err(|wrong| wrong.at(number))?;
    }
    let Some(begin) = replay.begin.clone() else {
        let (unresolved, conflicts, rest) = (Vec::new(), Vec::new(), Vec::new());
        return Ok(Folded { state: prior.clone(), unresolved, conflicts, begin: None, rest });
    };
    if !prior.lineage.is_empty() && prior.lineage != begin.lineage {
        return Err(JournalError::OtherLineage {
            journal: begin.lineage.to_string(),
            state: prior.lineage.to_string(),
        });
    }
    let (mut state, conflicts) = merge(prior, &replay);
    if !state::content_equal(prior, &state) {
        state.serial = prior.serial + 1;
        state.lineage = begin.lineage.clone();
        state.terraform_version = begin.terraform_version.clone();
    }
    let rest = carry_over(&replay, &begin, state.serial);
    Ok(Folded { state, unresolved: replay.open.into_values().collect(), conflicts, begin: Some(begin), rest })
}

fn carry_over(replay: &Replay, begin: &Begin, serial: u64) -> Vec<Record> {
    if replay.open.is_empty() {
        return Vec::new();
    }
    let mut records = vec![Record::Begin(Begin { serial, ..begin.clone() })];
    let addrs: BTreeSet<&ResourceInstance> = replay.open.values().map(|intent| &intent.addr).collect();
    for addr in addrs {
        if let Some(instance) = replay.now(addr) {
            records.push(Record::Before { addr: addr.clone(), instance: instance.clone() });
        }
    }
    records.extend(replay.open.values().map(|intent| Record::Intent(intent.clone())));
    records.push(Record::End);
    records
}

fn merge(prior: &State, replay: &Replay) -> (State, Vec<Conflict>) {
    let mut state = prior.clone();
    let mut conflicts = Vec::new();
    for (addr, history) in &replay.instances {
        let there = prior.instances.get(addr);
        let Some(now) = history.last() else { continue };
        if same(there, now.as_deref()) {
            continue;
        }
        if !history.iter().any(|before| same(there, before.as_deref())) {
            conflicts.push(Conflict::Instance { addr: addr.clone(), ours: now.clone() });
            continue;
        }
        match now {
            Some(instance) => state.instances.insert(addr.clone(), (**instance).clone()),
            None => state.instances.remove(addr),
        };
    }
    merge_outputs(&mut state, &replay.outputs, &mut conflicts);
    // The verdict of another tool that applied meanwhile is newer than ours.
    let theirs = prior.check_results.as_deref();
    if let Some(now) = replay.checks.last()
        && replay.checks.iter().any(|before| state::check_results_equal(before.as_deref(), theirs))
    {
        state.check_results = now.clone();
    }
    (state, conflicts)
}

fn merge_outputs(state: &mut State, history: &[BTreeMap<Arc<str>, OutputState>], conflicts: &mut Vec<Conflict>) {
    let Some(now) = history.last().filter(|now| **now != state.outputs) else {
        return;
    };
    if history.contains(&state.outputs) {
        state.outputs = now.clone();
    } else {
        conflicts.push(Conflict::Outputs);
    }
}

fn same(a: Option<&InstanceState>, b: Option<&InstanceState>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => state::instances_equal(a, b),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
