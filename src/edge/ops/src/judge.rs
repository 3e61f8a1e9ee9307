//! Showing plans and states to the DR lens.

use crate::configuration::Configuration;
use crate::session::{Session, decoded};
use addrs::{InstanceKey, Mode, ProviderConfig, ResourceInstance};
use diag::{Diagnostic, Diagnostics};
use dr::{Declared, Observed, Presence, Report};
use plan::{Action, InstanceChange, Plan, Schemas};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;

/// What survives once the plan is applied.
pub(crate) fn after(plan: &Plan, configuration: &Configuration, schemas: &Schemas) -> (Report, Diagnostics) {
    let mut objects = left_alone(plan, schemas);
    objects.extend(left_for_later(plan, schemas));
    for change in &plan.changes {
        if change.deposed.is_some() || change.action == Action::Delete || change.addr.resource.mode != Mode::Managed {
            continue;
        }
        objects.push(observed(&change.addr, &change.after, &change.provider, &plan.provider_configs));
    }
    // What refers to an object that is deleted, replaced or gone refers to nothing.
    let leaves = |change: &&InstanceChange| change.action.destroys();
    let leaving = plan.changes.iter().filter(leaves).map(|change| (&change.addr, &change.before));
    for (addr, value) in leaving.chain(gone(plan)) {
        objects.push(Observed { addr: addr.clone(), value: value.clone(), region: None, presence: Presence::Former });
    }
    judge(objects, configuration)
}

/// Objects that the plan does not speak of, because of `-target` or `-exclude`: they are as the state has them.
fn left_alone(plan: &Plan, schemas: &Schemas) -> Vec<Observed> {
    if !plan.targeting.is_partial() {
        return Vec::new();
    }
    let later = plan.deferred.iter().flat_map(|deferred| &deferred.there);
    let planned: BTreeSet<&ResourceInstance> = plan.changes.iter().map(|change| &change.addr).chain(later).collect();
    let stored = plan.refreshed.instances.keys().filter(|addr| addr.resource.mode == Mode::Managed);
    let others = stored.filter(|addr| !planned.contains(addr)).filter_map(|addr| as_stored(plan, schemas, addr));
    others.collect()
}

/// An object as the state has it.
fn as_stored(plan: &Plan, schemas: &Schemas, addr: &ResourceInstance) -> Option<Observed> {
    let instance = plan.refreshed.instances.get(addr)?;
    let value = decoded(schemas, addr, &instance.provider, instance.current.as_ref()?)?;
    Some(observed(addr, &value, &instance.provider, &plan.provider_configs))
}

/// What later waves decide: objects that are there and may change, and those that may come.
fn left_for_later(plan: &Plan, schemas: &Schemas) -> Vec<Observed> {
    let mut all = Vec::new();
    for deferred in plan.deferred.iter().filter(|deferred| deferred.addr.resource.mode == Mode::Managed) {
        let there = deferred.there.iter().filter_map(|addr| as_stored(plan, schemas, addr));
        all.extend(there.map(|object| Observed { presence: Presence::Later, ..object }));
        let one = deferred.addr.instance();
        if one.as_ref().is_some_and(|one| deferred.there.contains(one)) {
            continue;
        }
        let addr = one.unwrap_or_else(|| {
            let below = deferred.addr.below.iter().map(|name| (name.clone(), any()));
            let module = addrs::ModuleInstance(deferred.addr.module.0.iter().cloned().chain(below).collect());
            ResourceInstance { module, resource: deferred.addr.resource.clone(), key: any() }
        });
        let object = observed(&addr, &deferred.after, &deferred.provider, &plan.provider_configs);
        all.push(Observed { presence: Presence::Later, ..object });
    }
    all
}

/// The key that stands for all that are not known yet.
fn any() -> InstanceKey {
    InstanceKey::String("*".into())
}

/// What survives before the plan is applied, from the refreshed objects.
pub(crate) fn before(plan: &Plan, configuration: &Configuration, schemas: &Schemas) -> Report {
    let mut objects = left_alone(plan, schemas);
    let there = plan.deferred.iter().flat_map(|deferred| &deferred.there);
    objects.extend(there.filter_map(|addr| as_stored(plan, schemas, addr)));
    for change in &plan.changes {
        if change.deposed.is_none() && !change.before.is_null() && change.addr.resource.mode == Mode::Managed {
            objects.push(observed(&change.addr, &change.before, &change.provider, &plan.provider_configs));
        }
    }
    for (addr, value) in gone(plan) {
        objects.push(Observed { addr: addr.clone(), value: value.clone(), region: None, presence: Presence::Missing });
    }
    judge(objects, configuration).0
}

/// What the state has and the plan did not find.
fn gone(plan: &Plan) -> impl Iterator<Item = (&ResourceInstance, &Value)> {
    plan.drift.iter().filter(|drift| drift.after.is_null()).map(|drift| (&drift.addr, &drift.before))
}

/// What a state survives: each object as `plan` found it, or as it was stored where the plan did not look. What the
/// plan did not find is missing: a copy that nothing can be read from.
pub(crate) fn stored(session: &Session, refreshed: Option<&Plan>) -> (Report, Diagnostics) {
    let nothing = BTreeMap::new();
    let blocks = refreshed.map_or(&nothing, |plan| &plan.provider_configs);
    let mut objects = Vec::new();
    for (addr, instance) in &session.storage.state().instances {
        if addr.resource.mode != Mode::Managed || instance.current.is_none() {
            continue;
        }
        let presence = match refreshed {
            Some(plan) if !is_found(plan, addr) => Presence::Missing,
            _ => Presence::Present,
        };
        // References to a missing object see an unknown one: what it was, the state says.
        let value = match refreshed.and_then(|plan| plan.values.get(addr)) {
            Some(value) if value.is_known() && !value.is_null() => value.clone(),
            _ => match session.decoded(addr) {
                Some(value) => value,
                None => continue,
            },
        };
        objects.push(Observed { presence, ..observed(addr, &value, &instance.provider, blocks) });
    }
    judge(objects, &session.configuration)
}

/// Whether the object is still there under this address or the one that it moves to. What could not be read counts as
/// there: the diagnostics say so.
fn is_found(plan: &Plan, addr: &ResourceInstance) -> bool {
    let moved_to = plan.moved.iter().find(|(_, from)| *from == addr).map(|(to, _)| to);
    plan.refreshed.object(moved_to.unwrap_or(addr), None).is_some()
}

/// Data sets of which the plan destroys every copy that can be read now, also where a new one takes its place: a new
/// disk is empty (CHG002).
pub(crate) fn last_copies(plan: &Plan, before: &Report) -> Diagnostics {
    let destroyed: BTreeSet<Arc<str>> = plan
        .changes
        .iter()
        .filter(|c| c.deposed.is_none() && c.action.destroys())
        .map(|c| c.addr.to_string().into())
        .collect();
    let emptied = before.datasets.iter().filter(|set| !set.readable.is_empty() && set.readable.is_subset(&destroyed));
    emptied
        .map(|set| {
            let copies: Vec<&str> = set.readable.iter().map(AsRef::as_ref).collect();
            let which = if copies.len() == 1 { "the only copy that can be read" } else { "all copies that can be read" };
            Diagnostic::warning(
                format!("This plan destroys {which} of {}", set.name),
                format!("Destroyed or replaced: {}. What is made instead is empty.", copies.join(", ")),
            )
            .next("Take a copy that the plan leaves alone, or keep one with lifecycle { prevent_destroy = true }, unless the data may go.")
        })
        .collect()
}

fn judge(objects: Vec<Observed>, configuration: &Configuration) -> (Report, Diagnostics) {
    let known: BTreeSet<Arc<str>> =
        objects.iter().filter(|o| o.presence != Presence::Former).map(|o| o.addr.to_string().into()).collect();
    let (declared, diagnostics) = Declared::read(&configuration.dr_files, &known);
    (dr::assess(&objects, &declared), diagnostics)
}

fn observed(
    addr: &ResourceInstance,
    value: &Value,
    provider: &ProviderConfig,
    blocks: &BTreeMap<ProviderConfig, Value>,
) -> Observed {
    let region = blocks.get(provider).and_then(|block| block.get("region")).and_then(Value::as_str).map(Arc::from);
    Observed { addr: addr.clone(), value: value.clone(), region, presence: Presence::Present }
}
