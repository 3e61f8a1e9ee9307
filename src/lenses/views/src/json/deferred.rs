//! What a plan leaves to later waves: `deferred_changes` as Terraform's deferred actions have them, and under our own key
//! what they wait for.

use super::Message;
use super::change::{What, actions};
use super::plan::reason;
use super::values::{Members, index, member, mode, text};
use diag::{Range, SourceTexts};
use plan::{Action, Because, Deferred, Plan, Waiting};
use value::json::Node;

/// `deferred_changes`, in address order.
pub(crate) fn deferred_changes(plan: &Plan) -> Vec<Node> {
    let mut all: Vec<&Deferred> = plan.deferred.iter().collect();
    all.sort_by_key(|deferred| deferred.addr.config().module.0.len());
    let node = |deferred: &Deferred| {
        Node::Object(vec![text("reason", why(deferred)), member("resource_change", change(deferred))])
    };
    all.into_iter().map(node).collect()
}

fn change(deferred: &Deferred) -> Node {
    let Deferred { addr, provider, before, after, .. } = deferred;
    let mut members: Members = vec![text("address", addr.to_string())];
    let module = addr.module_text();
    if !module.is_empty() {
        members.push(text("module_address", module));
    }
    members.push(text("mode", mode(addr.resource.mode)));
    members.push(text("type", addr.resource.kind.clone()));
    members.push(text("name", addr.resource.name.clone()));
    match addr.instance() {
        Some(one) => members.extend(index(&one.key).map(|key| member("index", key))),
        None => members.push(member("index_unknown", Node::Bool(true))),
    }
    members.push(text("provider_name", provider.provider.to_string()));
    members.extend(deferred.deposed.as_ref().map(|key| text("deposed", key.clone())));
    let what =
        What { actions: actions(deferred.action), before, after, replace_paths: &[], importing: None, generated: None };
    members.push(member("change", what.node()));
    members.extend(reason(deferred.reason).map(|reason| text("action_reason", reason)));
    Node::Object(members)
}

/// The same in the stream, where Terraform 1.11 has no such message.
pub(crate) fn message(deferred: &Deferred) -> Message {
    let action = actions(deferred.action).first().copied().unwrap_or_default();
    let addr = deferred.addr.to_string();
    let change = vec![
        text("addr", addr.clone()),
        text("resource_type", deferred.addr.resource.kind.clone()),
        text("action", action),
        text("reason", why(deferred)),
    ];
    let said = format!("{addr}: Left to a later wave");
    Message::new("deferred_change", said, vec![("change", Node::Object(change))])
}

fn why(deferred: &Deferred) -> &'static str {
    match deferred.because {
        Because::Keys(_) => "instance_count_unknown",
        Because::Prerequisite(_) | Because::Used(_) => "deferred_prereq",
    }
}

/// The bounds of later waves, and what decides them.
pub(crate) fn waves(plan: &Plan, texts: &SourceTexts) -> Node {
    let deferred = plan.deferred.iter().map(bounds).collect();
    let awaited = plan.awaited.iter().map(|waiting| waits(waiting, texts)).collect();
    Node::object([("deferred", Node::Array(deferred)), ("awaited", Node::Array(awaited))])
}

fn bounds(deferred: &Deferred) -> Node {
    let list = |words: &[&str]| Node::Array(words.iter().map(|word| Node::string(*word)).collect());
    let may = match deferred.action {
        Action::Delete => list(&["delete"]),
        Action::Read => list(&["read"]),
        _ => list(&["create", "update"]),
    };
    let because = match &deferred.because {
        Because::Keys(waiting) => ("waits_for", waiting.block.clone()),
        Because::Prerequisite(of) => ("depends_on", of.clone()),
        Because::Used(by) => ("used_by", by.clone()),
    };
    Node::Object(vec![
        text("address", deferred.addr.to_string()),
        member("may", may),
        text(because.0, because.1),
        member("existing", Node::Array(deferred.there.iter().map(|addr| Node::string(addr.to_string())).collect())),
    ])
}

fn waits(waiting: &Waiting, texts: &SourceTexts) -> Node {
    Node::Object(vec![
        text("address", waiting.block.clone()),
        text("argument", waiting.argument.clone()),
        member("on", Node::Array(waiting.on.iter().cloned().map(Node::String).collect())),
        member("range", range(&waiting.range, texts)),
    ])
}

/// As diagnostics in JSON have it; columns count characters as diagnostics do.
fn range(range: &Range, texts: &SourceTexts) -> Node {
    let place = |byte: u32| {
        let number = |n: u64| Node::Number(n.to_string().into());
        let position = texts.position(&range.file, byte);
        let (line, column) = position.map_or((0, 0), |at| (u64::from(at.line), u64::from(at.column)));
        Node::object([("line", number(line)), ("column", number(column)), ("byte", number(u64::from(byte)))])
    };
    Node::Object(vec![
        text("filename", range.file.clone()),
        member("start", place(range.start)),
        member("end", place(range.end)),
    ])
}
