//! What a run writes down before it does anything: what planning found out about the state.

use addrs::ResourceInstance;
use journal::{Begin, Record};
use plan::Plan;
use state::InstanceState;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The first records of an apply, and the addresses that they are about: whatever refresh, upgrade and moves made of
/// the state that was read.
pub(crate) fn first_records(plan: &Plan, begin: Begin) -> (Vec<Record>, BTreeSet<ResourceInstance>) {
    let mut records = vec![Record::Begin(begin)];
    let mut touched = BTreeSet::new();
    let (prior, now) = (&plan.prior.instances, &plan.refreshed.instances);
    let gone = prior.keys().filter(|addr| !now.contains_key(*addr));
    for addr in gone.chain(now.keys()) {
        let (before, after) = (prior.get(addr), now.get(addr));
        if same(before, after) {
            continue;
        }
        if let Some(before) = before {
            records.push(Record::Before { addr: addr.clone(), instance: Arc::new(before.clone()) });
        }
        records.push(Record::Refreshed { addr: addr.clone(), instance: after.cloned().map(Arc::new) });
        touched.insert(addr.clone());
    }
    (records, touched)
}

fn same(a: Option<&InstanceState>, b: Option<&InstanceState>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => state::instances_equal(a, b),
        (None, None) => true,
        _ => false,
    }
}
