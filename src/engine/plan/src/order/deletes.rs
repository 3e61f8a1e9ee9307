//! What waits for a delete, and what a delete waits for.

use super::{Deed, Deletion, Draft, Key, Work};
use crate::execution::{Join, Joined};
use crate::{Action, InstanceChange, Mode as PlanMode};
use addrs::{ConfigResource, ModuleInstance, ProviderConfig, ResourceInstance};
use std::collections::{BTreeMap, BTreeSet};

/// The deletes of one resource.
#[derive(Default)]
struct Deleted<'a> {
    providers: BTreeSet<&'a ProviderConfig>,
    first: bool,
    last: bool,
}

/// Edges between deletes, and between deletes and changes of what depended on them.
pub(super) fn delete_order(work: &Work<'_>, deletions: &[Deletion<'_>], draft: &mut Draft) {
    let mut deleted: BTreeMap<ConfigResource, Deleted<'_>> = BTreeMap::new();
    for deletion in deletions {
        let of = deleted.entry(deletion.addr.config()).or_default();
        of.providers.insert(deletion.provider);
        of.first |= !deletion.last;
        of.last |= deletion.last;
    }
    for deletion in deletions {
        for resource in deletion.dependencies {
            let Some(of) = deleted.get(resource) else { continue };
            let join = draft.step(Key::Join(join(Joined::DependentDeletes, resource, &deletion.addr.module)));
            draft.edge(join, deletion.step);
            if work.mode != PlanMode::Destroy && of.providers.iter().any(|p| *p != deletion.provider) {
                draft.droppable.push((join, deletion.step));
            }
        }
    }
    dependencies_change(work, deletions, draft);
    for change in work.changes {
        order_change(work, change, &deleted, draft);
    }
    for deletion in deletions {
        join_delete(deletion, draft);
    }
}

/// A create or update waits for the deletes of what depended on its object, or they wait for it; and a deposed object
/// goes when the current one of its address is done. Terraform gives up where this closes a cycle; here the edge goes.
fn dependencies_change(work: &Work<'_>, deletions: &[Deletion<'_>], draft: &mut Draft) {
    let mut changes: BTreeMap<&ResourceInstance, (usize, usize)> = BTreeMap::new();
    for change in work.changes.iter().filter(|c| c.deposed.is_none()) {
        if let Some(steps) = change_steps(work, change, draft) {
            changes.insert(&change.addr, steps);
        }
    }
    let changed: BTreeSet<ConfigResource> = changes.keys().map(|addr| addr.config()).collect();
    for deletion in deletions {
        for resource in deletion.dependencies.iter().filter(|r| changed.contains(r)) {
            let what = if deletion.last { Joined::Changes } else { Joined::DependentDeletesFirst };
            let join = draft.step(Key::Join(join(what, resource, &deletion.addr.module)));
            let (later, earlier) = if deletion.last { (deletion.step, join) } else { (join, deletion.step) };
            draft.edge(later, earlier);
            draft.droppable.push((later, earlier));
        }
        if let Some((_, end)) = changes.get(deletion.addr).filter(|_| deletion.deposed) {
            draft.edge(deletion.step, *end);
        }
    }
    for (addr, (begin, end)) in changes {
        let resource = addr.config();
        for within in [None, Some(addr.module.clone())] {
            let key = |what| Key::Join(Join { what, resource: resource.clone(), within: within.clone() });
            if let Some(deletes) = draft.find(&key(Joined::DependentDeletesFirst)) {
                draft.edge(begin, deletes);
            }
            if let Some(join) = draft.find(&key(Joined::Changes)) {
                draft.edge(join, end);
            }
        }
    }
}

/// The first and the last step of what makes or changes an object.
fn change_steps(work: &Work<'_>, change: &InstanceChange, draft: &Draft) -> Option<(usize, usize)> {
    let (begin, end) = match change.action {
        Action::Create | Action::DeleteThenCreate => (Deed::Create, Deed::Create),
        Action::Update => (Deed::Update, Deed::Update),
        Action::Read => (Deed::Read, Deed::Read),
        Action::CreateThenDelete | Action::ForgetThenCreate => {
            let key = work.deposed_keys.get(&change.addr).cloned().unwrap_or_default();
            (Deed::Depose(key), Deed::Create)
        }
        Action::NoOp | Action::Delete | Action::Forget => return None,
    };
    let step = |deed| draft.find(&Key::Instance(change.addr.clone(), deed));
    Some((step(begin)?, step(end)?))
}

/// A create or update waits for the deletes of what its object depended on, or they wait for it.
fn order_change(
    work: &Work<'_>,
    change: &InstanceChange,
    deleted: &BTreeMap<ConfigResource, Deleted<'_>>,
    draft: &mut Draft,
) {
    let Some((begin, end)) = change_steps(work, change, draft) else { return };
    // What is new or read has no object whose dependencies could be stored: there those of the configuration count.
    let own = matches!(change.action, Action::Create | Action::Read).then_some(&change.dependencies);
    let dependencies = own.or_else(|| work.stored.get(&(change.addr.clone(), None)));
    for resource in dependencies.iter().flat_map(|d| d.iter()) {
        let Some(of) = deleted.get(resource) else { continue };
        if of.first {
            let first = draft.step(Key::Join(join(Joined::DeletesFirst, resource, &change.addr.module)));
            draft.edge(begin, first);
            // What the object needed and needs no more cannot be missing when its replacement is made.
            if !change.dependencies.contains(resource) {
                draft.droppable.push((begin, first));
            }
        }
        if of.last {
            let changed = draft.step(Key::Join(join(Joined::DependentChanges, resource, &change.addr.module)));
            draft.edge(changed, end);
        }
    }
}

/// Ties a delete to the joins that were made for its resource.
fn join_delete(deletion: &Deletion<'_>, draft: &mut Draft) {
    let resource = deletion.addr.config();
    for within in [None, Some(deletion.addr.module.clone())] {
        let key = |what| Key::Join(Join { what, resource: resource.clone(), within: within.clone() });
        if let Some(join) = draft.find(&key(Joined::DependentDeletes)) {
            draft.edge(deletion.step, join);
        }
        let what = if deletion.last { Joined::DependentChanges } else { Joined::DeletesFirst };
        if let Some(join) = draft.find(&key(what)) {
            if deletion.last {
                draft.edge(deletion.step, join);
            } else {
                draft.edge(join, deletion.step);
            }
        }
    }
}

/// The join at which something in `viewer` meets the objects of `resource`: only those of its own module instance
/// when both stand in the same module (features-and-traps.md 67).
fn join(what: Joined, resource: &ConfigResource, viewer: &ModuleInstance) -> Join {
    let within = (!viewer.is_root() && resource.module == viewer.path()).then(|| viewer.clone());
    Join { what, resource: resource.clone(), within }
}
