//! Builds the execution graph: which steps run, and what each waits for (features-and-traps.md 4.4).
//!
//! Edges are counted by what the state and the configuration list, never by pairs of instances: wherever many
//! steps wait for many others, they meet in a join.

mod deletes;

use self::deletes::delete_order;
use crate::closing::last_users;
use crate::execution::{ExecutionGraph, Join, Step};
use crate::{Action, InstanceChange, Mode as PlanMode};
use addrs::{ConfigResource, InstanceKey, Mode, ProviderConfig, ResourceInstance};
use diag::Diagnostic;
use eval::{ExprNode, ExpressionGraph};
use state::DeposedKey;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

/// What the steps are made from.
pub(crate) struct Work<'a> {
    /// Expressions and what each refers to.
    pub(crate) expressions: &'a ExpressionGraph,
    /// All changes.
    pub(crate) changes: &'a [InstanceChange],
    /// What each stored object depends on, by address and deposed key: destroy order follows the state
    /// (features-and-traps.md 66).
    pub(crate) stored: &'a BTreeMap<(ResourceInstance, Option<DeposedKey>), Arc<[ConfigResource]>>,
    /// Keys of the objects that `CreateThenDelete` sets aside.
    pub(crate) deposed_keys: &'a BTreeMap<ResourceInstance, DeposedKey>,
    /// Instances of ephemeral resources. Those are opened that something needs.
    pub(crate) ephemeral: &'a BTreeMap<ResourceInstance, ProviderConfig>,
    /// Root outputs that change: they are evaluated even when nothing else needs them.
    pub(crate) outputs: &'a BTreeSet<usize>,
    /// Data sources that stand in `check` blocks: they are read when everything else is done.
    pub(crate) in_checks: &'a BTreeSet<ConfigResource>,
    /// In destroy mode no resource is expanded.
    pub(crate) mode: PlanMode,
}

/// Identity of a step while the graph is built; its order makes the result deterministic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Evaluate(usize),
    Configure(ProviderConfig),
    Instance(ResourceInstance, Deed),
    Join(Join),
    Complete(ConfigResource),
    Close(ConfigResource),
}

/// What is done with one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Open,
    Read,
    Depose(DeposedKey),
    Create,
    Update,
    Delete(Option<DeposedKey>),
    Forget(Option<DeposedKey>),
}

/// One delete with what decides its place.
struct Deletion<'a> {
    step: usize,
    addr: &'a ResourceInstance,
    last: bool,
    deposed: bool,
    dependencies: &'a [ConfigResource],
    provider: &'a ProviderConfig,
}

/// Steps and edges so far.
#[derive(Default)]
struct Draft {
    keys: BTreeMap<Key, usize>,
    names: Vec<Key>,
    after: Vec<Vec<usize>>,
    /// Edges that may be dropped when they close a cycle: between deletes of different providers
    /// (features-and-traps.md 69), and to deletes of what is no longer needed.
    droppable: Vec<(usize, usize)>,
    essential: Vec<usize>,
}

impl Draft {
    fn step(&mut self, key: Key) -> usize {
        if let Some(step) = self.keys.get(&key) {
            return *step;
        }
        let step = self.names.len();
        self.names.push(key.clone());
        self.after.push(Vec::new());
        self.keys.insert(key, step);
        step
    }

    fn find(&self, key: &Key) -> Option<usize> {
        self.keys.get(key).copied()
    }

    /// `later` waits for `earlier`.
    fn edge(&mut self, later: usize, earlier: usize) {
        if later != earlier
            && let Some(after) = self.after.get_mut(later)
        {
            after.push(earlier);
        }
    }

    fn essential(&mut self, key: Key) -> usize {
        let step = self.step(key);
        self.essential.push(step);
        step
    }
}

/// Builds the graph.
///
/// # Errors
/// A diagnostic that names the members of a cycle.
pub(crate) fn execution_graph(work: &Work<'_>) -> Result<ExecutionGraph, Box<Diagnostic>> {
    let mut draft = Draft::default();
    expression_steps(work, &mut draft);
    let deletions = instance_steps(work, &mut draft);
    delete_order(work, &deletions, &mut draft);
    checked_last(work, &mut draft);
    open_steps(work, &mut draft);
    drop_unneeded(&mut draft);
    close_steps(&mut draft);
    let order = sort(work, &mut draft)?;
    Ok(numbered(work, &draft, &order))
}

/// What `check` blocks read waits for all that is made and changed.
fn checked_last(work: &Work<'_>, draft: &mut Draft) {
    let is_nested = |change: &&InstanceChange| work.in_checks.contains(&change.addr.config());
    let nested: Vec<&ResourceInstance> = work.changes.iter().filter(is_nested).map(|change| &change.addr).collect();
    if nested.is_empty() {
        return;
    }
    let managed = work.changes.iter().filter(|change| change.addr.resource.mode == Mode::Managed);
    let made: Vec<usize> = managed
        .flat_map(|change| deeds(work, change).into_iter().map(move |deed| (&change.addr, deed)))
        .filter(|(_, deed)| matches!(deed, Deed::Create | Deed::Update))
        .filter_map(|(addr, deed)| draft.find(&Key::Instance(addr.clone(), deed)))
        .collect();
    for addr in nested {
        let Some(read) = draft.find(&Key::Instance(addr.clone(), Deed::Read)) else { continue };
        made.iter().for_each(|made| draft.edge(read, *made));
    }
}

/// Steps for expressions, providers and resources, with edges as in the expression graph.
fn expression_steps(work: &Work<'_>, draft: &mut Draft) {
    let nodes = &work.expressions.nodes;
    for (node, needs) in work.expressions.dependencies.iter().enumerate() {
        let Some(start) = nodes.get(node).map(|n| draft.step(start_key(node, n))) else { continue };
        for need in needs {
            if let Some(key) = nodes.get(*need).map(|n| end_key(*need, n)) {
                let earlier = draft.step(key);
                draft.edge(start, earlier);
            }
        }
        if let Some(ExprNode::Resource(resource)) = nodes.get(node) {
            let complete = draft.step(Key::Complete(resource.clone()));
            draft.edge(complete, start);
        }
    }
    for output in work.outputs {
        draft.essential(Key::Evaluate(*output));
    }
}

fn start_key(node: usize, expression: &ExprNode) -> Key {
    match expression {
        ExprNode::Provider(provider) => Key::Configure(provider.clone()),
        _ => Key::Evaluate(node),
    }
}

fn end_key(node: usize, expression: &ExprNode) -> Key {
    match expression {
        ExprNode::Provider(provider) => Key::Configure(provider.clone()),
        ExprNode::Resource(resource) => Key::Complete(resource.clone()),
        _ => Key::Evaluate(node),
    }
}

/// Steps of every instance that changes; gives the deletes.
fn instance_steps<'a>(work: &'a Work<'a>, draft: &mut Draft) -> Vec<Deletion<'a>> {
    let expansions: BTreeMap<&ConfigResource, usize> = (work.expressions.nodes.iter().enumerate())
        .filter_map(|(node, expression)| match expression {
            ExprNode::Resource(resource) if work.mode != PlanMode::Destroy => Some((resource, node)),
            _ => None,
        })
        .collect();
    let deleted_last = kept_for_replacements(work);
    let mut deletions = Vec::new();
    for change in work.changes {
        let deeds = deeds(work, change);
        let mut previous = None;
        let configure = (!deeds.is_empty()).then(|| configure_step(&change.provider, draft));
        let resource = change.addr.config();
        for deed in deeds {
            let step = draft.essential(Key::Instance(change.addr.clone(), deed.clone()));
            if let Some(configure) = configure {
                draft.edge(step, configure);
            }
            if let Some(previous) = previous.replace(step) {
                draft.edge(step, previous);
            }
            match deed {
                Deed::Delete(_) => deletions.push(deletion(work, change, step, deleted_last.contains(&resource))),
                Deed::Forget(_) => {}
                Deed::Open | Deed::Read | Deed::Depose(_) | Deed::Create | Deed::Update => {
                    if let Some(expansion) = expansions.get(&resource) {
                        let expand = draft.step(Key::Evaluate(*expansion));
                        draft.edge(step, expand);
                    }
                    let complete = draft.step(Key::Complete(resource.clone()));
                    draft.edge(complete, step);
                }
            }
        }
    }
    deletions
}

/// The step that configures a provider; one of several of a block follows the block, which finds the keys.
fn configure_step(provider: &ProviderConfig, draft: &mut Draft) -> usize {
    let configure = draft.step(Key::Configure(provider.clone()));
    if provider.key != InstanceKey::None {
        let block = draft.step(Key::Configure(provider.block()));
        draft.edge(configure, block);
    }
    configure
}

/// Steps that open instances of ephemeral resources, between the expansion of the resource and what refers to it.
fn open_steps(work: &Work<'_>, draft: &mut Draft) {
    let nodes: BTreeMap<&ConfigResource, usize> = (work.expressions.nodes.iter().enumerate())
        .filter_map(|(node, expression)| match expression {
            ExprNode::Resource(resource) => Some((resource, node)),
            _ => None,
        })
        .collect();
    for (addr, provider) in work.ephemeral {
        let resource = addr.config();
        let open = draft.step(Key::Instance(addr.clone(), Deed::Open));
        let configure = configure_step(provider, draft);
        draft.edge(open, configure);
        if let Some(node) = nodes.get(&resource) {
            let expand = draft.step(Key::Evaluate(*node));
            draft.edge(open, expand);
        }
        let complete = draft.step(Key::Complete(resource));
        draft.edge(complete, open);
    }
}

/// What is opened is closed when the last step that needs it has ended.
fn close_steps(draft: &mut Draft) {
    let opened: Vec<(ConfigResource, usize)> = (draft.keys.iter())
        .filter_map(|(key, step)| match key {
            Key::Complete(resource) if resource.resource.mode == Mode::Ephemeral => Some((resource.clone(), *step)),
            _ => None,
        })
        .collect();
    if opened.is_empty() {
        return;
    }
    let steps: Vec<usize> = opened.iter().map(|(_, step)| *step).collect();
    let count = draft.names.len();
    let users = last_users(&draft.after, &steps);
    // The close of the n-th is known as `count + n`, which is the place that it gets.
    for ((resource, _), users) in opened.into_iter().zip(users) {
        let close = draft.essential(Key::Close(resource));
        diag::invariant!(close >= count, "every close is a new step");
        users.into_iter().for_each(|user| draft.edge(close, user));
    }
}

/// The deeds of a change, in their order.
fn deeds(work: &Work<'_>, change: &InstanceChange) -> Vec<Deed> {
    match change.action {
        Action::NoOp => Vec::new(),
        Action::Create => vec![Deed::Create],
        Action::Read => vec![Deed::Read],
        Action::Update => vec![Deed::Update],
        Action::Delete => vec![Deed::Delete(change.deposed.clone())],
        Action::Forget => vec![Deed::Forget(change.deposed.clone())],
        Action::DeleteThenCreate => vec![Deed::Delete(None), Deed::Create],
        Action::CreateThenDelete | Action::ForgetThenCreate => {
            let key = work.deposed_keys.get(&change.addr).cloned();
            diag::invariant!(key.is_some(), "{} is replaced without a key for its old object", change.addr);
            let key = key.unwrap_or_default();
            let last = match change.action {
                Action::ForgetThenCreate => Deed::Forget(Some(key.clone())),
                _ => Deed::Delete(Some(key.clone())),
            };
            vec![Deed::Depose(key), Deed::Create, last]
        }
    }
}

fn deletion<'a>(work: &'a Work<'a>, change: &'a InstanceChange, step: usize, keep: bool) -> Deletion<'a> {
    let key = (change.addr.clone(), change.deposed.clone());
    let plain = change.action == Action::Delete;
    Deletion {
        step,
        addr: &change.addr,
        last: change.action == Action::CreateThenDelete
            || change.deposed.is_some()
            || (plain && (change.create_before_destroy || keep)),
        deposed: change.deposed.is_some(),
        dependencies: work.stored.get(&key).map_or(&[], |d| d.as_ref()),
        provider: &change.provider,
    }
}

/// Resources that an object depended on which is replaced by creating first: the old object lives until then, so
/// what it needs is deleted last too, even if its own block is gone and never said so.
fn kept_for_replacements<'a>(work: &'a Work<'a>) -> BTreeSet<&'a ConfigResource> {
    (work.changes.iter().filter(|c| c.action == Action::CreateThenDelete))
        .filter_map(|c| work.stored.get(&(c.addr.clone(), None)))
        .flat_map(|dependencies| dependencies.iter())
        .collect()
}

/// Keeps the steps that change something, and what they wait for.
fn drop_unneeded(draft: &mut Draft) {
    let mut needed = vec![false; draft.names.len()];
    let mut open = draft.essential.clone();
    while let Some(step) = open.pop() {
        let Some(seen) = needed.get_mut(step) else { continue };
        if !std::mem::replace(seen, true) {
            open.extend(draft.after.get(step).into_iter().flatten().copied());
        }
    }
    let keep = |step: &usize| needed.get(*step).copied().unwrap_or(false);
    for (step, after) in draft.after.iter_mut().enumerate() {
        if keep(&step) {
            after.retain(keep);
            after.sort_unstable();
            after.dedup();
        } else {
            after.clear();
        }
    }
    draft.keys.retain(|_, step| keep(step));
}

/// The kept steps in an order that the edges allow, smallest key first.
fn sort(work: &Work<'_>, draft: &mut Draft) -> Result<Vec<usize>, Box<Diagnostic>> {
    let kept: Vec<usize> = draft.keys.values().copied().collect();
    let order = topological(&kept, &draft.after);
    if order.len() == kept.len() {
        return Ok(order);
    }
    let sorted: BTreeSet<usize> = order.into_iter().collect();
    for (later, earlier) in std::mem::take(&mut draft.droppable) {
        if !sorted.contains(&later)
            && !sorted.contains(&earlier)
            && let Some(after) = draft.after.get_mut(later)
        {
            after.retain(|a| *a != earlier);
        }
    }
    drop_unneeded(draft);
    let kept: Vec<usize> = draft.keys.values().copied().collect();
    let order = topological(&kept, &draft.after);
    if order.len() == kept.len() { Ok(order) } else { Err(Box::new(cycle(work, &kept, &order, draft))) }
}

/// Kahn's order; what is on or behind a cycle is left out. `steps` comes in key order, which decides among steps
/// that are free at the same time.
fn topological(steps: &[usize], after: &[Vec<usize>]) -> Vec<usize> {
    let mut rank = vec![0; after.len()];
    let mut waits = vec![0; after.len()];
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (place, step) in steps.iter().enumerate() {
        let earlier = after.get(*step).map_or(&[][..], Vec::as_slice);
        if let (Some(rank), Some(waits)) = (rank.get_mut(*step), waits.get_mut(*step)) {
            *rank = place;
            *waits = earlier.len();
        }
        for earlier in earlier {
            if let Some(dependents) = dependents.get_mut(*earlier) {
                dependents.push(*step);
            }
        }
    }
    let ranked = |step: usize| Reverse((rank.get(step).copied().unwrap_or(0), step));
    let mut free: BinaryHeap<_> = steps.iter().filter(|s| waits.get(**s) == Some(&0)).map(|s| ranked(*s)).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(Reverse((_, step))) = free.pop() {
        order.push(step);
        for dependent in dependents.get(step).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(*dependent) {
                *waits -= 1;
                if *waits == 0 {
                    free.push(ranked(*dependent));
                }
            }
        }
    }
    order
}

/// Names the members of one cycle among the steps that could not be ordered.
fn cycle(work: &Work<'_>, kept: &[usize], order: &[usize], draft: &Draft) -> Diagnostic {
    let sorted: BTreeSet<usize> = order.iter().copied().collect();
    let blocking =
        |step: usize| draft.after.get(step).into_iter().flatten().copied().find(|earlier| !sorted.contains(earlier));
    let mut walk: Vec<usize> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut at = kept.iter().copied().find(|step| !sorted.contains(step));
    while let Some(step) = at {
        if let Some(start) = seen.insert(step, walk.len()) {
            walk.drain(..start);
            break;
        }
        walk.push(step);
        at = blocking(step);
    }
    let mut names: Vec<String> = (walk.iter().rev())
        .filter_map(|step| match draft.names.get(*step) {
            Some(Key::Join(_)) | None => None,
            Some(key) => Some(describe(work, key)),
        })
        .collect();
    names.dedup();
    Diagnostic::error(
        "Cycle",
        format!("These steps wait for each other, so none of them can start: {}.", names.join(", ")),
    )
    .next(
        "Make the change in two runs: first the one that removes a dependency or a create_before_destroy, then the rest.",
    )
}

fn describe(work: &Work<'_>, key: &Key) -> String {
    match key {
        Key::Evaluate(node) => work.expressions.nodes.get(*node).map(ToString::to_string).unwrap_or_default(),
        Key::Configure(provider) => provider.to_string(),
        Key::Complete(resource) => resource.to_string(),
        Key::Close(resource) => format!("{resource} (close)"),
        Key::Join(join) => join.resource.to_string(),
        Key::Instance(addr, deed) => {
            let deed = match deed {
                Deed::Open => "open",
                Deed::Read => "read",
                Deed::Depose(_) => "set aside",
                Deed::Create => "create",
                Deed::Update => "update",
                Deed::Delete(_) => "destroy",
                Deed::Forget(_) => "forget",
            };
            format!("{addr} ({deed})")
        }
    }
}

/// The result: steps in order, numbered anew.
fn numbered(work: &Work<'_>, draft: &Draft, order: &[usize]) -> ExecutionGraph {
    let mut places = vec![0; draft.names.len()];
    for (place, step) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*step) {
            *slot = place;
        }
    }
    let mut graph = ExecutionGraph::default();
    for step in order {
        let Some(step_done) = draft.names.get(*step).and_then(|key| as_step(work, key)) else { continue };
        let mut after: Vec<usize> =
            draft.after.get(*step).into_iter().flatten().filter_map(|s| places.get(*s).copied()).collect();
        after.sort_unstable();
        graph.steps.push(step_done);
        graph.after.push(after);
    }
    graph
}

fn as_step(work: &Work<'_>, key: &Key) -> Option<Step> {
    Some(match key {
        Key::Evaluate(node) => Step::Evaluate(work.expressions.nodes.get(*node)?.clone()),
        Key::Configure(provider) => Step::Configure(provider.clone()),
        Key::Complete(resource) => Step::Complete(resource.clone()),
        Key::Close(resource) => Step::Close(resource.clone()),
        Key::Join(join) => Step::Join(join.clone()),
        Key::Instance(addr, deed) => {
            let addr = addr.clone();
            match deed {
                Deed::Open => {
                    let provider = work.ephemeral.get(&addr)?.clone();
                    Step::Open(addr, provider)
                }
                Deed::Read => Step::ReadData(addr),
                Deed::Depose(key) => Step::Depose(addr, key.clone()),
                Deed::Create => Step::Create(addr),
                Deed::Update => Step::Update(addr),
                Deed::Delete(key) => Step::Delete(addr, key.clone()),
                Deed::Forget(key) => Step::Forget(addr, key.clone()),
            }
        }
    })
}
