//! The plan made during an apply against the one that was shown (plugin-protocol.md 10.3).

use crate::support::{case, object};
use plan::instance::{Outcome, confirm};
use plan::{Action, ActionReason, InstanceChange};
use std::sync::Arc;
use value::{Path, Type, Value};

fn shown() -> InstanceChange {
    let run = case(r#"resource "test_thing" "a" { name = "x" }"#).run();
    run.plan.changes[0].clone()
}

fn now(action: Action, after: Value) -> Outcome {
    Outcome {
        action,
        reason: ActionReason::None,
        before: Value::null(Type::Dynamic),
        config: after.clone(),
        after,
        private: Arc::from(&[][..]),
        replace_paths: Vec::<Path>::new(),
    }
}

#[test]
fn what_was_unknown_may_become_anything() {
    let after = object("test_thing", r#"{"id":"1","name":"x","zone":"z"}"#);
    assert_eq!(confirm(&shown(), &now(Action::Create, after)), Ok(()));
}

#[test]
fn what_was_known_must_stay() {
    let after = object("test_thing", r#"{"id":"1","name":"y","zone":"z"}"#);
    let troubles = confirm(&shown(), &now(Action::Create, after)).unwrap_err();
    let first = troubles.iter().next().unwrap();
    assert_eq!(first.summary, "Provider produced inconsistent final plan");
    assert!(first.detail.contains("produced an invalid new value for .name: "), "{}", first.detail);
}

#[test]
fn actions_that_fit() {
    let after = || object("test_thing", r#"{"id":"1","name":"x","zone":"z"}"#);
    let rows = [
        (Action::Create, Action::Create, true),
        (Action::Create, Action::Update, false),
        (Action::Update, Action::Update, true),
        (Action::Update, Action::NoOp, true),
        (Action::Update, Action::DeleteThenCreate, false),
        (Action::DeleteThenCreate, Action::Create, true),
        (Action::CreateThenDelete, Action::Create, true),
        (Action::NoOp, Action::Update, false),
    ];
    for (planned, actual, fits) in rows {
        let shown = InstanceChange { action: planned, ..shown() };
        assert_eq!(confirm(&shown, &now(actual, after())).is_ok(), fits, "{planned:?} {actual:?}");
    }
}
