//! Which action, and why (features-and-traps.md 4.2, 4.3).

use crate::support::{case, row};
use expect_test::{Expect, expect};

fn check(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

#[test]
fn new_objects_have_unknown_computed_attributes_with_their_origin() {
    let run = case(
        r#"
        resource "test_thing" "a" { name = "x" }
        resource "test_thing" "b" { name = test_thing.a.id }
        locals { both = [test_thing.a.id, test_thing.b.zone] }
        output "ids" { value = local.both }
        "#,
    )
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, name: "x", secret: !null, zone: ?test_thing.a:zone}
        test_thing.b: Create
            {id: ?test_thing.b:id, name: ?test_thing.a:id, secret: !null, zone: ?test_thing.b:zone}
        output ids: Create null -> [?test_thing.a:id, ?test_thing.b:zone]
    "#]],
    );
}

#[test]
fn what_is_as_configured_is_left_alone() {
    let run = case(r#"resource "test_thing" "a" { name = "x" }"#)
        .with([row("test_thing.a", r#"{"id":"1","name":"x","zone":"z"}"#)])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: NoOp
    "#]],
    );
    assert!(!run.plan.has_changes());
    assert_eq!(run.steps(), "");
}

#[test]
fn update_and_replace() {
    let run = case(
        r#"
        resource "test_thing" "u" { name = "new" }
        resource "test_thing" "r" { size = 2 }
        "#,
    )
    .with([
        row("test_thing.u", r#"{"id":"1","name":"x","zone":"z"}"#),
        row("test_thing.r", r#"{"id":"2","size":1,"zone":"z"}"#),
    ])
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.r: DeleteThenCreate ReplaceBecauseCannotUpdate
            {id: ?test_thing.r:id, secret: !null, size: 2, zone: ?test_thing.r:zone}
            because of size
        test_thing.u: Update
            {id: "1", name: "new", secret: !null, zone: "z"}
    "#]],
    );
}

#[test]
fn orphans_and_why() {
    let run = case(
        r#"
        module "cnt" {
          source = "./m"
          count  = 1
        }
        resource "test_thing" "single" {}
        resource "test_thing" "c" { count = 1 }
        resource "test_thing" "e" { for_each = toset(["a"]) }
        #- m/main.tf
        resource "test_thing" "in" {}
        "#,
    )
    .with([
        row("test_thing.gone", r#"{"id":"1"}"#),
        row("module.gone.test_thing.in", r#"{"id":"2"}"#),
        row("module.cnt[0].test_thing.in", r#"{"id":"3"}"#),
        row("module.cnt[1].test_thing.in", r#"{"id":"4"}"#),
        row("test_thing.single", r#"{"id":"5"}"#),
        row("test_thing.single[0]", r#"{"id":"6"}"#),
        row("test_thing.c[0]", r#"{"id":"7"}"#),
        row("test_thing.c[1]", r#"{"id":"8"}"#),
        row("test_thing.c[\"x\"]", r#"{"id":"9"}"#),
        row("test_thing.e[\"a\"]", r#"{"id":"10"}"#),
        row("test_thing.e[\"b\"]", r#"{"id":"11"}"#),
        row("test_thing.e[0]", r#"{"id":"12"}"#),
    ])
    .run();
    check(
        run.text(),
        expect![[r#"
            test_thing.c[0]: NoOp
            test_thing.c[1]: Delete DeleteBecauseCountIndex
            test_thing.c["x"]: Delete DeleteBecauseWrongRepetition
            test_thing.e[0]: Delete DeleteBecauseWrongRepetition
            test_thing.e["a"]: NoOp
            test_thing.e["b"]: Delete DeleteBecauseEachKey
            test_thing.gone: Delete DeleteBecauseNoResourceConfig
            test_thing.single: NoOp
            test_thing.single[0]: Delete DeleteBecauseWrongRepetition
            module.cnt[0].test_thing.in: NoOp
            module.cnt[1].test_thing.in: Delete DeleteBecauseNoModule
            module.gone.test_thing.in: Delete DeleteBecauseNoResourceConfig
            Warning [test_thing.single[0]]: Unresolved resource instance address changes: The object at test_thing.single[0] was to be moved to test_thing.single, but there is already an object there. It stays where it is, and is planned as an object at that address.
        "#]],
    );
}

#[test]
fn tainted_objects_are_replaced() {
    let run = case(r#"resource "test_thing" "a" { name = "x" }"#)
        .with([row("test_thing.a", r#"{"id":"1","name":"x","zone":"z"}"#).tainted()])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: DeleteThenCreate ReplaceBecauseTainted
            {id: ?test_thing.a:id, name: "x", secret: !null, zone: ?test_thing.a:zone}
    "#]],
    );
}

#[test]
fn deposed_objects_are_deleted() {
    let run = case(r#"resource "test_thing" "a" { name = "x" }"#)
        .with([
            row("test_thing.a", r#"{"id":"1","name":"x"}"#),
            row("test_thing.a", r#"{"id":"0","name":"w"}"#).deposed("0a0b0c0d"),
        ])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: NoOp
        test_thing.a (deposed 0a0b0c0d): Delete
    "#]],
    );
    check(
        run.steps(),
        expect![[r#"
        0 configure test
        1 delete test_thing.a 0a0b0c0d after [0]
    "#]],
    );
}

#[test]
fn replacement_by_request() {
    let run = case(
        r#"
        resource "test_thing" "a" { name = "x" }
        resource "test_thing" "b" { count = 2 }
        "#,
    )
    .with([row("test_thing.a", r#"{"id":"1","name":"x"}"#)])
    .replace("test_thing.a")
    .replace("test_thing.b")
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: DeleteThenCreate ReplaceByRequest
            {id: ?test_thing.a:id, name: "x", secret: !null, zone: ?test_thing.a:zone}
        test_thing.b[0]: Create
            {id: ?test_thing.b[0]:id, secret: !null, zone: ?test_thing.b[0]:zone}
        test_thing.b[1]: Create
            {id: ?test_thing.b[1]:id, secret: !null, zone: ?test_thing.b[1]:zone}
        Warning: Incompletely-matched force-replace resource instance: Your force-replace request for test_thing.b doesn't match any resource instances.
    "#]],
    );
}

#[test]
fn replacement_by_triggers() {
    let run = case(
        r#"
        resource "test_thing" "upd" { name = "new" }
        resource "test_thing" "new" {}
        resource "test_thing" "many" {
          count = 2
          name  = "n${count.index}"
        }
        resource "test_thing" "created" {
          lifecycle { replace_triggered_by = [test_thing.upd] }
        }
        resource "test_thing" "by_update" {
          lifecycle { replace_triggered_by = [test_thing.upd] }
        }
        resource "test_thing" "by_create" {
          lifecycle { replace_triggered_by = [test_thing.new] }
        }
        resource "test_thing" "by_attribute" {
          lifecycle { replace_triggered_by = [test_thing.upd.name] }
        }
        resource "test_thing" "by_other_attribute" {
          lifecycle { replace_triggered_by = [test_thing.upd.size] }
        }
        resource "test_thing" "by_all" {
          lifecycle { replace_triggered_by = [test_thing.many] }
        }
        resource "test_thing" "by_own" {
          count = 2
          lifecycle { replace_triggered_by = [test_thing.many[count.index]] }
        }
        "#,
    )
    .with([
        row("test_thing.upd", r#"{"id":"1","name":"x"}"#),
        row("test_thing.many[0]", r#"{"id":"2","name":"n0"}"#),
        row("test_thing.many[1]", r#"{"id":"3","name":"other"}"#),
        row("test_thing.by_update", r#"{"id":"4"}"#),
        row("test_thing.by_create", r#"{"id":"5"}"#),
        row("test_thing.by_attribute", r#"{"id":"6"}"#),
        row("test_thing.by_other_attribute", r#"{"id":"7"}"#),
        row("test_thing.by_all", r#"{"id":"8"}"#),
        row("test_thing.by_own[0]", r#"{"id":"9"}"#),
        row("test_thing.by_own[1]", r#"{"id":"10"}"#),
    ])
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.by_all: DeleteThenCreate ReplaceByTriggers
            {id: ?test_thing.by_all:id, secret: !null, zone: ?test_thing.by_all:zone}
        test_thing.by_attribute: DeleteThenCreate ReplaceByTriggers
            {id: ?test_thing.by_attribute:id, secret: !null, zone: ?test_thing.by_attribute:zone}
        test_thing.by_create: NoOp
        test_thing.by_other_attribute: NoOp
        test_thing.by_own[0]: NoOp
        test_thing.by_own[1]: DeleteThenCreate ReplaceByTriggers
            {id: ?test_thing.by_own[1]:id, secret: !null, zone: ?test_thing.by_own[1]:zone}
        test_thing.by_update: DeleteThenCreate ReplaceByTriggers
            {id: ?test_thing.by_update:id, secret: !null, zone: ?test_thing.by_update:zone}
        test_thing.created: Create ReplaceByTriggers
            {id: ?test_thing.created:id, secret: !null, zone: ?test_thing.created:zone}
        test_thing.many[0]: NoOp
        test_thing.many[1]: Update
            {id: "3", name: "n1", secret: !null}
        test_thing.new: Create
            {id: ?test_thing.new:id, secret: !null, zone: ?test_thing.new:zone}
        test_thing.upd: Update
            {id: "1", name: "new", secret: !null}
    "#]],
    );
}

#[test]
fn a_change_of_sensitivity_alone_is_an_update() {
    let run = case(
        r#"
        variable "n" {
          default   = "x"
          sensitive = true
        }
        resource "test_thing" "now" { name = var.n }
        resource "test_thing" "no_more" { name = "x" }
        resource "test_thing" "still" { name = var.n }
        resource "test_thing" "by_schema" { secret = "s" }
        "#,
    )
    .with([
        row("test_thing.now", r#"{"id":"1","name":"x"}"#),
        row("test_thing.no_more", r#"{"id":"2","name":"x"}"#).sensitive("name"),
        row("test_thing.still", r#"{"id":"3","name":"x"}"#).sensitive("name"),
        row("test_thing.by_schema", r#"{"id":"4","secret":"s"}"#),
    ])
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.by_schema: NoOp
        test_thing.no_more: Update
            {id: "2", name: "x", secret: !null}
        test_thing.now: Update
            {id: "1", name: !"x", secret: !null}
        test_thing.still: NoOp
    "#]],
    );
}

#[test]
fn outputs() {
    let run = case(
        r#"
        resource "test_thing" "a" {}
        output "same" { value = 1 }
        output "new" { value = "n" }
        output "changed" { value = 2 }
        output "unknown" { value = test_thing.a.id }
        output "null" { value = null }
        output "shown" { value = "s" }
        output "hidden" {
          value     = "s"
          sensitive = true
        }
        "#,
    )
    .output("same", value::Value::int(1), false)
    .output("changed", value::Value::int(1), false)
    .output("shown", value::Value::string("s"), true)
    .output("hidden", value::Value::string("s"), true)
    .output("gone", value::Value::int(1), false)
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
        output changed: Update 1 -> 2
        output gone: Delete 1 -> null
        output hidden: NoOp !"s" -> !"s" sensitive
        output new: Create null -> "n"
        output null: NoOp null -> null
        output same: NoOp 1 -> 1
        output shown: Update !"s" -> "s" sensitive
        output unknown: Create null -> ?test_thing.a:id
    "#]],
    );
}

#[test]
fn write_only_arguments_reach_the_provider_and_no_plan() {
    let run = case(
        r#"
        variable "t" {
          default   = "secret"
          ephemeral = true
        }
        resource "test_thing" "a" { token = var.t }
        resource "test_thing" "b" { name = var.t }
        "#,
    )
    .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
        errored
        Error [test_thing.b]: Invalid use of ephemeral value: Ephemeral values are not valid for "name", because it is not a write-only attribute and must be persisted to state.
    "#]],
    );
    let sent = run.asked.iter().any(|q| matches!(q, calls::Question::Plan { config, .. } if config.get("token").and_then(|v| v.as_str()) == Some("secret")));
    assert!(sent);
}

#[test]
fn removed_blocks_forget() {
    let run = case(
        r#"
        removed {
          from = test_thing.kept
          lifecycle { destroy = false }
        }
        removed {
          from = module.m
          lifecycle { destroy = false }
        }
        removed {
          from = test_thing.gone
          lifecycle { destroy = true }
        }
        "#,
    )
    .with([
        row("test_thing.kept", r#"{"id":"1"}"#),
        row("test_thing.gone", r#"{"id":"2"}"#),
        row("module.m[0].test_thing.in", r#"{"id":"3"}"#),
    ])
    .run();
    check(
        run.text(),
        expect![[r#"
            test_thing.gone: Delete DeleteBecauseNoResourceConfig
            test_thing.kept: Forget DeleteBecauseNoResourceConfig
            module.m[0].test_thing.in: Forget DeleteBecauseNoResourceConfig
            Warning: Some objects will no longer be managed by drform: If you apply this plan, drform will discard its tracking information for the following objects, but it will not delete them:
             - test_thing.kept
             - module.m[0].test_thing.in

            After applying this plan, drform will no longer manage these objects.
        "#]],
    );
    check(
        run.steps(),
        expect![[r#"
        0 configure test
        1 delete test_thing.gone after [0]
        2 forget test_thing.kept after [0]
        3 forget module.m[0].test_thing.in after [0]
    "#]],
    );
}

#[test]
fn attributes_that_the_schema_lost_are_taken_out_before_the_upgrade() {
    let mut old = row("test_thing.a", r#"{"id":"1","name":"x"}"#);
    old.object_mut().attributes = r#"{"id":"1","name":"x","old":{"a":[1]},"tags":{"old":"stays"}}"#.into();
    let run = case(r#"resource "test_thing" "a" {}"#).with([old]).run();
    let raw = run.asked.iter().find_map(|q| match q {
        calls::Question::UpgradeState { raw, .. } => Some(raw.clone()),
        _ => None,
    });
    assert_eq!(raw.as_deref(), Some(r#"{"id":"1","name":"x","tags":{"old":"stays"}}"#));
}

#[test]
fn moves_that_cannot_be_done() {
    let circle = case(
        r#"
        moved {
          from = module.m
          to   = module.n
        }
        moved {
          from = module.n.test_thing.a
          to   = module.m.test_thing.a
        }
        "#,
    );
    check(
        circle.with([row("module.m.test_thing.a", r#"{"id":"1"}"#)]).run().text(),
        expect![[r#"
            Error [module.m.test_thing.a]: Cyclic dependency in move statements: The moved blocks take module.m.test_thing.a round in a circle, so that it has no final address.
        "#]],
    );
    let occupied = case(
        r#"
        moved {
          from = test_thing.a
          to   = test_thing.b
        }
        resource "test_thing" "b" {}
        "#,
    );
    let rows = [row("test_thing.a", r#"{"id":"1"}"#), row("test_thing.b", r#"{"id":"2"}"#)];
    check(
        occupied.with(rows).run().text(),
        expect![[r#"
            test_thing.a: Delete DeleteBecauseNoResourceConfig
            test_thing.b: NoOp
            Warning: Unresolved resource instance address changes: test_thing.a was to be moved to test_thing.b, but there are already objects in there. It stays where it is.
        "#]],
    );
}

#[test]
fn moves_inside_of_modules_and_of_blocked_objects() {
    let run = case(
        r#"
        module "m" {
          source = "./m"
          count  = 2
        }
        #- m/main.tf
        moved {
          from = test_thing.old
          to   = test_thing.new
        }
        resource "test_thing" "new" {}
        "#,
    )
    .with([row("module.m[0].test_thing.old", r#"{"id":"1"}"#), row("module.m[1].test_thing.old", r#"{"id":"2"}"#)])
    .blocked("module.m[1].test_thing.old")
    .run();
    check(
        run.text(),
        expect![[r#"
        module.m[0].test_thing.new: NoOp
        errored
        Error [module.m[1].test_thing.new]: Outcome of an earlier apply is in doubt: An earlier apply began to change module.m[1].test_thing.new and ended before it was known what came of it. Nothing is planned for module.m[1].test_thing.new until that is settled, so that nothing is done twice or lost.
    "#]],
    );
    assert!(run.plan.refreshed.instances.contains_key(&crate::support::addr("module.m[0].test_thing.new")));
    assert!(run.plan.prior.instances.contains_key(&crate::support::addr("module.m[0].test_thing.old")));
}
