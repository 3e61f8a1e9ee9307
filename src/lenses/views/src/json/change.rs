//! What is done with one object or output.

use super::plan::{importing, reason};
use super::values::{Members, index, known, member, mode, sensitive, text, unknown};
use addrs::{Mode, Provider, ResourceInstance};
use calls::ImportedBy;
use plan::{Action, Drift, InstanceChange, OutputChange, Plan};
use std::sync::Arc;
use value::json::Node;
use value::{Path, PathStep, Value};

/// `resource_changes`, in address order, no-ops included. Data sources only if they are read during the apply.
pub(crate) fn resource_changes(plan: &Plan) -> Vec<Node> {
    let shown = |change: &&InstanceChange| change.addr.resource.mode != Mode::Data || change.action == Action::Read;
    let mut changes: Vec<&InstanceChange> = plan.changes.iter().filter(shown).collect();
    // Terraform's order: the shorter path of modules first.
    changes.sort_by_key(|change| change.addr.module.0.len());
    changes.into_iter().map(|change| resource_change(plan, change)).collect()
}

fn resource_change(plan: &Plan, change: &InstanceChange) -> Node {
    let from = plan.moved.get(&change.addr).filter(|_| change.deposed.is_none());
    let mut members = named(&change.addr, from, &change.provider.provider);
    members.extend(change.deposed.as_ref().map(|key| text("deposed", key.clone())));
    let what = What {
        actions: actions(change.action),
        before: &change.before,
        after: &change.after,
        replace_paths: &change.replace_paths,
        importing: change.importing.as_ref(),
        generated: plan.generated.get(&change.addr),
    };
    members.push(member("change", what.node()));
    members.extend(reason(change.reason).map(|reason| text("action_reason", reason)));
    Node::Object(members)
}

/// `resource_drift`: what changed behind our back, and in a plan that changes no object also what was moved.
pub(crate) fn resource_drift(plan: &Plan) -> Vec<Node> {
    let provider = |addr: &ResourceInstance| plan.refreshed.instances.get(addr).map(|i| i.provider.provider.clone());
    let before = |addr: &ResourceInstance| {
        let from = plan.moved.get(addr).unwrap_or(addr);
        plan.prior.instances.get(from).map(|instance| instance.provider.provider.clone())
    };
    let drifted = |drift: &Drift| {
        let provider = provider(&drift.addr).or_else(|| before(&drift.addr));
        let mut members = named(&drift.addr, plan.moved.get(&drift.addr), &provider.unwrap_or_else(Provider::builtin));
        let actions = if drift.after.is_null() { &["delete"][..] } else { &["update"] };
        let what = What {
            actions,
            before: &drift.before,
            after: &drift.after,
            replace_paths: &[],
            importing: None,
            generated: None,
        };
        members.push(member("change", what.node()));
        Node::Object(members)
    };
    plan.drift.iter().map(drifted).collect()
}

fn named(addr: &ResourceInstance, from: Option<&ResourceInstance>, provider: &Provider) -> Members {
    let mut members = vec![text("address", addr.to_string())];
    members.extend(from.map(|from| text("previous_address", from.to_string())));
    if !addr.module.is_root() {
        members.push(text("module_address", addr.module.to_string()));
    }
    members.push(text("mode", mode(addr.resource.mode)));
    members.push(text("type", addr.resource.kind.clone()));
    members.push(text("name", addr.resource.name.clone()));
    members.extend(index(&addr.key).map(|key| member("index", key)));
    members.push(text("provider_name", provider.to_string()));
    members
}

/// What is done with an object.
pub(crate) struct What<'a> {
    pub(crate) actions: &'static [&'static str],
    pub(crate) before: &'a Value,
    pub(crate) after: &'a Value,
    pub(crate) replace_paths: &'a [Path],
    pub(crate) importing: Option<&'a ImportedBy>,
    /// The block that was written for it.
    pub(crate) generated: Option<&'a Arc<str>>,
}

impl What<'_> {
    pub(crate) fn node(&self) -> Node {
        let mut members = vec![member("actions", list(self.actions))];
        members.extend(known(self.before).map(|before| member("before", before)));
        members.extend(known(self.after).map(|after| member("after", after)));
        let wholly_known = self.after.is_wholly_known();
        let unknown = if wholly_known { Node::Object(Vec::new()) } else { unknown(self.after) };
        members.push(member("after_unknown", unknown));
        members.push(member("before_sensitive", sensitive(self.before)));
        members.push(member("after_sensitive", sensitive(self.after)));
        if !self.replace_paths.is_empty() {
            members.push(member("replace_paths", Node::Array(self.replace_paths.iter().map(path).collect())));
        }
        members.extend(self.importing.map(|by| member("importing", importing(by))));
        members.extend(self.generated.map(|block| text("generated_config", block.trim_end())));
        Node::Object(members)
    }
}

/// A path as a list of names, keys and places.
pub(crate) fn path(path: &Path) -> Node {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => Node::string(name.clone()),
        PathStep::Index(place) => Node::Number(place.to_string().into()),
    };
    Node::Array(path.0.iter().map(step).collect())
}

/// The words for an action.
pub(crate) fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::DeleteThenCreate => &["delete", "create"],
        Action::CreateThenDelete => &["create", "delete"],
        // OpenTofu's word: Terraform 1.11 has no such replacement.
        Action::ForgetThenCreate => &["forget", "create"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

fn list(words: &[&'static str]) -> Node {
    Node::Array(words.iter().map(|word| Node::string(*word)).collect())
}

/// The change of one root output. Whether it was or is sensitive is one question.
pub(crate) fn output_change(output: &OutputChange) -> Node {
    let mut members = vec![member("actions", list(actions(output.action)))];
    members.extend(known(&output.before).map(|before| member("before", before)));
    members.extend(known(&output.after).map(|after| member("after", after)));
    let wholly_known = output.after.is_wholly_known();
    members.push(member("after_unknown", if wholly_known { Node::Bool(false) } else { unknown(&output.after) }));
    members.push(member("before_sensitive", Node::Bool(output.sensitive)));
    members.push(member("after_sensitive", Node::Bool(output.sensitive)));
    Node::Object(members)
}
