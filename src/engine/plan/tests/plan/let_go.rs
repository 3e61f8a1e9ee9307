//! `destroy = false` (OpenTofu 1.12): objects are let go of, where else they would be destroyed.

use crate::support::{addr, case, row};
use expect_test::{Expect, expect};
use plan::Mode;

fn check(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

const KEPT: &str = r#"
    resource "test_thing" "a" {
      count = 1
      size  = 2
      lifecycle { destroy = false }
    }
    resource "test_thing" "after" { name = test_thing.a[0].id }
"#;

#[test]
fn a_replacement_lets_go_of_the_old_object() {
    let run = case(KEPT)
        .with([
            row("test_thing.a[0]", r#"{"id":"1","size":1}"#),
            row("test_thing.a[1]", r#"{"id":"2","size":2}"#),
            row("test_thing.a[0]", r#"{"id":"0","size":2}"#).deposed("00000001"),
        ])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a[0]: ForgetThenCreate ReplaceBecauseCannotUpdate
            {id: ?test_thing.a[0]:id, secret: !null, size: 2, zone: ?test_thing.a[0]:zone}
            because of size
        test_thing.a[0] (deposed 00000001): Forget ForgotBecauseLifecycleDestroyInConfig
        test_thing.a[1]: Forget ForgotBecauseLifecycleDestroyInConfig
        test_thing.after: Create
            {id: ?test_thing.after:id, name: ?test_thing.a[0]:id, secret: !null, zone: ?test_thing.after:zone}
        Warning: Some objects will no longer be managed by drform: If you apply this plan, drform will discard its tracking information for the following objects, but it will not delete them:
         - test_thing.a[0] (the object that is replaced)
         - test_thing.a[0] (deposed object 00000001)
         - test_thing.a[1]

        After applying this plan, drform will no longer manage these objects.
    "#]],
    );
    check(
        run.steps(),
        expect![[r#"
        0 configure test
        1 evaluate test_thing.a after [0]
        2 set aside test_thing.a[0] as 8a920027 after [0, 1]
        3 create test_thing.a[0] after [0, 1, 2]
        4 forget test_thing.a[0] after [0]
        5 forget test_thing.a[0] after [0, 3]
        6 forget test_thing.a[1] after [0]
        7 complete test_thing.a after [1, 2, 3]
        8 evaluate test_thing.after after [0, 7]
        9 create test_thing.after after [0, 8]
    "#]],
    );
    assert_eq!(run.plan.counts(), (2, 0, 0));
    assert_eq!(run.plan.forgotten(), 3);
}

#[test]
fn create_before_destroy_and_prevent_destroy_say_nothing_against_it() {
    let text = r#"
        resource "test_thing" "a" {
          size = 2
          lifecycle {
            destroy               = false
            create_before_destroy = true
            prevent_destroy       = true
          }
        }
        resource "test_thing" "t" {
          name = "x"
          lifecycle { destroy = false }
        }
    "#;
    let run = case(text)
        .with([
            row("test_thing.a", r#"{"id":"1","size":1}"#),
            row("test_thing.t", r#"{"id":"2","name":"x"}"#).tainted(),
        ])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: ForgetThenCreate ReplaceBecauseCannotUpdate
            {id: ?test_thing.a:id, secret: !null, size: 2, zone: ?test_thing.a:zone}
            because of size
        test_thing.t: ForgetThenCreate ReplaceBecauseTainted
            {id: ?test_thing.t:id, name: "x", secret: !null, zone: ?test_thing.t:zone}
        Warning: Some objects will no longer be managed by drform: If you apply this plan, drform will discard its tracking information for the following objects, but it will not delete them:
         - test_thing.a (the object that is replaced)
         - test_thing.t (the object that is replaced)

        After applying this plan, drform will no longer manage these objects.
    "#]],
    );
}

#[test]
fn the_state_remembers_what_the_block_said() {
    let run = case(KEPT).with([row("test_thing.a[0]", r#"{"id":"1","size":2}"#)]).run();
    let object = |run: &crate::support::Run| run.plan.refreshed.object(&addr("test_thing.a[0]"), None).unwrap().clone();
    assert!(object(&run).skip_destroy);
    let changed = KEPT.replace("destroy = false", "destroy = true");
    let run = case(&changed).with([row("test_thing.a[0]", r#"{"id":"1","size":2}"#).kept()]).run();
    assert!(!object(&run).skip_destroy);
    check(
        run.text(),
        expect![[r#"
        test_thing.a[0]: NoOp
        test_thing.after: Create
            {id: ?test_thing.after:id, name: "1", secret: !null, zone: ?test_thing.after:zone}
    "#]],
    );
}

#[test]
fn what_is_gone_from_the_configuration_is_let_go_of() {
    let text = r#"
        removed {
          from = test_thing.destroyed
          lifecycle { destroy = true }
        }
        removed {
          from = test_thing.removed
          lifecycle { destroy = false }
        }
        resource "test_thing" "some" { count = 1 }
    "#;
    let run = case(text)
        .with([
            row("test_thing.gone", r#"{"id":"1"}"#).kept(),
            row("test_thing.destroyed", r#"{"id":"2"}"#).kept(),
            row("test_thing.removed", r#"{"id":"3"}"#).kept(),
            row("test_thing.some[0]", r#"{"id":"4"}"#).kept(),
            row("test_thing.some[1]", r#"{"id":"5"}"#).kept(),
        ])
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.destroyed: Delete DeleteBecauseNoResourceConfig
        test_thing.gone: Forget ForgotBecauseLifecycleDestroyInState
        test_thing.removed: Forget DeleteBecauseNoResourceConfig
        test_thing.some[0]: NoOp
        test_thing.some[1]: Forget ForgotBecauseLifecycleDestroyInState
        Warning: Some objects will no longer be managed by drform: If you apply this plan, drform will discard its tracking information for the following objects, but it will not delete them:
         - test_thing.gone
         - test_thing.removed
         - test_thing.some[1]

        After applying this plan, drform will no longer manage these objects.
    "#]],
    );
}

#[test]
fn a_destroy_lets_go_too() {
    let text = r#"
        resource "test_thing" "kept" {
          lifecycle { destroy = false }
        }
        resource "test_thing" "no_more" {}
        removed {
          from = test_thing.removed
          lifecycle { destroy = false }
        }
    "#;
    let run = case(text)
        .with([
            row("test_thing.kept", r#"{"id":"1"}"#),
            row("test_thing.no_more", r#"{"id":"2"}"#).kept(),
            row("test_thing.gone", r#"{"id":"3"}"#).kept(),
            row("test_thing.removed", r#"{"id":"4"}"#),
        ])
        .mode(Mode::Destroy)
        .run();
    check(
        run.text(),
        expect![[r#"
        test_thing.gone: Forget ForgotBecauseLifecycleDestroyInState
        test_thing.kept: Forget ForgotBecauseLifecycleDestroyInConfig
        test_thing.no_more: Delete
        test_thing.removed: Delete
        Warning: Some objects will no longer be managed by drform: If you apply this plan, drform will discard its tracking information for the following objects, but it will not delete them:
         - test_thing.gone
         - test_thing.kept

        After applying this plan, drform will no longer manage these objects.
    "#]],
    );
}
