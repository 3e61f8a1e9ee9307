//! The plan for people, in Terraform's words.

use crate::difference::{Fate, Part, of_any, of_block, of_relevant};
use crate::later_text::later;
use crate::paint::{Paint, Symbol};
use crate::part_text::{full_text, masked, part_text, symbol, warning};
use crate::secrets::Secrets;
use crate::value_text::attribute_name;
use addrs::Mode as ResourceMode;
use plan::{Action, ActionReason, Drift, InstanceChange, Mode, Plan};
use std::collections::BTreeMap;
use value::{Path, Value};

/// Renders a plan; `colour` decides about escapes. Sensitive values never appear.
pub fn plan_text(plan: &Plan, colour: Colour) -> String {
    let secrets = Secrets::of_plan(plan);
    if !secrets.is_empty() {
        return shown_plan(&secrets.mask_plan(plan), colour);
    }
    shown_plan(plan, colour)
}

fn shown_plan(plan: &Plan, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let mut out = drift(plan, paint);
    if !plan.has_changes() && plan.complete == plan::Complete::Errored {
        // The errors say why; that nothing would change is not known.
        return out;
    }
    if !plan.has_changes() {
        out.push_str(&no_changes(plan, paint));
        return out;
    }
    let shown =
        |c: &&InstanceChange| c.action != Action::NoOp || moved_from(plan, c).is_some() || c.importing.is_some();
    if plan.changes.iter().any(|c| shown(&c)) {
        if plan.changes.iter().any(|c| c.action != Action::NoOp) {
            out.push_str(&legend(plan, paint));
        }
        let started = if plan.complete == plan::Complete::Yes { "drform will perform" } else { "drform planned" };
        let stopped = if plan.complete == plan::Complete::Yes { "" } else { ", but then encountered a problem" };
        out.push_str(&format!("\n{started} the following actions{stopped}:\n"));
        for change in listed(plan.changes.iter().filter(shown), |change| &change.addr) {
            out.push('\n');
            out.push_str(&change_text(plan, change, paint));
        }
        out.push_str(&summary(plan, paint));
    }
    let outputs = outputs(plan, paint);
    if plan.mode == Mode::RefreshOnly && !plan.drift.is_empty() && !outputs.is_empty() {
        out.push_str(&format!("\n{RULE}\n"));
    }
    out.push_str(&outputs);
    if plan.complete == plan::Complete::Yes {
        out.push_str(&later(plan, paint));
    }
    out
}

/// Below what changed elsewhere.
const RULE: &str = "─────────────────────────────────────────────────────────────────────────────";

/// In the order in which Terraform lists them: the root module, then all modules of one level, then those of the next.
fn listed<'a, T>(all: impl Iterator<Item = &'a T>, addr: impl Fn(&T) -> &addrs::ResourceInstance) -> Vec<&'a T> {
    let mut all: Vec<&T> = all.collect();
    all.sort_by_key(|one| addr(one).module.0.len());
    all
}

/// Whether to use escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Terminal escapes.
    Yes,
    /// Plain text.
    No,
}

fn no_changes(plan: &Plan, paint: Paint) -> String {
    let (title, detail) = match plan.mode {
        Mode::Destroy => (
            "No changes.",
            "No objects need to be destroyed.\n\nEither you have not created any objects yet or the existing objects were already deleted outside of drform.",
        ),
        Mode::RefreshOnly if plan.drift.is_empty() => (
            "No changes.",
            "Your infrastructure still matches the configuration.\n\ndrform has checked that the real remote objects still match the result of\nyour most recent changes, and found no differences.",
        ),
        _ => (
            "No changes.",
            "Your infrastructure matches the configuration.\n\ndrform has compared your real infrastructure against your configuration\nand found no differences, so no changes are needed.",
        ),
    };
    format!("\n{} {detail}\n", paint.green(&paint.bold(title)))
}

/// What changed behind our back, and nothing else: for `drform drift`.
pub fn drift_text(plan: &Plan, colour: Colour) -> String {
    let secrets = Secrets::of_plan(plan);
    if !secrets.is_empty() {
        return shown_drift(&secrets.mask_plan(plan), colour);
    }
    shown_drift(plan, colour)
}

fn shown_drift(plan: &Plan, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    if plan.drift.is_empty() {
        return "\nNo drift: everything in the state is as the state says.\n".into();
    }
    let gone = plan.drift.iter().filter(|d| d.after.is_null()).count();
    let changed = plan.drift.len() - gone;
    let mut out = drifted(plan.drift.iter().map(|drift| (drift, whole_drift(drift))), false, paint);
    out.push_str(&format!("\n{} {changed} changed, {gone} missing.\n", paint.bold("Drift:")));
    out
}

/// In a plan with changes, drift is context: that part of it which may have influenced them. In refresh-only mode it is the
/// content (features-and-traps.md 98).
fn drift(plan: &Plan, paint: Paint) -> String {
    if plan.mode == Mode::RefreshOnly {
        if plan.drift.is_empty() {
            return String::new();
        }
        return format!(
            "{}\n\nThis is a refresh-only plan, so drform will not take any actions to undo\nthese. If you were expecting these changes then you can apply this plan to\nrecord the updated values in the drform state without changing any remote\nobjects.\n",
            drifted(plan.drift.iter().map(|drift| (drift, whole_drift(drift))), true, paint)
        );
    }
    if !plan.has_changes() && plan.complete == plan::Complete::Yes {
        return String::new();
    }
    let mut relevant: BTreeMap<&addrs::ResourceInstance, Vec<Path>> = BTreeMap::new();
    for (addr, path) in &plan.relevant {
        relevant.entry(addr).or_default().push(path.clone());
    }
    let drifts = plan.drift.iter().filter_map(|drift| {
        let pair = there((&drift.before, &drift.after));
        let part = of_relevant(&drift.schema.block, pair, relevant.get(&drift.addr)?);
        (part.fate != Fate::Kept).then_some((drift, part))
    });
    let drifts: Vec<_> = drifts.collect();
    if drifts.is_empty() {
        return String::new();
    }
    format!(
        "{}\n\nUnless you have made equivalent changes to your configuration, or ignored the\nrelevant attributes using ignore_changes, the following plan may include\nactions to undo or respond to these changes.\n\n{RULE}\n",
        drifted(drifts.into_iter(), true, paint)
    )
}

fn whole_drift(drift: &Drift) -> Part {
    of_block(&drift.schema.block, there((&drift.before, &drift.after)), &[])
}

fn drifted<'a>(drifts: impl Iterator<Item = (&'a Drift, Part)>, for_plan: bool, paint: Paint) -> String {
    let mut out = String::from(
        "\nNote: Objects have changed outside of drform\n\ndrform detected the following changes made outside of drform since the\nlast \"drform apply\"",
    );
    out.push_str(if for_plan { " which may have affected this plan:\n" } else { ":\n" });
    let mut drifts: Vec<(&Drift, Part)> = drifts.collect();
    drifts.sort_by_key(|(drift, _)| drift.addr.module.0.len());
    for (drift, part) in &drifts {
        let (what, symbol) =
            if drift.after.is_null() { ("has been deleted", Symbol::Delete) } else { ("has changed", Symbol::Update) };
        out.push_str(&format!("\n{}\n", paint.bold(&format!("  # {} {what}", drift.addr))));
        out.push_str(&format!("{}{} {}\n", paint.symbol(symbol), header(&drift.addr), part_text(part, 0, paint)));
    }
    out
}

fn legend(plan: &Plan, paint: Paint) -> String {
    let mut out = String::from(
        "\ndrform used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n",
    );
    let mut rows = vec![
        (Action::Create, Symbol::Create, "create"),
        (Action::Update, Symbol::Update, "update in-place"),
        (Action::Delete, Symbol::Delete, "destroy"),
        (Action::DeleteThenCreate, Symbol::DeleteThenCreate, "destroy and then create replacement"),
        (Action::CreateThenDelete, Symbol::CreateThenDelete, "create replacement and then destroy"),
        (Action::ForgetThenCreate, Symbol::ForgetThenCreate, "forget and then create replacement"),
    ];
    // Terraform has no line for what removed blocks let go of.
    if plan.changes.iter().any(|change| change.action == Action::Forget && change.is_forgotten()) {
        rows.push((Action::Forget, Symbol::LetGo, "forget"));
    }
    rows.push((Action::Read, Symbol::Read, "read (data resources)"));
    for (action, symbol, words) in rows {
        if plan.changes.iter().any(|c| c.action == action) {
            out.push_str(&format!("{}{words}\n", paint.symbol(symbol)));
        }
    }
    out
}

/// The address that the object had before.
fn moved_from<'p>(plan: &'p Plan, change: &InstanceChange) -> Option<&'p addrs::ResourceInstance> {
    plan.moved.get(&change.addr).filter(|_| change.deposed.is_none())
}

fn change_text(plan: &Plan, change: &InstanceChange, paint: Paint) -> String {
    let moved_from = moved_from(plan, change);
    let addr = match &change.deposed {
        Some(key) => format!("{} (deposed object {key})", change.addr),
        None => change.addr.to_string(),
    };
    let title = match moved_from {
        Some(old) if change.action == Action::NoOp => format!("  # {old} has moved to {addr}"),
        _ if change.action == Action::NoOp && change.importing.is_some() => format!("  # {addr} will be imported"),
        _ if change.action == Action::Forget && change.is_forgotten() => {
            format!("  # {addr} will be removed from the drform state but will not be destroyed")
        }
        _ if change.action == Action::ForgetThenCreate => {
            format!("  # {addr} {} - older instance will not be destroyed (lifecycle.destroy = false)", becomes(change))
        }
        _ if change.action == Action::Forget => {
            let gone = "will no longer be managed by drform, but will not be destroyed";
            format!(" # {addr} {gone}\n # (destroy = false is set in the configuration)")
        }
        _ => format!("  # {addr} {}", becomes(change)),
    };
    let mut out = format!("{}\n", paint.bold(&title));
    let told = change.action == Action::Forget && !change.is_forgotten();
    if let Some(because) = because(change).filter(|_| !told) {
        out.push_str(&format!("  # {because}\n"));
    }
    if let Some(old) = moved_from.filter(|_| change.action != Action::NoOp) {
        out.push_str(&format!("  # (moved from {old})\n"));
    }
    if change.action == Action::NoOp && plan.generated.contains_key(&change.addr) {
        out.push_str("  # (config will be generated)\n");
    }
    if let Some(by) = change.importing.as_ref().filter(|_| change.action != Action::NoOp) {
        out.push_str(&match by.id() {
            Some(id) => format!("  # (imported from {id:?})\n"),
            // Terraform says no more of an identity.
            None => "  # (will be imported first)\n".into(),
        });
    }
    if change.importing.is_some() && change.action.is_replace() {
        out.push_str(&format!("  # {}\n", paint.yellow("Warning: this will destroy the imported resource")));
    }
    let symbol = match change.action {
        Action::Create => Symbol::Create,
        Action::Update => Symbol::Update,
        Action::Delete => Symbol::Delete,
        Action::DeleteThenCreate => Symbol::DeleteThenCreate,
        Action::CreateThenDelete => Symbol::CreateThenDelete,
        Action::Read => Symbol::Read,
        Action::ForgetThenCreate => Symbol::ForgetThenCreate,
        Action::Forget if change.is_forgotten() => Symbol::LetGo,
        Action::Forget => Symbol::Forget,
        Action::NoOp => Symbol::None,
    };
    let pair = there((&change.before, &change.after));
    let pair = match change.action {
        Action::Read => (None, pair.1),
        Action::Forget => (pair.0, pair.0),
        _ => pair,
    };
    let part = of_block(&change.schema.block, pair, &change.replace_paths);
    // Nobody has seen in a plan yet what an imported object is.
    let text = if change.importing.is_some() { full_text(&part, paint) } else { part_text(&part, 0, paint) };
    out.push_str(&format!("{}{} {text}\n", paint.symbol(symbol), header(&change.addr)));
    out
}

/// Objects that exist: none is null.
fn there<'v>(pair: (&'v Value, &'v Value)) -> (Option<&'v Value>, Option<&'v Value>) {
    (Some(pair.0).filter(|v| !v.is_null()), Some(pair.1).filter(|v| !v.is_null()))
}

pub(crate) fn header(addr: &addrs::ResourceInstance) -> String {
    let word = match addr.resource.mode {
        ResourceMode::Managed => "resource",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    };
    format!("{word} \"{}\" \"{}\"", addr.resource.kind, addr.resource.name)
}

fn becomes(change: &InstanceChange) -> &'static str {
    match (change.action, change.reason) {
        (Action::Create, _) => "will be created",
        (Action::Update, _) => "will be updated in-place",
        (Action::Delete, _) => "will be destroyed",
        (Action::Read, _) => "will be read during apply",
        (Action::Forget, _) => "will no longer be managed by drform, but will not be destroyed",
        (Action::NoOp, _) => "is unchanged",
        (_, ActionReason::ReplaceBecauseTainted) => "is tainted, so must be replaced",
        (_, ActionReason::ReplaceByRequest) => "will be replaced, as requested",
        (_, ActionReason::ReplaceByTriggers) => "will be replaced due to changes in replace_triggered_by",
        (_, _) => "must be replaced",
    }
}

fn because(change: &InstanceChange) -> Option<String> {
    let addr = &change.addr;
    let words = match change.reason {
        ActionReason::DeleteBecauseNoResourceConfig => {
            format!("(because {} is not in configuration)", addr.resource)
        }
        ActionReason::DeleteBecauseNoModule => format!("(because {} is not in configuration)", addr.module),
        ActionReason::DeleteBecauseWrongRepetition => match addr.key {
            addrs::InstanceKey::None => "(because resource uses count or for_each)".into(),
            addrs::InstanceKey::Int(_) => "(because resource does not use count)".into(),
            addrs::InstanceKey::String(_) => "(because resource does not use for_each)".into(),
        },
        ActionReason::DeleteBecauseCountIndex => format!("(because index {} is out of range for count)", addr.key),
        ActionReason::DeleteBecauseEachKey => format!("(because key {} is not in for_each map)", addr.key),
        ActionReason::DeleteBecauseDisabled => "(because enabled is false)".into(),
        ActionReason::ForgotBecauseLifecycleDestroyInConfig => {
            "(because lifecycle.destroy = false is set in the configuration)".into()
        }
        ActionReason::ForgotBecauseLifecycleDestroyInState => {
            "(because lifecycle.destroy = false was configured before this resource was removed from the configuration)"
                .into()
        }
        ActionReason::ReadBecauseConfigUnknown => "(config refers to values not yet known)".into(),
        ActionReason::ReadBecauseDependencyPending => "(depends on a resource or a module with changes pending)".into(),
        _ if change.deposed.is_some() => "(left over from a partially-failed replacement of this instance)".into(),
        _ => return None,
    };
    Some(words)
}

fn summary(plan: &Plan, paint: Paint) -> String {
    let (add, change, destroy) = plan.counts();
    let import = match plan.imported() {
        0 => String::new(),
        count => format!("{count} to import, "),
    };
    let forget = match plan.forgotten() {
        0 => String::new(),
        count => format!(", {count} to forget"),
    };
    format!("\n{} {import}{add} to add, {change} to change, {destroy} to destroy{forget}.\n", paint.bold("Plan:"))
}

fn outputs(plan: &Plan, paint: Paint) -> String {
    let changed: Vec<_> = plan.outputs.iter().filter(|(_, o)| o.action != Action::NoOp).collect();
    if changed.is_empty() {
        return String::new();
    }
    // In line with outputs that do not change too.
    let width = plan.outputs.keys().map(|name| attribute_name(name).len()).max().unwrap_or(0);
    let mut out = String::from("\nChanges to Outputs:\n");
    for (name, output) in changed {
        let (before, after) = (masked(&output.before, output.sensitive), masked(&output.after, output.sensitive));
        let part = of_any(there((&before, &after)));
        if part.fate == Fate::Kept {
            continue;
        }
        out.push_str(&warning(&part, 0));
        let (symbol, name) = (paint.symbol(symbol(part.fate)), attribute_name(name));
        out.push_str(&format!("{symbol}{name:width$} = {}\n", part_text(&part, 0, paint)));
    }
    if plan.changes.iter().all(|c| c.action == Action::NoOp) {
        out.push_str("\nYou can apply this plan to save these new output values to the drform\nstate, without changing any real infrastructure.\n");
    }
    out
}
