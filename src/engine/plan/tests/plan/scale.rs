//! Cost grows with the number of instances, not with its square: counted, not timed.

use crate::support::{case, row};

#[test]
fn ten_thousand_instances_cost_two_questions_each_and_linear_edges() {
    let config = r#"
        resource "terraform_data" "base" {
          count = 5000
          input = count.index
        }
        resource "terraform_data" "top" {
          count = 5000
          input = terraform_data.base[count.index].id
        }
    "#;
    let run = case(config).run();
    assert_eq!(run.diagnostics.len(), 0);
    assert_eq!(run.plan.changes.len(), 10_000);
    // Validate and plan for each, and the two of the provider configuration.
    assert_eq!(run.asked.len(), 20_002);
    let edges: usize = run.plan.execution.after.iter().map(Vec::len).sum();
    assert!(edges < 5 * 10_000, "{edges} edges");
}

#[test]
fn deletes_of_many_instances_have_linear_edges() {
    let mut rows = Vec::new();
    for i in 0..2_000 {
        rows.push(row(&format!("terraform_data.base[{i}]"), r#"{"id":"b"}"#));
        rows.push(row(&format!("terraform_data.top[{i}]"), r#"{"id":"t"}"#).on(&["terraform_data.base"]));
    }
    let run = case("").with(rows).run();
    assert_eq!(run.plan.changes.len(), 4_000);
    let edges: usize = run.plan.execution.after.iter().map(Vec::len).sum();
    assert!(edges < 4 * 4_000, "{edges} edges");
}
