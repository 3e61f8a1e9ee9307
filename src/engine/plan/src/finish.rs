//! From what was found out to the plan.

use crate::checks;
use crate::deferral::{self, Deferral};
use crate::graph::Graph;
use crate::model::{Complete, OutputChange, Plan, PlanInput};
use crate::order::{self, Work};
use crate::planner::Planner;
use crate::record::{ObjectAddr, Place, Record};
use crate::relevance::{self, Found};
use crate::{Action, ExecutionGraph, InstanceChange, Mode, instances, moves, targeting};
use addrs::{ConfigResource, PartialInstances, ResourceInstance};
use diag::{Diagnostic, Diagnostics};
use eval::{Checked, CheckedKind, ExprNode, Verdicts};
use state::DeposedKey;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Marks, Type, Value};

/// The plan, and all troubles in the order of the configuration.
pub(crate) fn finish(mut planner: Planner) -> (Plan, Diagnostics) {
    if planner.unfinished() > 0 && planner.is_done() && !planner.record.has_errors() {
        let detail = "Some expressions wait for each other, so none of them can be evaluated.";
        planner.record.trouble(Place::node(0), Diagnostic::error("Cycle", detail).into());
    }
    deferral::hold_back(&planner.input, &mut planner.deferral, &mut planner.record, &planner.moved);
    planner.record.trouble(Place::node(usize::MAX), unused_replacements(&planner));
    if !planner.graph.selection.is_partial() {
        removed_outputs(&planner.input, &mut planner.record);
    }
    let still = still_declared(&planner);
    planner.record.trouble(Place::node(usize::MAX), still);
    planner.record.trouble(Place::node(usize::MAX), targeting::in_effect(&planner.input.options.targeting));
    let functions = planner.evaluator.function_results();
    let checked = checked(&planner);
    let Planner { input, graph, mut record, output_nodes, read, moved, mut deferral, .. } = planner;
    let changes: Vec<InstanceChange> = std::mem::take(&mut record.changes).into_values().collect();
    record.trouble(Place::node(usize::MAX), forgotten(&changes));
    let execution = if record.has_errors() {
        ExecutionGraph::default()
    } else {
        let work = Work {
            expressions: &graph.expressions,
            changes: &changes,
            stored: &stored_dependencies(&input, &changes, &moved),
            deposed_keys: &deposed_keys(&input, &changes),
            outputs: &last_nodes(output_nodes, (&graph, &deferral), &changes, &checked),
            ephemeral: &record.ephemeral,
            mode: input.options.mode,
        };
        order::execution_graph(&work).unwrap_or_else(|cycle| {
            record.trouble(Place::node(usize::MAX), (*cycle).into());
            ExecutionGraph::default()
        })
    };
    deferral.announced.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
    deferral.awaited.sort_by(|a, b| a.block.cmp(&b.block));
    let complete = if record.has_errors() { Complete::Errored } else { Complete::Yes };
    let mut gone: Vec<Diagnostic> = Vec::new();
    // One error for all resources whose objects lost the same provider.
    let mut anew = |trouble: &Diagnostic| {
        let known = trouble.summary == instances::SUMMARY && gone.contains(trouble);
        gone.extend((trouble.summary == instances::SUMMARY).then(|| trouble.clone()));
        !known
    };
    let troubles = std::mem::take(&mut record.troubles).into_values().flatten().filter(|t| anew(t)).collect();
    let found = Found { changes: &changes, outputs: &record.outputs, values: &record.values };
    let relevant = relevance::relevant(&input, &found);
    let plan = Plan {
        mode: input.options.mode,
        changes,
        relevant,
        drift: record.drift.into_values().collect(),
        outputs: record.outputs,
        execution,
        refreshed: Arc::new(record.refreshed),
        prior: read,
        // What is destroyed counts from where it is by then.
        moved: if input.options.mode == Mode::Destroy { BTreeMap::new() } else { moved },
        provider_configs: record.provider_configs,
        values: record.values,
        functions,
        checked,
        complete,
        targeting: input.options.targeting,
        generated: BTreeMap::new(),
        left: deferral.blocks(&graph.expressions.nodes),
        awaited: deferral.awaited,
        deferred: deferral.announced,
    };
    (plan, troubles)
}

/// What is deferred has objects of which nobody knows yet.
fn without_open(planner: &Planner, all: &mut [Checked]) {
    let open = planner.deferral.announced.iter().filter(|deferred| deferred.addr.instance().is_none());
    let open = open.map(|deferred| (CheckedKind::Resource, deferred.addr.config().to_string()));
    let nodes = planner.graph.expressions.nodes.iter().filter(|node| planner.deferral.is_open(node));
    let open: BTreeSet<_> = open.chain(nodes.filter_map(checks::of)).collect();
    for checked in all.iter_mut().filter(|_| !open.is_empty()) {
        if open.contains(&(checked.kind, checked.config.clone())) {
            checked.objects = None;
        }
    }
}

/// What became of the conditions. Who destroys everything checks nothing; of outputs of the root module it is known all the
/// same that there is one each (measured with Terraform 1.11.4).
fn checked(planner: &Planner) -> Vec<Checked> {
    let mut all = planner.evaluator.checked();
    without_open(planner, &mut all);
    if planner.input.options.mode == Mode::Destroy {
        for checked in &mut all {
            let root_output = checked.kind == CheckedKind::Output && !checked.config.starts_with("module.");
            checked.objects = root_output.then(|| [(checked.config.clone(), Verdicts::new())].into());
        }
    } else if planner.graph.selection.is_partial() {
        // Of variables and resources that are left out nothing is known.
        let nodes = planner.graph.expressions.nodes.iter().enumerate();
        let counts = |what: &ExprNode| matches!(what, ExprNode::Variable(..) | ExprNode::Resource(_));
        let left_out = nodes.filter(|(node, what)| counts(what) && !planner.graph.is_needed(*node));
        let left_out: BTreeSet<_> = left_out.filter_map(|(_, what)| checks::of(what)).collect();
        for checked in &mut all {
            if left_out.contains(&(checked.kind, checked.config.clone())) {
                checked.objects = None;
            }
        }
    }
    all
}

/// What is moved elsewhere and wanted where it was. With targets nobody looks.
fn still_declared(planner: &Planner) -> Diagnostics {
    if planner.input.options.mode != Mode::Normal || planner.graph.selection.is_partial() {
        return Diagnostics::new();
    }
    let wanted = planner.record.changes.values().filter(|change| is_wanted(change)).map(|change| &change.addr);
    moves::still_declared(&planner.input, &wanted.collect::<Vec<_>>(), |path| planner.evaluator.module_instances(path))
}

/// Whether the configuration wants the object.
fn is_wanted(change: &InstanceChange) -> bool {
    !matches!(change.action, Action::Delete | Action::Forget)
}

/// Nodes that are evaluated by the apply for their own sake: outputs that change; checks, whose verdict may change with
/// anything; and whatever has a condition that could not be judged yet, also where nothing else of it changes.
fn last_nodes(
    mut outputs: BTreeSet<usize>,
    (graph, deferral): (&Graph, &Deferral),
    changes: &[InstanceChange],
    checked: &[Checked],
) -> BTreeSet<usize> {
    if changes.iter().any(|change| change.action != Action::NoOp) {
        let open = checks::open(checked);
        let wanted = |what: &ExprNode| {
            matches!(what, ExprNode::Check(..))
                || (!open.is_empty() && checks::of(what).is_some_and(|c| open.contains(&c)))
        };
        let nodes = graph.expressions.nodes.iter().enumerate();
        let runs = |node: usize| graph.is_needed(node) && !deferral.has(node);
        outputs.extend(nodes.filter(|(node, what)| wanted(what) && runs(*node)).map(|(node, _)| node));
    }
    outputs
}

/// Objects that are dropped from the state and live on: nobody else will tell.
fn forgotten(changes: &[InstanceChange]) -> Diagnostics {
    let line = |change: &InstanceChange| match change.action {
        Action::Forget => match &change.deposed {
            Some(key) => Some(format!(" - {} (deposed object {key})\n", change.addr)),
            None => Some(format!(" - {}\n", change.addr)),
        },
        Action::ForgetThenCreate => Some(format!(" - {} (the object that is replaced)\n", change.addr)),
        _ => None,
    };
    let objects: String = changes.iter().filter_map(line).collect();
    if objects.is_empty() {
        return Diagnostics::new();
    }
    let detail = format!(
        "If you apply this plan, drform will discard its tracking information for the following objects, but it will not \
         delete them:\n{objects}\nAfter applying this plan, drform will no longer manage these objects."
    );
    Diagnostic::warning("Some objects will no longer be managed by drform", detail)
        .next("To manage them again, import them.")
        .into()
}

/// The change of a root output (features-and-traps.md 108; the cases are Terraform's).
pub(crate) fn output_change(input: &PlanInput, name: &str, value: &Value, sensitive: bool) -> OutputChange {
    let stored = input.prior.outputs.get(name);
    let was_sensitive = stored.is_some_and(|o| o.sensitive);
    let before = stored.map_or_else(|| Value::null(Type::Dynamic), |o| o.value.clone());
    let bare = value.unmark_deep().0;
    let action = match stored {
        _ if bare.is_null() && before.is_null() => Action::NoOp,
        None => Action::Create,
        Some(_) if bare.is_wholly_known() && bare == before && sensitive == was_sensitive => Action::NoOp,
        Some(_) => Action::Update,
    };
    let hide = if was_sensitive { Marks::SENSITIVE } else { Marks::NONE };
    OutputChange { before: before.marked(hide), after: value.clone(), sensitive: sensitive || was_sensitive, action }
}

/// Outputs of the state that nobody declares any more; in destroy mode all of them.
fn removed_outputs(input: &PlanInput, record: &mut Record) {
    let declared = input.tree.root().map(|root| &root.outputs);
    for (name, stored) in &input.prior.outputs {
        let kept = declared.is_some_and(|outputs| outputs.contains_key(name));
        if kept && input.options.mode != Mode::Destroy {
            continue;
        }
        let hide = if stored.sensitive { Marks::SENSITIVE } else { Marks::NONE };
        let change = OutputChange {
            before: stored.value.clone().marked(hide),
            after: Value::null(Type::Dynamic),
            sensitive: stored.sensitive,
            action: Action::Delete,
        };
        record.outputs.insert(name.clone(), change);
    }
}

/// `-replace` addresses that name no instance of this plan: a mistake that would otherwise pass in silence
/// (features-and-traps.md 52).
fn unused_replacements(planner: &Planner) -> Diagnostics {
    let Planner { input, record, .. } = planner;
    let planned = input.options.replace.iter().filter(|addr| planner.graph.selection.plans(addr));
    let missing = planned.filter(|addr| record.change_of(addr).is_none());
    let missing = missing.filter(|_| input.options.mode == Mode::Normal && !record.has_errors());
    let later: PartialInstances = planner.deferral.announced.iter().map(|deferred| deferred.addr.clone()).collect();
    let missing = missing.filter(|addr| !later.contain(addr));
    let warnings = missing.map(|addr| {
        let first = (ResourceInstance { key: addrs::InstanceKey::None, ..addr.clone() }, None);
        let of_resource = record.changes.range(first..).map(|((other, _), _)| other);
        let of_resource = of_resource.take_while(|o| o.module == addr.module && o.resource == addr.resource);
        let names: Vec<String> = of_resource.take(5).map(ToString::to_string).collect();
        let detail = format!("Your force-replace request for {addr} doesn't match any resource instances.");
        let warning = Diagnostic::warning("Incompletely-matched force-replace resource instance", detail);
        match names.is_empty() {
            true => warning.next("Check the address: drform state list shows all of them."),
            false => warning.next(format!("Name one of the instances exactly, such as {}.", names.join(", "))),
        }
    });
    warnings.collect()
}

/// What each object that goes or changes depended on, from the state, under the addresses after moves.
fn stored_dependencies(
    input: &PlanInput,
    changes: &[InstanceChange],
    moved: &BTreeMap<ResourceInstance, ResourceInstance>,
) -> BTreeMap<ObjectAddr, Arc<[ConfigResource]>> {
    let renamed: BTreeMap<ConfigResource, ConfigResource> =
        moved.iter().map(|(to, from)| (from.config(), to.config())).collect();
    let acting = changes.iter().filter(|change| change.action != Action::NoOp);
    let found = acting.filter_map(|change| {
        let object = input.prior.object(&change.addr, change.deposed.as_ref())?;
        let dependencies = match renamed.is_empty() {
            true => object.dependencies.clone(),
            false => object.dependencies.iter().map(|d| renamed.get(d).unwrap_or(d).clone()).collect(),
        };
        Some(((change.addr.clone(), change.deposed.clone()), dependencies))
    });
    found.collect()
}

/// Keys for the objects that are set aside, chosen now so that the create and the delete agree
/// (features-and-traps.md 71).
fn deposed_keys(input: &PlanInput, changes: &[InstanceChange]) -> BTreeMap<ResourceInstance, DeposedKey> {
    let set_aside = |action| matches!(action, Action::CreateThenDelete | Action::ForgetThenCreate);
    let replaced = changes.iter().filter(|change| set_aside(change.action));
    replaced.map(|change| (change.addr.clone(), deposed_key(input, &change.addr))).collect()
}

/// Eight hexadecimal digits from the seed and the address, other than the keys that the instance has.
fn deposed_key(input: &PlanInput, addr: &ResourceInstance) -> DeposedKey {
    let taken: BTreeSet<&DeposedKey> =
        input.prior.instances.get(addr).map(|i| i.deposed.keys().collect()).unwrap_or_default();
    // FNV-1a over the address, started from the seed; then mixed once, because the last bytes of addresses that
    // differ in a digit would hardly move the upper bits.
    let text = addr.to_string();
    let start = 0xcbf2_9ce4_8422_2325 ^ input.seed;
    let hash = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    loop {
        let key: DeposedKey = format!("{:08x}", mixed >> 32).into();
        if !taken.contains(&key) {
            return key;
        }
        mixed = mixed.wrapping_add(1 << 32);
    }
}
