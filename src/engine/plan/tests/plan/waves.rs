//! What is left to later waves: unknown `count` and `for_each` of resources and modules, and all that depends on them.
//! What is there stays as it is; what nothing makes known stays an error.

use crate::support::{Case, addr, case, row};
use expect_test::{Expect, expect};
use plan::{Bounds, Mode};

/// The plan, and the steps of its apply: nothing that is deferred is among them.
fn check(case: Case, expected: &Expect) {
    let run = case.run();
    let steps = run.steps();
    let steps = if steps.is_empty() { String::new() } else { format!("--\n{steps}") };
    expected.assert_eq(&format!("{}{steps}", run.text()));
}

#[test]
fn counts_and_keys_wait_for_what_is_created() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" { count = length(test_thing.a.id) }
            resource "test_thing" "c" { for_each = toset([test_thing.a.id]) }
            resource "test_thing" "d" { name = "d" }
            output "b" { value = test_thing.b }
            output "d" { value = test_thing.d.name }
            "#,
        ),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            test_thing.d: Create
                {id: ?test_thing.d:id, name: "d", secret: !null, zone: ?test_thing.d:zone}
            output b: Create null -> ?
            output d: Create null -> "d"
            later test_thing.b[*]: Create, count of test_thing.b waits for test_thing.a.id
            later test_thing.c[*]: Create, for_each of test_thing.c waits for test_thing.a.id
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 evaluate test_thing.d after [0]
            3 create test_thing.a after [0, 1]
            4 create test_thing.d after [0, 2]
            5 complete test_thing.d after [2, 4]
            6 evaluate output.d after [5]
        "#]],
    );
}

#[test]
fn known_keys_with_unknown_values_are_planned_now() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" {
              for_each = { x = test_thing.a.id }
              name     = each.value
            }
            "#,
        ),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            test_thing.b["x"]: Create
                {id: ?test_thing.b["x"]:id, name: ?test_thing.a:id, secret: !null, zone: ?test_thing.b["x"]:zone}
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
            3 complete test_thing.a after [1, 2]
            4 evaluate test_thing.b after [0, 3]
            5 create test_thing.b["x"] after [0, 4]
        "#]],
    );
}

#[test]
fn what_depends_on_it_waits_too() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" { count = length(test_thing.a.id) }
            locals { names = [for b in test_thing.b : b.name] }
            data "test_lookup" "l" { key = join(",", local.names) }
            resource "test_thing" "c" {
              for_each = toset(["x", "y"])
              name     = data.test_lookup.l.found
              size     = 3
            }
            provider "other" { region = test_thing.c["x"].id }
            resource "other_thing" "o" {}
            check "c" {
              assert {
                condition     = length(test_thing.b) > 0
                error_message = "none"
              }
            }
            "#,
        )
        .with([row("test_thing.c[\"x\"]", r#"{"id":"1","size":2}"#), row("test_thing.c[\"gone\"]", r#"{"id":"2"}"#)]),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            later data.test_lookup.l: Read, depends on test_thing.b
            later other_thing.o: Create, depends on test_thing.b
            later test_thing.b[*]: Create, count of test_thing.b waits for test_thing.a.id
            later test_thing.c["gone"]: Delete (there: test_thing.c["gone"]), depends on test_thing.b
            later test_thing.c["x"]: Update (there: test_thing.c["x"]), depends on test_thing.b
            later test_thing.c["y"]: Create, depends on test_thing.b
            Warning [check.c]: Check block assertion known after apply: The condition depends on what is known only after the apply, and is checked then.
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
        "#]],
    );
}

#[test]
fn what_is_there_stays_whatever_its_key() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" { count = length(test_thing.a.id) }
            "#,
        )
        .with([
            row("test_thing.b[0]", r#"{"id":"1"}"#),
            row("test_thing.b[\"no\"]", r#"{"id":"2"}"#),
            row("test_thing.b[7]", r#"{"id":"3"}"#).deposed("0badcafe"),
        ]),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            later test_thing.b[*]: Create (there: test_thing.b[0], test_thing.b[7], test_thing.b["no"]), count of test_thing.b waits for test_thing.a.id
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
        "#]],
    );
}

#[test]
fn modules_wait_with_all_that_is_in_them() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            module "m" {
              source   = "./m"
              for_each = toset([test_thing.a.id])
              name     = each.key
            }
            module "known" {
              source = "./known"
              count  = 1
              id     = test_thing.a.id
            }
            resource "test_thing" "after" { name = join(",", [for m in module.m : m.id]) }
            #- m/main.tf
            variable "name" {}
            resource "test_thing" "in" { name = var.name }
            module "deep" {
              source = "./known"
              id     = test_thing.in.id
            }
            output "id" { value = test_thing.in.id }
            #- known/main.tf
            variable "id" {}
            resource "test_thing" "k" { count = length(var.id) }
            "#,
        )
        .with([
            row("module.m[\"old\"].test_thing.in", r#"{"id":"1"}"#),
            row("module.m[\"old\"].module.deep.test_thing.k[0]", r#"{"id":"2"}"#),
            row("module.known[0].test_thing.k[0]", r#"{"id":"3"}"#),
            row("module.known[1].test_thing.k[0]", r#"{"id":"4"}"#),
        ]),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            module.known[1].test_thing.k[0]: Delete DeleteBecauseNoModule
            later test_thing.after: Create, depends on module.m
            later module.m[*].test_thing.in[*]: Create (there: module.m["old"].test_thing.in), for_each of module.m waits for test_thing.a.id
            later module.m[*].module.deep[*].test_thing.k[*]: Create (there: module.m["old"].module.deep.test_thing.k[0]), for_each of module.m waits for test_thing.a.id
            later module.known[0].test_thing.k[*]: Create (there: module.known[0].test_thing.k[0]), count of module.known[0].test_thing.k waits for test_thing.a.id
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
            3 delete module.known[1].test_thing.k[0] after [0]
        "#]],
    );
}

#[test]
fn a_data_source_that_is_read_during_the_apply_is_work_of_the_wave() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            data "test_lookup" "l" { key = test_thing.a.id }
            resource "test_thing" "b" { for_each = toset([data.test_lookup.l.found]) }
            "#,
        )
        .with([row("test_thing.a", r#"{"id":"1","name":"old"}"#)]),
        &expect![[r#"
            data.test_lookup.l: Read ReadBecauseDependencyPending
                {found: ?data.test_lookup.l:found, key: "1"}
            test_thing.a: Update
                {id: "1", secret: !null}
            later test_thing.b[*]: Create, for_each of test_thing.b waits for data.test_lookup.l.found
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 update test_thing.a after [0, 1]
            3 complete test_thing.a after [1, 2]
            4 evaluate data.test_lookup.l after [0, 3]
            5 read data.test_lookup.l after [0, 4]
        "#]],
    );
}

#[test]
fn what_nothing_makes_known_is_an_error() {
    check(
        case(
            r#"
            resource "test_thing" "a" { name = "a" }
            locals { now = timestamp() }
            resource "test_thing" "b" {
              count = length(local.now)
              name  = test_thing.a.id
            }
            module "m" {
              source = "./m"
              count  = length(local.now)
            }
            #- m/main.tf
            resource "test_thing" "in" {}
            "#,
        ),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, name: "a", secret: !null, zone: ?test_thing.a:zone}
            errored
            Error: Invalid count argument: The "count" value depends on resource attributes that cannot be determined until apply, so the number of instances cannot be predicted.
            Error: Invalid count argument: The "count" value depends on resource attributes that cannot be determined until apply, so the number of instances cannot be predicted.
        "#]],
    );
}

#[test]
fn what_an_object_that_waits_was_made_with_is_not_deleted_first() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" { count = length(test_thing.a.id) }
            "#,
        )
        .with([
            row("test_thing.b[0]", r#"{"id":"1"}"#).on(&["test_thing.net"]),
            row("test_thing.net", r#"{"id":"2"}"#),
            row("test_thing.apart", r#"{"id":"3"}"#),
        ]),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            test_thing.apart: Delete DeleteBecauseNoResourceConfig
            later test_thing.b[*]: Create (there: test_thing.b[0]), count of test_thing.b waits for test_thing.a.id
            later test_thing.net: Delete (there: test_thing.net), used by test_thing.b[0]
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
            3 delete test_thing.apart after [0]
        "#]],
    );
}

#[test]
fn imports_and_replacements_of_what_waits_wait() {
    check(
        case(
            r#"
            resource "test_thing" "a" {}
            resource "test_thing" "b" { count = length(test_thing.a.id) }
            import {
              to = test_thing.b[0]
              id = "imported"
            }
            "#,
        )
        .replace("test_thing.b[1]"),
        &expect![[r#"
            test_thing.a: Create
                {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
            later test_thing.b[*]: Create, count of test_thing.b waits for test_thing.a.id
            --
            0 configure test
            1 evaluate test_thing.a after [0]
            2 create test_thing.a after [0, 1]
        "#]],
    );
}

#[test]
fn only_a_normal_plan_has_waves() {
    let text = r#"
        resource "test_thing" "a" {}
        resource "test_thing" "b" { count = length(test_thing.a.id) }
    "#;
    let there = || [row("test_thing.b[0]", r#"{"id":"1"}"#)];
    check(
        case(text).with(there()).mode(Mode::Destroy),
        &expect![[r#"
        test_thing.b[0]: Delete
        --
        0 configure test
        1 delete test_thing.b[0] after [0]
    "#]],
    );
    check(case(text).with(there()).mode(Mode::RefreshOnly), &expect![""]);
}

#[test]
fn targets_take_along_what_makes_keys_known() {
    let text = r#"
        resource "test_thing" "a" {}
        resource "test_thing" "b" { count = length(test_thing.a.id) }
        resource "test_thing" "c" { name = "c" }
    "#;
    check(
        case(text).target("test_thing.b"),
        &expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
        later test_thing.b[*]: Create, count of test_thing.b waits for test_thing.a.id
        Warning: Resource targeting is in effect: You are creating a plan with the -target option, which means that the result of this plan may not represent all of the changes requested by the current configuration.
        --
        0 configure test
        1 evaluate test_thing.a after [0]
        2 create test_thing.a after [0, 1]
    "#]],
    );
    check(
        case(text).exclude("test_thing.b"),
        &expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
        test_thing.c: Create
            {id: ?test_thing.c:id, name: "c", secret: !null, zone: ?test_thing.c:zone}
        Warning: Resource targeting is in effect: You are creating a plan with the -exclude option, which means that the result of this plan may not represent all of the changes requested by the current configuration.
        --
        0 configure test
        1 evaluate test_thing.a after [0]
        2 evaluate test_thing.c after [0]
        3 create test_thing.a after [0, 1]
        4 create test_thing.c after [0, 2]
    "#]],
    );
    check(
        case(text).exclude("test_thing.a"),
        &expect![[r#"
        test_thing.c: Create
            {id: ?test_thing.c:id, name: "c", secret: !null, zone: ?test_thing.c:zone}
        Warning: Resource targeting is in effect: You are creating a plan with the -exclude option, which means that the result of this plan may not represent all of the changes requested by the current configuration.
        --
        0 configure test
        1 evaluate test_thing.c after [0]
        2 create test_thing.c after [0, 1]
    "#]],
    );
}

/// Two plans: what the first announces, the second may do.
#[test]
fn what_was_announced_is_not_asked_about_again() {
    let text = r#"
        resource "test_thing" "a" {}
        resource "test_thing" "b" { count = length(test_thing.a.id) }
        resource "test_thing" "c" { name = "c" }
    "#;
    let stored = || {
        [
            row("test_thing.b[0]", r#"{"id":"1","name":"old"}"#),
            row("test_thing.b[1]", r#"{"id":"2"}"#),
            row("test_thing.b[9]", r#"{"id":"3"}"#),
        ]
    };
    let first = case(text).with(stored()).run();
    let bounds = Bounds::of(&first.plan);
    let second = case(text).with(stored()).with([row("test_thing.a", r#"{"id":"abc"}"#)]).run();
    let exceeded: Vec<String> =
        bounds.exceeded(&second.plan).iter().map(|change| format!("{} {:?}", change.addr, change.action)).collect();
    // It could not be known that b[9] has to go, and c was to be there by now.
    assert_eq!(exceeded, ["test_thing.b[9] Delete", "test_thing.c Create"]);
    assert!(second.plan.changes.iter().any(|change| change.addr == addr("test_thing.b[2]")));
    assert!(bounds.progress(&second.plan).is_ok());
    assert!(bounds.progress(&first.plan).is_err(), "a wave that leaves as much behind as the one before it");
}
