//! Errors, broken promises, doubt: one trouble blocks only what depends on it.

use crate::support::{case, row, said};
use calls::{Answer, Question};
use expect_test::expect;
use value::Value;

#[test]
fn an_error_blocks_only_its_dependants() {
    let run = case(
        r#"
        resource "test_thing" "bad" { name = "bad" }
        resource "test_thing" "behind" { name = test_thing.bad.id }
        resource "test_thing" "behind_too" { name = local.l }
        resource "test_thing" "fine" { name = "fine" }
        locals { l = test_thing.behind.id }
        output "o" { value = test_thing.fine.name }
        "#,
    )
    .rule(|question| match question {
        Question::ValidateResource { config, .. } if config.get("name").and_then(Value::as_str) == Some("bad") => {
            Some(Answer::Checked(said("Bad name")))
        }
        _ => None,
    })
    .run();
    expect![[r#"
        test_thing.fine: Create
            {id: ?test_thing.fine:id, name: "fine", secret: !null, zone: ?test_thing.fine:zone}
        output o: Create null -> "fine"
        errored
        Error [test_thing.bad]: Bad name: 
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn promises_that_providers_break() {
    let broken = |legacy: bool| {
        case(r#"resource "test_thing" "a" { name = "x" }"#)
            .rule(move |question| match question {
                Question::Plan { proposed, private, .. } => {
                    let mut attributes = proposed.as_object().unwrap().clone();
                    attributes.insert("name".into(), Value::string("y"));
                    attributes.insert("size".into(), Value::int(3));
                    let planned = calls::PlannedObject {
                        planned: Value::object(attributes),
                        requires_replace: Vec::new(),
                        private: private.clone(),
                        legacy,
                    };
                    Some(Answer::Planned(Some(planned), diag::Diagnostics::new()))
                }
                _ => None,
            })
            .run()
    };
    expect![[r#"
        errored
        Error [test_thing.a]: Provider produced invalid plan: Provider "registry.terraform.io/hashicorp/test" planned an invalid value for test_thing.a.name: planned value "y" does not match config value "x".

        This is a bug in the provider, which should be reported in the provider's own issue tracker.
        Error [test_thing.a]: Provider produced invalid plan: Provider "registry.terraform.io/hashicorp/test" planned an invalid value for test_thing.a.size: planned 3 for a non-computed attribute.

        This is a bug in the provider, which should be reported in the provider's own issue tracker.
    "#]].assert_eq(&broken(false).text());
    expect![[r#"
        test_thing.a: Create
            {name: "y", secret: !null, size: 3}
    "#]]
    .assert_eq(&broken(true).text());
}

#[test]
fn a_provider_that_cannot_be_configured_blocks_its_resources() {
    let run = case(
        r#"
        resource "test_thing" "a" {}
        resource "other_thing" "b" {}
        "#,
    )
    .rule(|question| match question {
        Question::ConfigureProvider { provider, .. } if &*provider.provider.kind == "test" => {
            Some(Answer::Checked(said("No credentials")))
        }
        _ => None,
    })
    .run();
    expect![[r#"
        other_thing.b: Create
            {id: ?other_thing.b:id, secret: !null, zone: ?other_thing.b:zone}
        errored
        Error [provider["registry.terraform.io/hashicorp/test"]]: No credentials: 
    "#]]
    .assert_eq(&run.text());
}

#[test]
fn addresses_in_doubt_are_not_touched() {
    let run = case(
        r#"
        resource "test_thing" "a" { name = "x" }
        resource "test_thing" "b" { name = test_thing.a.id }
        resource "test_thing" "c" {}
        "#,
    )
    .with([row("test_thing.a", r#"{"id":"1"}"#)])
    .blocked("test_thing.a")
    .run();
    expect![[r#"
        test_thing.c: Create
            {id: ?test_thing.c:id, secret: !null, zone: ?test_thing.c:zone}
        errored
        Error [test_thing.a]: Outcome of an earlier apply is in doubt: An earlier apply began to change test_thing.a and ended before it was known what came of it. Nothing is planned for test_thing.a until that is settled, so that nothing is done twice or lost.
    "#]].assert_eq(&run.text());
    assert!(run.diagnostics.iter().any(|d| d.next_step.as_deref().is_some_and(|n| n.contains("drform recover"))));
}

#[test]
fn counts_that_nothing_makes_known_are_refused() {
    let run = case(
        r#"
        resource "test_thing" "a" {}
        resource "test_thing" "b" { count = length(timestamp()) }
        resource "test_thing" "c" {
          for_each = toset([timestamp()])
          zone     = test_thing.a.id
        }
        "#,
    )
    .run();
    expect![[r#"
        test_thing.a: Create
            {id: ?test_thing.a:id, secret: !null, zone: ?test_thing.a:zone}
        errored
        Error: Invalid count argument: The "count" value depends on resource attributes that cannot be determined until apply, so the number of instances cannot be predicted.
        Error: Invalid for_each argument: The "for_each" set includes values derived from resource attributes that cannot be determined until apply, so that the full set of keys that will identify the instances is not known.
    "#]].assert_eq(&run.text());
}

#[test]
fn objects_of_newer_providers_are_refused() {
    let mut newer = row("test_thing.a", r#"{"id":"1"}"#);
    newer.object_mut().schema_version = 3;
    let run = case(r#"resource "test_thing" "a" {}"#).with([newer]).run();
    expect![[r#"
        errored
        Error [test_thing.a]: Resource instance managed by newer provider version: The current state of test_thing.a was created by a newer provider version than is currently selected. Upgrade the test provider to work with this state.
    "#]].assert_eq(&run.text());
}

#[test]
fn orphans_need_their_provider() {
    let mut orphan = row("test_thing.a", r#"{"id":"1"}"#);
    orphan.object_mut();
    let run = case("").with([orphan]).provider("test_thing.a", "west").run();
    expect![[r#"
        errored
        Error [test_thing.a]: Provider configuration not present: To work with test_thing.a its original provider configuration at provider["registry.terraform.io/hashicorp/test"].west is required, but it has been removed. This occurs when a provider configuration is removed while objects created by that provider still exist in the state. Re-add the provider configuration to destroy test_thing.a, after which you can remove the provider configuration again.
    "#]].assert_eq(&run.text());
}

#[test]
fn both_public_registries_are_one_provider() {
    let text = r#"
        terraform {
          required_providers {
            test = { source = "registry.opentofu.org/hashicorp/test" }
          }
        }
        resource "test_thing" "a" {}
        "#;
    let run = case(text).with([row("test_thing.a", r#"{"id":"1"}"#), row("test_thing.gone", r#"{"id":"2"}"#)]).run();
    let hosts: Vec<_> = run.asked.iter().map(|q| q.provider().provider.host.to_string()).collect();
    assert!(hosts.iter().all(|host| host == "registry.opentofu.org"), "{hosts:?}");
    expect![[r#"
        test_thing.a: NoOp
        test_thing.gone: Delete DeleteBecauseNoResourceConfig
    "#]]
    .assert_eq(&run.text());
}
