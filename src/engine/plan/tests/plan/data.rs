//! Data sources: read while planning, or not (features-and-traps.md 79–82).

use crate::support::{case, row};
use expect_test::expect;

#[test]
fn read_now_or_later() {
    let run = case(
        r#"
        resource "test_thing" "new" {}
        resource "test_thing" "same" {}
        locals { new = test_thing.new.name }
        data "test_lookup" "now" { key = "k" }
        data "test_lookup" "unknown" { key = test_thing.new.id }
        data "test_lookup" "pending" { key = test_thing.new.name }
        data "test_lookup" "indirect" { key = local.new }
        data "test_lookup" "unchanged" { key = test_thing.same.id }
        data "test_lookup" "waits" {
          key        = "k"
          depends_on = [test_thing.new]
        }
        data "test_lookup" "second" { key = data.test_lookup.now.found }
        output "found" { value = data.test_lookup.second.found }
        "#,
    )
    .with([row("test_thing.same", r#"{"id":"1"}"#)])
    .run();
    expect![[r#"
        data.test_lookup.pending: Read ReadBecauseDependencyPending
            {found: ?data.test_lookup.pending:found}
        data.test_lookup.unknown: Read ReadBecauseConfigUnknown
            {found: ?data.test_lookup.unknown:found, key: ?test_thing.new:id}
        data.test_lookup.waits: Read ReadBecauseDependencyPending
            {found: ?data.test_lookup.waits:found, key: "k"}
        test_thing.new: Create
            {id: ?test_thing.new:id, secret: !null, zone: ?test_thing.new:zone}
        test_thing.same: NoOp
        output found: Create null -> "found found k"
    "#]]
    .assert_eq(&run.text());
    expect![[r#"
        0 configure test
        1 evaluate data.test_lookup.now after [0]
        2 evaluate test_thing.new after [0]
        3 create test_thing.new after [0, 2]
        4 complete data.test_lookup.now after [1]
        5 evaluate data.test_lookup.second after [0, 4]
        6 complete data.test_lookup.second after [5]
        7 evaluate output.found after [6]
        8 complete test_thing.new after [2, 3]
        9 evaluate data.test_lookup.pending after [0, 8]
        10 evaluate data.test_lookup.unknown after [0, 8]
        11 evaluate data.test_lookup.waits after [0, 8]
        12 read data.test_lookup.pending after [0, 9]
        13 read data.test_lookup.unknown after [0, 10]
        14 read data.test_lookup.waits after [0, 11]
    "#]]
    .assert_eq(&run.steps());
    let now = run.plan.refreshed.object(&crate::support::addr("data.test_lookup.now"), None).unwrap();
    assert_eq!(now.attributes.as_ref(), r#"{"found":"found k","key":"k"}"#);
}

#[test]
fn changes_in_other_instances_of_the_module_do_not_count() {
    let run = case(
        r#"
        module "m" {
          source   = "./m"
          for_each = toset(["a", "b"])
        }
        #- m/main.tf
        resource "test_thing" "t" {}
        data "test_lookup" "d" {
          key        = "k"
          depends_on = [test_thing.t]
        }
        "#,
    )
    .with([row("module.m[\"a\"].test_thing.t", r#"{"id":"1"}"#)])
    .run();
    expect![[r#"
        module.m["a"].test_thing.t: NoOp
        module.m["b"].data.test_lookup.d: Read ReadBecauseDependencyPending
            {found: ?module.m["b"].data.test_lookup.d:found, key: "k"}
        module.m["b"].test_thing.t: Create
            {id: ?module.m["b"].test_thing.t:id, secret: !null, zone: ?module.m["b"].test_thing.t:zone}
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn the_depends_on_of_a_module_call_counts_through_expressions() {
    let run = case(
        r#"
        resource "test_thing" "t" {}
        resource "test_thing" "u" { name = test_thing.t.zone }
        module "m" {
          source     = "./m"
          depends_on = [test_thing.u]
        }
        #- m/main.tf
        data "test_lookup" "d" { key = "k" }
        "#,
    )
    .with([row("test_thing.u", r#"{"id":"1","name":"z"}"#)])
    .run();
    expect![[r#"
        test_thing.t: Create
            {id: ?test_thing.t:id, secret: !null, zone: ?test_thing.t:zone}
        test_thing.u: Update
            {id: "1", name: ?test_thing.t:zone, secret: !null}
        module.m.data.test_lookup.d: Read ReadBecauseDependencyPending
            {found: ?module.m.data.test_lookup.d:found, key: "k"}
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn inside_of_check_blocks_errors_only_warn() {
    let run = case(
        r#"
        check "c" {
          data "test_lookup" "d" { key = "k" }
          assert {
            condition     = data.test_lookup.d.found == "found k"
            error_message = "not found"
          }
        }
        resource "test_thing" "t" {}
        "#,
    )
    .rule(|question| match question {
        calls::Question::ReadDataSource { .. } => {
            Some(calls::Answer::Object(None, crate::support::said("Not reachable")))
        }
        _ => None,
    })
    .run();
    expect![[r#"
        data.test_lookup.d: Read ReadBecauseCheckNested
            {found: ?data.test_lookup.d:found, key: "k"}
        test_thing.t: Create
            {id: ?test_thing.t:id, secret: !null, zone: ?test_thing.t:zone}
        Warning [data.test_lookup.d]: Not reachable: 
    "#]]
    .assert_eq(&run.text());
}
