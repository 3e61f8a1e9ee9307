//! `-target` and `-exclude`: what is planned, asked, and left alone. What Terraform does with targets, `tests/compat` holds;
//! here is what it has not, or does otherwise than its own plan says.

use crate::support::{Case, addr, case, row};
use expect_test::{Expect, expect};
use plan::{Action, Mode};

const CHAIN: &str = r#"
    resource "terraform_data" "a" { input = "a" }
    resource "terraform_data" "b" { input = terraform_data.a.output }
    resource "terraform_data" "c" { input = terraform_data.b.output }
    resource "terraform_data" "d" { input = "d" }
    output "a" { value = terraform_data.a.output }
    output "c" { value = terraform_data.c.output }
    output "d" { value = terraform_data.d.output }
    output "constant" { value = 1 }
"#;

/// Addresses with what is done to them, and the outputs that change.
fn check(case: Case, expected: &Expect) {
    let run = case.run();
    let mut out: String =
        run.plan.changes.iter().map(|change| format!("{} {:?}\n", change.addr, change.action)).collect();
    let outputs: Vec<&str> = run.plan.outputs.keys().map(AsRef::as_ref).collect();
    out.push_str(&format!("outputs {}\n", outputs.join(" ")));
    for diagnostic in run.diagnostics.iter() {
        out.push_str(&format!("{:?}: {}\n", diagnostic.severity, diagnostic.summary));
    }
    expected.assert_eq(&out);
}

#[test]
fn what_is_excluded_and_what_depends_on_it_is_left_out() {
    check(
        case(CHAIN).exclude("terraform_data.b"),
        &expect![[r#"
            terraform_data.a Create
            terraform_data.d Create
            outputs a d
            Warning: Resource targeting is in effect
        "#]],
    );
}

#[test]
fn excluding_everything_leaves_nothing() {
    check(
        case(CHAIN).exclude("terraform_data.a").exclude("terraform_data.d"),
        &expect![[r#"
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

#[test]
fn excluding_what_is_not_there_excludes_nothing_but_the_outputs_without_resources() {
    check(
        case(CHAIN).exclude("module.nope"),
        &expect![[r#"
            terraform_data.a Create
            terraform_data.b Create
            terraform_data.c Create
            terraform_data.d Create
            outputs a c d
            Warning: Resource targeting is in effect
        "#]],
    );
}

const COUNTED: &str = r#"
    resource "terraform_data" "n" {
      count = 3
      input = count.index
    }
    resource "terraform_data" "b" { input = terraform_data.n[0].output }
    resource "terraform_data" "c" { input = "c" }
"#;

#[test]
fn an_excluded_instance_takes_along_all_that_depends_on_its_resource() {
    check(
        case(COUNTED).exclude("terraform_data.n[1]"),
        &expect![[r#"
            terraform_data.c Create
            terraform_data.n[0] Create
            terraform_data.n[2] Create
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

#[test]
fn excluded_orphans_stay() {
    let rows = || {
        [
            row("terraform_data.x", r#"{"id":"x"}"#),
            row("terraform_data.y", r#"{"id":"y"}"#).on(&["terraform_data.x"]),
            row("terraform_data.n[7]", r#"{"id":"n"}"#),
        ]
    };
    check(
        case(COUNTED).with(rows()).exclude("terraform_data.x").exclude("terraform_data.n"),
        &expect![[r#"
            terraform_data.c Create
            terraform_data.y Delete
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

fn made() -> Case {
    case(CHAIN).with([
        row("terraform_data.a", r#"{"id":"a"}"#),
        row("terraform_data.b", r#"{"id":"b"}"#).on(&["terraform_data.a"]),
        row("terraform_data.c", r#"{"id":"c"}"#).on(&["terraform_data.a", "terraform_data.b"]),
        row("terraform_data.d", r#"{"id":"d"}"#),
    ])
}

#[test]
fn what_an_excluded_object_depends_on_is_not_destroyed() {
    check(
        made().mode(Mode::Destroy).exclude("terraform_data.b"),
        &expect![[r#"
            terraform_data.c Delete
            terraform_data.d Delete
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

#[test]
fn what_depends_on_a_target_is_destroyed_first() {
    check(
        made().mode(Mode::Destroy).target("terraform_data.b"),
        &expect![[r#"
            terraform_data.b Delete
            terraform_data.c Delete
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

#[test]
fn what_is_left_out_is_neither_read_nor_planned() {
    let run = made().target("terraform_data.b").run();
    // Upgrade, read, validate and plan of two; and the two of the provider configuration.
    assert_eq!(run.asked.len(), 10, "{:#?}", run.asked);
    let run = made().exclude("terraform_data.b").run();
    assert_eq!(run.asked.len(), 10, "{:#?}", run.asked);
}

#[test]
fn a_move_that_is_not_covered_is_refused_before_anything_is_asked() {
    let text = r#"
        resource "terraform_data" "new" { input = "a" }
        resource "terraform_data" "b" { input = "b" }
        moved {
          from = terraform_data.old
          to   = terraform_data.new
        }
    "#;
    for (target, exclude) in [(Some("terraform_data.b"), None), (None, Some("terraform_data.new"))] {
        let case = case(text).with([row("terraform_data.old", r#"{"id":"a"}"#)]);
        let case = target.into_iter().fold(case, Case::target);
        let run = exclude.into_iter().fold(case, Case::exclude).run();
        assert!(run.troubles().contains("Moved resource instances excluded by targeting"), "{}", run.troubles());
        assert!(run.asked.is_empty());
    }
}

/// Terraform plans the deletion of `module.m[1]` too, and then leaves it out of the apply: our plan says what happens.
#[test]
fn of_a_module_that_lost_instances_only_the_target_goes() {
    let text = r#"
        #- main.tf
        module "m" {
          source = "./m"
          count  = 1
        }
        #- m/main.tf
        resource "terraform_data" "in" { input = "in" }
    "#;
    let rows = (0..3).map(|i| row(&format!("module.m[{i}].terraform_data.in"), r#"{"id":"x"}"#));
    check(
        case(text).with(rows).target("module.m[2]"),
        &expect![[r#"
            module.m[2].terraform_data.in Delete
            outputs 
            Warning: Resource targeting is in effect
        "#]],
    );
}

/// Terraform announces that the replaced object is destroyed, and leaves it behind as a deposed one.
#[test]
fn a_dependency_that_is_replaced_leaves_nothing_behind() {
    let run = case(
        r#"
        resource "test_thing" "a" { size = 2 }
        resource "test_thing" "b" {
          name = test_thing.a.id
          lifecycle { create_before_destroy = true }
        }
        "#,
    )
    .with([row("test_thing.a", r#"{"id":"1","size":1}"#).created_first()])
    .target("test_thing.b")
    .run();
    assert_eq!(run.plan.changes[0].action, Action::CreateThenDelete);
    assert!(run.steps().contains("delete test_thing.a"), "{}", run.steps());
}

/// Deposed objects of what is only needed by a target stay; those of the target itself go.
#[test]
fn deposed_objects_go_with_targets() {
    let rows = || {
        [
            row("terraform_data.a", r#"{"id":"a"}"#),
            row("terraform_data.a", r#"{"id":"old a"}"#).deposed("0000aaaa"),
            row("terraform_data.b", r#"{"id":"b"}"#),
            row("terraform_data.b", r#"{"id":"old b"}"#).deposed("0000bbbb"),
        ]
    };
    let run = case(CHAIN).with(rows()).target("terraform_data.b").run();
    let deposed: Vec<String> = (run.plan.changes.iter())
        .filter(|change| change.deposed.is_some())
        .map(|change| change.addr.to_string())
        .collect();
    assert_eq!(deposed, ["terraform_data.b"]);
}

/// What a minimal refresh reads: only what would change. A read may show that nothing has to be done.
#[test]
fn a_minimal_refresh_reads_what_would_change() {
    let text = r#"
        resource "test_thing" "same" { name = "same" }
        resource "test_thing" "other" { name = "new" }
        resource "test_thing" "done" { name = "new" }
        resource "test_thing" "replaced" { size = 2 }
        resource "test_thing" "fresh" { name = "fresh" }
    "#;
    let rows = [
        row("test_thing.same", r#"{"id":"1","name":"same"}"#),
        row("test_thing.other", r#"{"id":"2","name":"old"}"#),
        row("test_thing.done", r#"{"id":"3","name":"old"}"#),
        row("test_thing.replaced", r#"{"id":"4","size":1}"#),
        row("test_thing.gone", r#"{"id":"5"}"#),
    ];
    let now = case(text).with([row("test_thing.done", r#"{"id":"3","name":"new"}"#)]);
    let now =
        now.no_refresh().run().plan.changes.iter().find(|c| c.addr == addr("test_thing.done")).unwrap().before.clone();
    let run = case(text).with(rows).really("3", Some(now)).minimal_refresh().run();
    let read: Vec<&str> = (run.asked.iter())
        .filter_map(|question| match question {
            calls::Question::Read { current, .. } => current.value.get("id").and_then(value::Value::as_str),
            _ => None,
        })
        .collect();
    let mut read = read;
    read.sort_unstable();
    assert_eq!(read, ["2", "3", "4", "5"]);
    let actions: Vec<String> =
        run.plan.changes.iter().map(|c| format!("{} {:?}", c.addr.resource.name, c.action)).collect();
    assert_eq!(
        actions,
        ["done NoOp", "fresh Create", "gone Delete", "other Update", "replaced DeleteThenCreate", "same NoOp"]
    );
    assert_eq!(run.plan.drift.len(), 1);
    assert_eq!(run.diagnostics.len(), 0);
}

#[test]
fn ten_thousand_targets_cost_no_more_than_the_graph() {
    let config = r#"
        resource "terraform_data" "base" {
          count = 10000
          input = count.index
        }
        resource "terraform_data" "top" {
          count = 10000
          input = terraform_data.base[count.index].id
        }
    "#;
    let targeted = (0..10_000).fold(case(config), |case, i| case.target(&format!("terraform_data.base[{i}]")));
    let run = targeted.run();
    assert_eq!(run.plan.changes.len(), 10_000);
    assert_eq!(run.asked.len(), 20_002);
}
