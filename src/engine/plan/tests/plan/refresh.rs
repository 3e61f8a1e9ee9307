//! Refresh, drift, refresh-only mode (features-and-traps.md 96, 97).

use crate::support::{addr, case, object, row};
use calls::Question;
use expect_test::expect;
use plan::Mode;

const CONFIG: &str = r#"
    resource "test_thing" "changed" { name = "x" }
    resource "test_thing" "gone" {}
    resource "test_thing" "same" {}
    output "name" { value = test_thing.changed.name }
"#;

fn rows() -> [crate::support::Row; 4] {
    [
        row("test_thing.changed", r#"{"id":"1","name":"x"}"#),
        row("test_thing.gone", r#"{"id":"2"}"#),
        row("test_thing.same", r#"{"id":"3"}"#),
        row("test_thing.orphan", r#"{"id":"4"}"#),
    ]
}

#[test]
fn what_changed_outside_is_drift_and_planned_from() {
    let now = object("test_thing", r#"{"id":"1","name":"outside"}"#);
    let run = case(CONFIG).with(rows()).really("1", Some(now)).really("2", None).really("4", None).run();
    expect![[r#"
        test_thing.changed: Update
            {id: "1", name: "x", secret: !null}
        test_thing.gone: Create
            {id: ?test_thing.gone:id, secret: !null, zone: ?test_thing.gone:zone}
        test_thing.same: NoOp
        drift test_thing.changed: {id: "1", name: "x", secret: !null} -> {id: "1", name: "outside", secret: !null}
        drift test_thing.gone: {id: "2", secret: !null} -> null
        drift test_thing.orphan: {id: "4", secret: !null} -> null
        output name: Create null -> "x"
    "#]]
    .assert_eq(&run.text());
    assert!(run.plan.refreshed.object(&addr("test_thing.gone"), None).is_none());
    assert!(run.plan.refreshed.object(&addr("test_thing.orphan"), None).is_none());
}

#[test]
fn without_refresh_nothing_is_read() {
    let run = case(CONFIG).with(rows()).no_refresh().really("2", None).run();
    assert!(!run.asked.iter().any(|q| matches!(q, Question::Read { .. })));
    expect![[r#"
        test_thing.changed: NoOp
        test_thing.gone: NoOp
        test_thing.orphan: Delete DeleteBecauseNoResourceConfig
        test_thing.same: NoOp
        output name: Create null -> "x"
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn refresh_only_changes_nothing_but_the_state() {
    let now = object("test_thing", r#"{"id":"1","name":"outside"}"#);
    let run = case(CONFIG).with(rows()).mode(Mode::RefreshOnly).really("1", Some(now)).really("2", None).run();
    assert!(!run.asked.iter().any(|q| matches!(q, Question::Plan { .. } | Question::ValidateResource { .. })));
    expect![[r#"
        drift test_thing.changed: {id: "1", name: "x", secret: !null} -> {id: "1", name: "outside", secret: !null}
        drift test_thing.gone: {id: "2", secret: !null} -> null
        output name: Create null -> "outside"
    "#]]
    .assert_eq(&run.text());
    assert!(run.plan.has_changes());
}

#[test]
fn untouched_objects_stay_verbatim_in_the_refreshed_state() {
    let case = case(r#"resource "test_thing" "same" {}"#).with([row("test_thing.same", r#"{"id":"3"}"#)]);
    let run = case.run();
    let at = addr("test_thing.same");
    assert_eq!(run.plan.prior.object(&at, None), run.plan.refreshed.object(&at, None));
}

#[test]
fn refresh_only_reads_no_data_later() {
    let run = case(
        r#"
        resource "test_thing" "new" {}
        data "test_lookup" "d" { key = test_thing.new.id }
        data "test_lookup" "now" { key = "k" }
        "#,
    )
    .mode(Mode::RefreshOnly)
    .run();
    expect![[""]].assert_eq(&run.text());
    assert!(!run.plan.has_changes());
}
