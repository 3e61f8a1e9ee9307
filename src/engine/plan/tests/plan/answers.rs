//! The order of answers does not matter.

use crate::support::{Case, case, row, said};
use calls::{Answer, Question};
use value::Value;

fn big() -> Case {
    case(
        r#"
        variable "n" { default = 4 }
        module "m" {
          source   = "./m"
          for_each = toset(["a", "b"])
          name     = test_thing.base.id
        }
        resource "test_thing" "base" { size = 2 }
        resource "test_thing" "many" {
          count = var.n
          name  = "n${count.index}"
          lifecycle { create_before_destroy = true }
        }
        resource "test_thing" "bad" {
          count = 3
          name  = "bad"
        }
        data "test_lookup" "d" {
          count = 2
          key   = test_thing.many[count.index].id
        }
        output "names" { value = module.m["a"].name }
        #- m/main.tf
        variable "name" {}
        resource "test_thing" "in" { name = var.name }
        output "name" { value = test_thing.in.name }
        "#,
    )
    .with([
        row("test_thing.base", r#"{"id":"1","size":1}"#),
        row("test_thing.many[0]", r#"{"id":"2","name":"n0","size":4}"#),
        row("test_thing.many[1]", r#"{"id":"3","name":"n1"}"#).tainted(),
        row("test_thing.many[7]", r#"{"id":"4","name":"n1"}"#),
        row("module.m[\"a\"].test_thing.in", r#"{"id":"5","name":"1"}"#).on(&["test_thing.base"]),
        row("module.m[\"c\"].test_thing.in", r#"{"id":"6","name":"1"}"#).on(&["test_thing.base"]),
    ])
    .really("5", None)
}

fn bad(question: &Question) -> Option<Answer> {
    match question {
        Question::ValidateResource { config, .. } if config.get("name").and_then(Value::as_str) == Some("bad") => {
            Some(Answer::Checked(said("Bad name")))
        }
        _ => None,
    }
}

#[test]
fn any_order_gives_the_same_plan() {
    let expected = big().run();
    let with_errors = big().rule(bad).run();
    assert_eq!(with_errors.diagnostics.len(), 3);
    for seed in 0..50 {
        let run = big().shuffled(seed).run();
        assert_eq!(format!("{:?}", run.plan), format!("{:?}", expected.plan), "seed {seed}");
        assert_eq!(run.diagnostics, expected.diagnostics, "seed {seed}");
        let run = big().rule(bad).shuffled(seed).run();
        assert_eq!(format!("{:?}", run.plan), format!("{:?}", with_errors.plan), "seed {seed}");
        assert_eq!(run.diagnostics, with_errors.diagnostics, "seed {seed}");
    }
}

#[test]
fn questions_come_in_address_order() {
    let run = big().run();
    let keys = run.asked.iter().filter_map(|q| match q {
        Question::ReadDataSource { config, .. } => config.get("key").and_then(Value::as_str).map(str::to_owned),
        Question::ValidateResource { config, .. } => config.get("name").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    });
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys[..3], ["bad", "bad", "bad"]);
    assert_eq!(run.asked.iter().filter(|q| matches!(q, Question::ConfigureProvider { .. })).count(), 1);
}
