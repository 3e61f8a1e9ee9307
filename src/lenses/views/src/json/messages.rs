//! The stream of `-json`: what is planned and what came of it, message by message, UI version 1.2.
//!
//! A message is made when it is asked for, so that a plan of many changes is never held as text.

use super::values::{Members, index, known, member, text};
use addrs::{Mode, ResourceInstance};
use plan::{Action, ActionReason, Complete, Drift, InstanceChange, Plan};
use state::OutputState;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::{Escape, Layout, Node};

/// One line of the stream, but for its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    level: &'static str,
    text: String,
    kind: &'static str,
    members: Members,
}

impl Message {
    /// A message of a kind, with the members that it has besides those of all.
    pub fn new(kind: &'static str, text: impl Into<String>, members: Vec<(&'static str, Node)>) -> Message {
        let members = members.into_iter().map(|(name, node)| (name.into(), node)).collect();
        Message { level: "info", text: text.into(), kind, members }
    }

    /// A message of a kind that is an error.
    pub(super) fn error(kind: &'static str, text: impl Into<String>, members: Vec<(&'static str, Node)>) -> Message {
        Message { level: "error", ..Message::new(kind, text, members) }
    }

    /// The message with a text besides.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Message {
        self.members.push(text(name, value));
        self
    }

    /// What is said to whoever looks at the log: that it was interrupted, for example.
    pub fn log(text: &str) -> Message {
        Message::new("log", text.trim(), Vec::new())
    }

    /// A diagnostic, in the form of `validate -json`.
    pub fn diagnostic(diagnostic: &diag::DiagnosticJson) -> Message {
        let node = value::json::parse(&diag::go_json(diagnostic, false)).unwrap_or(Node::Null);
        let is_error = node.get("severity").and_then(Node::as_str) == Some("error");
        let (level, title) = if is_error { ("error", "Error") } else { ("warn", "Warning") };
        let summary = node.get("summary").and_then(Node::as_str).unwrap_or_default();
        let text = format!("{title}: {summary}");
        Message { level, ..Message::new("diagnostic", text, vec![("diagnostic", node)]) }
    }

    /// The line, without its end; `time` as in `2026-11-23T11:41:34.789804Z`.
    pub fn line(self, time: &str) -> String {
        let mut members = vec![
            text("@level", self.level),
            text("@message", self.text),
            text("@module", "terraform.ui"),
            text("@timestamp", time),
            text("type", self.kind),
        ];
        members.extend(self.members);
        members.sort_by(|a, b| a.0.cmp(&b.0));
        Node::Object(members).print_as(Layout::Compact, Escape::Html)
    }
}

/// The first message: who speaks, and in which version.
pub fn version(terraform: &str) -> Message {
    let members = vec![("terraform", Node::string(terraform)), ("ui", Node::string("1.2"))];
    Message::new("version", format!("Terraform {terraform}"), members)
}

/// Everything that a plan says, in order: drift, changes, their sum, outputs.
pub fn planned(plan: &Plan) -> impl Iterator<Item = Message> {
    let drift = plan.drift.iter().map(|drift| drifted(plan, drift));
    let moved = plan.moved.iter().filter(move |(addr, _)| is_only_moved(plan, addr));
    let moved = moved.map(|(addr, from)| drift_message(addr, Some(from), "move"));
    let shown = |change: &&InstanceChange| {
        let is_moved = change.deposed.is_none() && plan.moved.contains_key(&change.addr);
        let data_goes = change.action == Action::Delete && change.addr.resource.mode == Mode::Data;
        !data_goes && (change.action != Action::NoOp || is_moved || change.importing.is_some())
    };
    let changes = plan.changes.iter().filter(shown).map(|change| planned_change(plan, change));
    let (add, change, remove) = plan.counts();
    let sum = summary(&Sum { add, change, import: plan.imported(), remove }, "plan");
    let outputs = (!plan.outputs.is_empty()).then(|| planned_outputs(plan));
    let deferred = plan.deferred.iter().map(super::deferred::message);
    drift.chain(moved).chain(changes).chain(std::iter::once(sum)).chain(outputs).chain(deferred)
}

/// What an apply tells first of a plan that was saved: changes alone, not even their sum (measured with 1.11.4).
pub fn saved_changes(plan: &Plan) -> impl Iterator<Item = Message> {
    let shown = |change: &&InstanceChange| {
        let data_goes = change.action == Action::Delete && change.addr.resource.mode == Mode::Data;
        !data_goes && change.action != Action::NoOp
    };
    plan.changes.iter().filter(shown).map(|change| planned_change(plan, change))
}

/// In a plan that changes no object, a move is told as drift.
fn is_only_moved(plan: &Plan, addr: &ResourceInstance) -> bool {
    plan.mode == plan::Mode::RefreshOnly
        && plan.complete == Complete::Yes
        && !plan.drift.iter().any(|drift| drift.addr == *addr)
}

fn drifted(plan: &Plan, drift: &Drift) -> Message {
    let action = if drift.after.is_null() { "delete" } else { "update" };
    drift_message(&drift.addr, plan.moved.get(&drift.addr), action)
}

fn drift_message(addr: &ResourceInstance, from: Option<&ResourceInstance>, action: &'static str) -> Message {
    let mut change = vec![member("resource", resource(addr))];
    change.extend(from.map(|from| member("previous_resource", resource(from))));
    change.push(text("action", action));
    let shown = format!("{addr}: Drift detected ({action})");
    Message::new("resource_drift", shown, vec![("change", Node::Object(change))])
}

fn planned_change(plan: &Plan, planned: &InstanceChange) -> Message {
    let addr = &planned.addr;
    let from = plan.moved.get(addr).filter(|_| planned.deposed.is_none());
    let action = match planned.action {
        Action::NoOp if planned.importing.is_some() => "import",
        Action::NoOp if from.is_some() => "move",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    };
    let mut change = vec![member("resource", resource(addr))];
    change.extend(from.map(|from| member("previous_resource", resource(from))));
    change.push(text("action", action));
    change.extend(reason(planned.reason).map(|reason| text("reason", reason)));
    if let Some(by) = &planned.importing {
        change.push(member("importing", super::plan::importing(by)));
    }
    change.extend(plan.generated.get(addr).map(|block| text("generated_config", block.trim_end())));
    Message::new("planned_change", format!("{addr}: Plan to {action}"), vec![("change", Node::Object(change))])
}

/// Replacements have shorter words here than in a plan.
fn reason(reason: ActionReason) -> Option<&'static str> {
    Some(match reason {
        ActionReason::ReplaceBecauseTainted => "tainted",
        ActionReason::ReplaceByRequest => "requested",
        ActionReason::ReplaceByTriggers => "replace_triggered_by",
        ActionReason::ReplaceBecauseCannotUpdate => "cannot_update",
        other => return super::plan::reason(other),
    })
}

/// An address in its parts.
pub fn resource(addr: &ResourceInstance) -> Node {
    let local = ResourceInstance { module: addrs::ModuleInstance::ROOT, ..addr.clone() };
    let kind = &addr.resource.kind;
    let implied = kind.split_once('_').map_or(&**kind, |(provider, _)| provider);
    Node::Object(vec![
        text("addr", addr.to_string()),
        text("module", addr.module.to_string()),
        text("resource", local.to_string()),
        text("implied_provider", implied),
        text("resource_type", kind.clone()),
        text("resource_name", addr.resource.name.clone()),
        member("resource_key", index(&addr.key).unwrap_or(Node::Null)),
    ])
}

/// How many objects are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Made.
    pub add: usize,
    /// Changed in place.
    pub change: usize,
    /// Imported.
    pub import: usize,
    /// Destroyed.
    pub remove: usize,
}

/// What is changed all in all: `operation` is `plan`, `apply` or `destroy`.
pub fn summary(sum: &Sum, operation: &'static str) -> Message {
    let Sum { add, change, import, remove } = *sum;
    let shown = match (operation, import) {
        ("plan", 0) => format!("Plan: {add} to add, {change} to change, {remove} to destroy."),
        ("plan", _) => format!("Plan: {import} to import, {add} to add, {change} to change, {remove} to destroy."),
        ("destroy", _) => format!("Destroy complete! Resources: {remove} destroyed."),
        (_, 0) => format!("Apply complete! Resources: {add} added, {change} changed, {remove} destroyed."),
        _ => {
            format!("Apply complete! Resources: {import} imported, {add} added, {change} changed, {remove} destroyed.")
        }
    };
    let count = |count: usize| Node::Number(count.to_string().into());
    let changes = Node::Object(vec![
        member("add", count(add)),
        member("change", count(change)),
        member("import", count(import)),
        member("remove", count(remove)),
        text("operation", operation),
    ]);
    Message::new("change_summary", shown, vec![("changes", changes)])
}

fn planned_outputs(plan: &Plan) -> Message {
    let output = |(name, output): (&Arc<str>, &plan::OutputChange)| {
        let action = match output.action {
            Action::Create => "create",
            Action::Delete => "delete",
            Action::NoOp => "noop",
            _ => "update",
        };
        let members = vec![member("sensitive", Node::Bool(output.sensitive)), text("action", action)];
        (name.clone(), Node::Object(members))
    };
    outputs_message(plan.outputs.iter().map(output).collect())
}

/// Root outputs as they are now; of sensitive ones not the value.
pub fn outputs(outputs: &BTreeMap<Arc<str>, OutputState>) -> Message {
    let output = |(name, output): (&Arc<str>, &OutputState)| {
        let mut members = vec![
            member("sensitive", Node::Bool(output.sensitive)),
            member("type", value::json::type_to_json(&output.ty)),
        ];
        if !output.sensitive {
            members.push(member("value", known(&output.value).unwrap_or(Node::Null)));
        }
        (name.clone(), Node::Object(members))
    };
    outputs_message(outputs.iter().map(output).collect())
}

fn outputs_message(outputs: Members) -> Message {
    Message::new("outputs", format!("Outputs: {}", outputs.len()), vec![("outputs", Node::Object(outputs))])
}
