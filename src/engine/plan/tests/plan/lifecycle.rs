//! The `lifecycle` block.

use crate::support::{case, row};
use expect_test::expect;
use plan::{Action, Mode};

#[test]
fn ignore_changes() {
    let run = case(
        r#"
        resource "test_thing" "one" {
          name = "new"
          size = 2
          lifecycle { ignore_changes = [size] }
        }
        resource "test_thing" "key" {
          tags = { a = "new", b = "new" }
          lifecycle { ignore_changes = [tags["a"]] }
        }
        resource "test_thing" "all" {
          name = "new"
          lifecycle { ignore_changes = all }
        }
        resource "test_thing" "fresh" {
          name = "new"
          lifecycle { ignore_changes = all }
        }
        "#,
    )
    .with([
        row("test_thing.one", r#"{"id":"1","name":"old","size":1}"#),
        row("test_thing.key", r#"{"id":"2","tags":{"a":"old","b":"old"}}"#),
        row("test_thing.all", r#"{"id":"3","name":"old"}"#),
    ])
    .run();
    expect![[r#"
        test_thing.all: NoOp
        test_thing.fresh: Create
            {id: ?test_thing.fresh:id, name: "new", secret: !null, zone: ?test_thing.fresh:zone}
        test_thing.key: Update
            {id: "2", secret: !null, tags: {a: "old", b: "new"}}
        test_thing.one: Update
            {id: "1", name: "new", secret: !null, size: 1}
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn a_replacement_is_planned_from_nothing_without_ignoring() {
    let run = case(
        r#"
        resource "test_thing" "a" {
          name = "new"
          size = 2
          lifecycle { ignore_changes = [name] }
        }
        "#,
    )
    .with([row("test_thing.a", r#"{"id":"1","name":"old","size":1}"#)])
    .run();
    expect![[r#"
        test_thing.a: DeleteThenCreate ReplaceBecauseCannotUpdate
            {id: ?test_thing.a:id, name: "new", secret: !null, size: 2, zone: ?test_thing.a:zone}
            because of size
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn prevent_destroy_shows_the_change_and_refuses_it() {
    let text = r#"
        resource "test_thing" "a" {
          size = 2
          lifecycle { prevent_destroy = true }
        }
        resource "test_thing" "c" {
          count = 0
          lifecycle { prevent_destroy = true }
        }
        "#;
    let rows = || [row("test_thing.a", r#"{"id":"1","size":1}"#), row("test_thing.c[0]", r#"{"id":"2"}"#)];
    let run = case(text).with(rows()).run();
    expect![[r#"
        test_thing.a: DeleteThenCreate ReplaceBecauseCannotUpdate
            {id: ?test_thing.a:id, secret: !null, size: 2, zone: ?test_thing.a:zone}
            because of size
        test_thing.c[0]: Delete DeleteBecauseCountIndex
        errored
        Error [test_thing.a]: Instance cannot be destroyed: Resource test_thing.a has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed.
        Error [test_thing.c[0]]: Instance cannot be destroyed: Resource test_thing.c[0] has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed.
    "#]].assert_eq(&run.text());
    let destroy = case(text).with(rows()).mode(Mode::Destroy).run();
    assert_eq!(destroy.diagnostics.len(), 2);
}

#[test]
fn create_before_destroy_spreads_to_what_it_depends_on() {
    let run = case(
        r#"
        resource "test_thing" "base" { size = 2 }
        resource "test_thing" "other" { size = 2 }
        locals { through = test_thing.base.id }
        resource "test_thing" "top" {
          name = local.through
          size = 2
          lifecycle { create_before_destroy = true }
        }
        "#,
    )
    .with([
        row("test_thing.base", r#"{"id":"1","size":1}"#),
        row("test_thing.other", r#"{"id":"2","size":1}"#),
        row("test_thing.top", r#"{"id":"3","name":"1","size":1}"#).on(&["test_thing.base"]),
    ])
    .run();
    let actions: Vec<_> = run.plan.changes.iter().map(|c| (c.addr.to_string(), c.action)).collect();
    assert_eq!(
        actions,
        [
            ("test_thing.base".to_string(), Action::CreateThenDelete),
            ("test_thing.other".to_string(), Action::DeleteThenCreate),
            ("test_thing.top".to_string(), Action::CreateThenDelete),
        ]
    );
    assert!(run.plan.refreshed.object(&crate::support::addr("test_thing.base"), None).unwrap().create_before_destroy);
}

#[test]
fn conditions() {
    let run = case(
        r#"
        resource "test_thing" "pre" {
          lifecycle {
            precondition {
              condition     = terraform.workspace == "none"
              error_message = "One is not more than two."
            }
          }
        }
        resource "test_thing" "post" {
          name = "x"
          lifecycle {
            postcondition {
              condition     = self.name == "y"
              error_message = "It is called ${self.name}."
            }
          }
        }
        resource "test_thing" "later" {
          lifecycle {
            postcondition {
              condition     = self.id == "y"
              error_message = "Not now."
            }
          }
        }
        resource "test_thing" "behind" { name = test_thing.post.id }
        "#,
    )
    .run();
    expect![[r#"
        test_thing.later: Create
            {id: ?test_thing.later:id, secret: !null, zone: ?test_thing.later:zone}
        test_thing.post: Create
            {id: ?test_thing.post:id, name: "x", secret: !null, zone: ?test_thing.post:zone}
        errored
        Error [test_thing.post]: Resource postcondition failed: It is called x.
        Error [test_thing.pre]: Resource precondition failed: One is not more than two.
    "#]]
    .assert_eq(&run.text());
}
