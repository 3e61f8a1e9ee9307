//! `terraform_data` configurations against recorded answers of Terraform 1.11.4.

use crate::support::{case, show};
use plan::{Action, ActionReason, InstanceChange, Mode};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Marks, PathStep, Value, json};

macro_rules! recorded {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(Recorded {
                main: include_str!(concat!("../oracle/", stringify!($name), "/main.tf")),
                module: include_str!(concat!("../oracle/", stringify!($name), "/m/main.tf")),
                state: include_str!(concat!("../oracle/", stringify!($name), "/terraform.tfstate")),
                arguments: include_str!(concat!("../oracle/", stringify!($name), "/arguments")),
                plan: include_str!(concat!("../oracle/", stringify!($name), "/plan.json")),
            });
        }
    )*};
}

recorded!(create create_before_destroy destroy ignore_on_replace moved no_change reasons refresh_only replace tainted);

struct Recorded {
    main: &'static str,
    module: &'static str,
    state: &'static str,
    arguments: &'static str,
    plan: &'static str,
}

fn check(recorded: Recorded) {
    let fixture = format!("{}\n#- m/main.tf\n{}", recorded.main, recorded.module);
    let mut case = case(&fixture).state_text(recorded.state);
    for argument in recorded.arguments.lines().filter(|l| !l.is_empty()) {
        case = match argument {
            "-destroy" => case.mode(Mode::Destroy),
            "-refresh-only" => case.mode(Mode::RefreshOnly),
            other => case.replace(other.strip_prefix("-replace=").expect("a known argument")),
        };
    }
    let run = case.run();
    assert!(!run.diagnostics.has_errors(), "{}", run.troubles());
    if run.plan.changes.iter().all(|change| change.action == Action::NoOp) {
        assert!(
            state::content_equal(&run.plan.prior, &run.plan.refreshed),
            "a state that Terraform wrote stays as it is"
        );
    }
    let oracle = json::parse(recorded.plan).unwrap();
    let previous: Vec<(String, String)> = (list(&oracle, "resource_changes").iter())
        .filter_map(|c| {
            let text = |name: &str| c.get(name).and_then(|n| n.as_str()).map(str::to_owned);
            Some((text("address")?, text("previous_address")?))
        })
        .collect();
    let moved: Vec<(String, String)> =
        run.plan.moved.iter().map(|(to, from)| (to.to_string(), from.to_string())).collect();
    assert_eq!(moved, previous);
    let theirs: Vec<String> = list(&oracle, "resource_changes").iter().map(their_change).collect();
    let ours: Vec<String> = run.plan.changes.iter().map(our_change).collect();
    assert_eq!(ours.join("\n"), theirs.join("\n"));
    // A difference we keep: before it destroys, Terraform plans normally and shows the outputs of that plan as those
    // before; we show what the state says.
    let brief = |text: String| match run.plan.mode {
        Mode::Destroy => text.split(' ').next().unwrap_or_default().to_owned(),
        _ => text,
    };
    let theirs: BTreeMap<String, String> =
        members(&oracle, "output_changes").iter().map(|(name, c)| (name.to_string(), brief(their_output(c)))).collect();
    let ours: BTreeMap<String, String> = (run.plan.outputs.iter())
        .map(|(name, c)| {
            // A value is hidden while it is secret on either side.
            let hide = |v: &Value| v.clone().marked(if c.sensitive { Marks::SENSITIVE } else { Marks::NONE });
            (name.to_string(), brief(line(actions(c.action), &hide(&c.before), &hide(&c.after))))
        })
        .collect();
    assert_eq!(ours, theirs);
    let drifted: Vec<String> = run.plan.drift.iter().map(|d| d.addr.to_string()).collect();
    let theirs: Vec<String> = list(&oracle, "resource_drift")
        .iter()
        .map(|d| d.get("address").unwrap().as_str().unwrap().to_string())
        .collect();
    assert_eq!(drifted, theirs);
}

fn list(node: &json::Node, name: &str) -> Vec<json::Node> {
    node.get(name).and_then(|n| n.as_array()).map(<[_]>::to_vec).unwrap_or_default()
}

fn members(node: &json::Node, name: &str) -> Vec<(Arc<str>, json::Node)> {
    node.get(name).and_then(|n| n.as_object()).map(<[_]>::to_vec).unwrap_or_default()
}

fn our_change(change: &InstanceChange) -> String {
    let reason = match change.reason {
        ActionReason::None => "",
        ActionReason::ReplaceBecauseTainted => " replace_because_tainted",
        ActionReason::ReplaceByRequest => " replace_by_request",
        ActionReason::ReplaceByTriggers => " replace_by_triggers",
        ActionReason::ReplaceBecauseCannotUpdate => " replace_because_cannot_update",
        ActionReason::DeleteBecauseNoResourceConfig => " delete_because_no_resource_config",
        ActionReason::DeleteBecauseNoMoveTarget => " delete_because_no_move_target",
        ActionReason::DeleteBecauseNoModule => " delete_because_no_module",
        ActionReason::DeleteBecauseWrongRepetition => " delete_because_wrong_repetition",
        ActionReason::DeleteBecauseCountIndex => " delete_because_count_index",
        ActionReason::DeleteBecauseEachKey => " delete_because_each_key",
        ActionReason::DeleteBecauseDisabled => " delete_because_enabled_false",
        ActionReason::ForgotBecauseLifecycleDestroyInConfig => " forgot_because_lifecycle_destroy_in_config",
        ActionReason::ForgotBecauseLifecycleDestroyInState => " forgot_because_lifecycle_destroy_in_state",
        ActionReason::ReadBecauseConfigUnknown => " read_because_config_unknown",
        ActionReason::ReadBecauseDependencyPending => " read_because_dependency_pending",
        ActionReason::ReadBecauseCheckNested => " read_because_check_nested",
    };
    let paths: Vec<String> = change.replace_paths.iter().map(|p| format!(" replace:{p}")).collect();
    format!("{}{reason}{} {}", change.addr, paths.join(""), line(actions(change.action), &change.before, &change.after))
}

fn their_change(change: &json::Node) -> String {
    let text = |name: &str| change.get(name).and_then(|n| n.as_str()).unwrap_or_default().to_owned();
    let reason = text("action_reason");
    let reason = if reason.is_empty() { reason } else { format!(" {reason}") };
    let change_of = change.get("change").unwrap();
    let paths: Vec<String> = list(change_of, "replace_paths")
        .iter()
        .map(|p| format!(" replace:{}", p.as_array().unwrap()[0].as_str().unwrap()))
        .collect();
    format!("{}{reason}{} {}", text("address"), paths.join(""), their_output(change_of))
}

fn actions(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate => "delete,create",
        Action::CreateThenDelete => "create,delete",
        Action::ForgetThenCreate => "forget,create",
        Action::Delete => "delete",
        Action::Forget => "forget",
    }
}

fn line(actions: &str, before: &Value, after: &Value) -> String {
    let (mut known, mut unknown, mut secret) = (BTreeMap::new(), Vec::new(), Vec::new());
    flatten(before, "before", &mut known, &mut unknown);
    flatten(after, "after", &mut known, &mut unknown);
    hidden(before, "before", &mut secret);
    hidden(after, "after", &mut secret);
    format!("{actions} {known:?} unknown {unknown:?} secret {secret:?}")
}

fn flatten(value: &Value, at: &str, known: &mut BTreeMap<String, String>, unknown: &mut Vec<String>) {
    match &value.content {
        Content::Null(_) => {}
        Content::Unknown(..) => unknown.push(at.to_owned()),
        Content::Bool(_) | Content::Number(_) | Content::String(_) => {
            known.insert(at.to_owned(), show(&value.unmark_deep().0));
        }
        _ => {
            for (step, part) in value.children() {
                flatten(part, &format!("{at}/{}", name(&step)), known, unknown);
            }
        }
    }
}

fn hidden(value: &Value, at: &str, secret: &mut Vec<String>) {
    if value.marks.contains(Marks::SENSITIVE) {
        return secret.push(at.to_owned());
    }
    for (step, part) in value.children() {
        hidden(part, &format!("{at}/{}", name(&step)), secret);
    }
}

fn name(step: &PathStep) -> String {
    match step {
        PathStep::Attribute(name) | PathStep::Key(name) => name.to_string(),
        PathStep::Index(i) => i.to_string(),
    }
}

fn their_output(change: &json::Node) -> String {
    let (mut known, mut unknown, mut secret) = (BTreeMap::new(), Vec::new(), Vec::new());
    for side in ["before", "after"] {
        if let Some(value) = change.get(side) {
            leaves(value, side, &mut |at, leaf| {
                known.insert(at.to_owned(), leaf.print());
            });
        }
        if let Some(flags) = change.get(&format!("{side}_sensitive")) {
            leaves(flags, side, &mut |at, leaf| {
                if leaf.as_bool() == Some(true) {
                    secret.push(at.to_owned());
                }
            });
        }
    }
    leaves(change.get("after_unknown").unwrap(), "after", &mut |at, leaf| {
        if leaf.as_bool() == Some(true) {
            unknown.push(at.to_owned());
        }
    });
    let verbs: Vec<&str> =
        change.get("actions").unwrap().as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
    format!("{} {known:?} unknown {unknown:?} secret {secret:?}", verbs.join(","))
}

fn leaves(node: &json::Node, at: &str, visit: &mut dyn FnMut(&str, &json::Node)) {
    match node {
        json::Node::Null => {}
        json::Node::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{i}"), visit);
            }
        }
        json::Node::Object(items) => {
            for (name, item) in items {
                leaves(item, &format!("{at}/{name}"), visit);
            }
        }
        leaf => visit(at, leaf),
    }
}
