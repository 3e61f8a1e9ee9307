//! Functions of providers wherever an expression may stand.

use crate::support::{Case, case};
use calls::Question;
use plan::Complete;

const REQUIRED: &str = "terraform {\n  required_providers {\n    test = { source = \"test\" }\n  }\n}\n";

fn everywhere() -> Case {
    let text = r#"
        variable "name" {
          default = "v"
          validation {
            condition     = provider::test::join("v") == var.name
            error_message = "No."
          }
        }
        provider "test" { region = provider::test::join("eu", "central") }
        locals { nested = provider::test::join(provider::test::join("a", "b"), "c") }
        module "m" {
          source   = "./m"
          for_each = toset([provider::test::join("k", "1")])
          name     = provider::test::join(local.nested, each.key)
        }
        resource "test_thing" "many" {
          count = length(provider::test::join("xx"))
          name  = provider::test::join("n", tostring(count.index))
          lifecycle {
            precondition {
              condition     = provider::test::join(local.nested) != "p"
              error_message = "No."
            }
            postcondition {
              condition     = provider::test::join(self.name) == self.name
              error_message = "No."
            }
          }
        }
        data "test_lookup" "d" { key = provider::test::join("key") }
        output "found" { value = provider::test::join(data.test_lookup.d.found, "!") }
        output "unknown" { value = provider::test::join(test_thing.many[0].id) }
        output "twice" { value = [provider::test::join("same"), provider::test::join("same")] }
        #- m/main.tf
        terraform {
          required_providers {
            mine = { source = "test" }
          }
        }
        variable "name" {}
        resource "test_thing" "in" { name = provider::mine::join(var.name, "in") }
        "#;
    case(&format!("{REQUIRED}{text}")).with_functions()
}

#[test]
fn anywhere_in_any_order() {
    let expected = everywhere().run();
    assert!(expected.diagnostics.is_empty(), "{:#?}", expected.diagnostics);
    let text = expected.text();
    for part in ["a+b+c+k+1+in", "\"n+0\"", "\"n+1\"", "found key+!"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mut calls: Vec<String> = expected
        .asked
        .iter()
        .filter(|q| matches!(q, Question::CallFunction { .. }))
        .map(|q| format!("{q:?}"))
        .collect();
    let all = calls.len();
    calls.sort();
    calls.dedup();
    assert_eq!(calls.len(), all, "each call is asked once");
    for seed in 0..40 {
        let shuffled = everywhere().shuffled(seed).run();
        assert_eq!(shuffled.text(), text, "seed {seed}");
        assert_eq!(shuffled.plan.functions, expected.plan.functions);
    }
}

#[test]
fn faults_point_at_the_argument() {
    for (call, want) in [
        ("join(\"a\", \"bad\")", "Invalid function argument: Invalid value for \"rest\" parameter: It is bad."),
        (
            "join()",
            "Not enough function arguments: Function \"provider::test::join\" expects 1 argument(s). Missing value for \"first\".",
        ),
        ("join(null)", "Invalid function argument: Invalid value for \"first\" parameter: argument must not be null."),
        ("join([])", "Invalid function argument: Invalid value for \"first\" parameter: "),
        (
            "jion(\"a\")",
            "Unknown provider function: The function \"jion\" is not available from the provider \"test\" (hashicorp/test). Did you mean \"join\"?",
        ),
    ] {
        let run = case(&format!("{REQUIRED}output \"a\" {{ value = provider::test::{call} }}")).with_functions().run();
        let told: Vec<String> = run.diagnostics.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
        assert!(told.iter().any(|told| told.starts_with(want)), "{call}: {told:#?}");
        assert_eq!(run.plan.complete, Complete::Errored);
        assert!(run.diagnostics.iter().all(|d| d.subject.is_some()));
    }
}
