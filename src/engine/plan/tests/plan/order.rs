//! The order of an apply (features-and-traps.md 4.4).

use crate::support::{case, row};
use expect_test::expect;

#[test]
fn creates_follow_references() {
    let run = case(
        r#"
        variable "n" { default = 2 }
        resource "test_thing" "a" { count = var.n }
        resource "test_thing" "b" {
          count = 2
          name  = test_thing.a[count.index].id
        }
        output "all" { value = test_thing.b[*].id }
        "#,
    )
    .run();
    expect![[r#"
        0 evaluate var.n
        1 configure test
        2 evaluate test_thing.a after [0, 1]
        3 create test_thing.a[0] after [1, 2]
        4 create test_thing.a[1] after [1, 2]
        5 complete test_thing.a after [2, 3, 4]
        6 evaluate test_thing.b after [1, 5]
        7 create test_thing.b[0] after [1, 6]
        8 create test_thing.b[1] after [1, 6]
        9 complete test_thing.b after [6, 7, 8]
        10 evaluate output.all after [9]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn replacing_deletes_dependants_first() {
    let run = case(
        r#"
        resource "test_thing" "a" { size = 2 }
        resource "test_thing" "b" {
          name = test_thing.a.id
          size = 2
        }
        "#,
    )
    .with([
        row("test_thing.a", r#"{"id":"1","size":1}"#),
        row("test_thing.b", r#"{"id":"2","name":"1","size":1}"#).on(&["test_thing.a"]),
    ])
    .run();
    expect![[r#"
        0 configure test
        1 evaluate test_thing.a after [0]
        2 delete test_thing.b after [0]
        3 join DependentDeletes test_thing.a after [2]
        4 delete test_thing.a after [0, 3]
        5 join DeletesFirst test_thing.a after [4]
        6 join DependentDeletesFirst test_thing.a after [2]
        7 create test_thing.a after [0, 1, 4, 6]
        8 complete test_thing.a after [1, 7]
        9 evaluate test_thing.b after [0, 8]
        10 create test_thing.b after [0, 2, 5, 9]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn creating_first_updates_dependants_before_the_delete() {
    let run = case(
        r#"
        resource "test_thing" "a" {
          size = 2
          lifecycle { create_before_destroy = true }
        }
        resource "test_thing" "b" { name = test_thing.a.id }
        "#,
    )
    .with([
        row("test_thing.a", r#"{"id":"1","size":1}"#),
        row("test_thing.b", r#"{"id":"2","name":"1"}"#).on(&["test_thing.a"]),
    ])
    .run();
    expect![[r#"
        0 configure test
        1 evaluate test_thing.a after [0]
        2 set aside test_thing.a as 4ee97edb after [0, 1]
        3 create test_thing.a after [0, 1, 2]
        4 complete test_thing.a after [1, 2, 3]
        5 evaluate test_thing.b after [0, 4]
        6 update test_thing.b after [0, 5]
        7 join DependentChanges test_thing.a after [6]
        8 delete test_thing.a 4ee97edb after [0, 3, 7]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn orphans_are_deleted_before_what_depended_on_them_is_updated_unless_created_first() {
    let orphan = |first: bool| {
        let gone = row("test_thing.gone", r#"{"id":"1"}"#);
        let gone = if first { gone.created_first() } else { gone };
        case(r#"resource "test_thing" "b" { name = "new" }"#)
            .with([gone, row("test_thing.b", r#"{"id":"2","name":"1"}"#).on(&["test_thing.gone"])])
            .run()
            .steps()
    };
    expect![[r#"
        0 configure test
        1 evaluate test_thing.b after [0]
        2 delete test_thing.gone after [0]
        3 join DeletesFirst test_thing.gone after [2]
        4 update test_thing.b after [0, 1, 3]
    "#]]
    .assert_eq(&orphan(false));
    expect![[r#"
        0 configure test
        1 evaluate test_thing.b after [0]
        2 update test_thing.b after [0, 1]
        3 join DependentChanges test_thing.gone after [2]
        4 delete test_thing.gone after [0, 3]
    "#]]
    .assert_eq(&orphan(true));
}

#[test]
fn many_deletes_meet_in_a_join() {
    let mut rows = Vec::new();
    for i in 0..3 {
        rows.push(row(&format!("test_thing.a[{i}]"), r#"{"id":"1"}"#));
        rows.push(row(&format!("test_thing.b[{i}]"), r#"{"id":"1"}"#).on(&["test_thing.a"]));
    }
    let run = case("").with(rows).run();
    expect![[r#"
        0 configure test
        1 delete test_thing.b[0] after [0]
        2 delete test_thing.b[1] after [0]
        3 delete test_thing.b[2] after [0]
        4 join DependentDeletes test_thing.a after [1, 2, 3]
        5 delete test_thing.a[0] after [0, 4]
        6 delete test_thing.a[1] after [0, 4]
        7 delete test_thing.a[2] after [0, 4]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn instances_of_one_module_do_not_wait_for_each_other() {
    let mut rows = Vec::new();
    for i in 0..2 {
        rows.push(row(&format!("module.m[{i}].test_thing.a"), r#"{"id":"1"}"#));
        rows.push(row(&format!("module.m[{i}].test_thing.b"), r#"{"id":"1"}"#).on(&["module.m.test_thing.a"]));
    }
    let run = case("").with(rows).run();
    expect![[r#"
        0 configure test
        1 delete module.m[0].test_thing.b after [0]
        2 delete module.m[1].test_thing.b after [0]
        3 join DependentDeletes module.m.test_thing.a in module.m[0] after [1]
        4 delete module.m[0].test_thing.a after [0, 3]
        5 join DependentDeletes module.m.test_thing.a in module.m[1] after [2]
        6 delete module.m[1].test_thing.a after [0, 5]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn a_dependency_that_was_given_up_does_not_close_a_cycle() {
    let run = case(
        r#"
        resource "test_thing" "a" { size = 2 }
        resource "test_thing" "b" {
          size = 2
          lifecycle { create_before_destroy = true }
        }
        "#,
    )
    .with([
        row("test_thing.a", r#"{"id":"1","size":1}"#),
        row("test_thing.b", r#"{"id":"2","name":"1","size":1}"#).on(&["test_thing.a"]),
    ])
    .run();
    expect![[r#"
        0 configure test
        1 evaluate test_thing.a after [0]
        2 evaluate test_thing.b after [0]
        3 set aside test_thing.b as 960dd3b1 after [0, 2]
        4 create test_thing.b after [0, 2, 3]
        5 delete test_thing.b 960dd3b1 after [0, 4]
        6 join DependentDeletes test_thing.a after [5]
        7 delete test_thing.a after [0, 6]
        8 create test_thing.a after [0, 1, 7]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn providers_made_from_replaced_objects_do_not_close_a_cycle() {
    let run = case(
        r#"
        resource "test_thing" "base" { size = 2 }
        provider "other" { region = test_thing.base.id }
        "#,
    )
    .with([
        row("test_thing.base", r#"{"id":"1","size":1}"#),
        row("other_thing.o", r#"{"id":"2"}"#).on(&["test_thing.base"]),
    ])
    .run();
    expect![[r#"
        0 configure test
        1 evaluate test_thing.base after [0]
        2 join DependentDeletes test_thing.base
        3 delete test_thing.base after [0, 2]
        4 join DependentDeletesFirst test_thing.base
        5 create test_thing.base after [0, 1, 3, 4]
        6 complete test_thing.base after [1, 5]
        7 configure other after [6]
        8 delete other_thing.o after [7]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn cycles_are_named() {
    let run = case("")
        .with([
            row("test_thing.a", r#"{"id":"1"}"#).on(&["test_thing.b"]),
            row("test_thing.b", r#"{"id":"2"}"#).on(&["test_thing.a"]),
            row("test_thing.c", r#"{"id":"3"}"#),
        ])
        .run();
    expect![[r#"
        Error: Cycle: These steps wait for each other, so none of them can start: test_thing.b (destroy), test_thing.a (destroy).
    "#]].assert_eq(&run.troubles());
}

#[test]
fn order_survives_moves() {
    let run = case(
        r#"
        moved {
          from = test_thing.old
          to   = test_thing.new
        }
        "#,
    )
    .with([row("test_thing.old", r#"{"id":"1"}"#), row("test_thing.x", r#"{"id":"2"}"#).on(&["test_thing.old"])])
    .run();
    expect![[r#"
        0 configure test
        1 delete test_thing.x after [0]
        2 join DependentDeletes test_thing.new after [1]
        3 delete test_thing.new after [0, 2]
    "#]]
    .assert_eq(&run.steps());
}
