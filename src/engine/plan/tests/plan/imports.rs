//! `import` blocks, `enabled`, and `prevent_destroy` that is no constant.

use crate::support::{case, object, row, said};
use calls::{Answer, Question, StoredObject};
use diag::Diagnostics;
use expect_test::expect;
use plan::Mode;

/// The provider knows objects whose id is not `gone`.
fn known(question: &Question) -> Option<Answer> {
    match question {
        Question::Import { kind, by: calls::ImportedBy::Id(id), .. } if id.as_ref() == "refused" => {
            let _ = kind;
            Some(Answer::Imported(Vec::new(), said("No access")))
        }
        Question::Import { kind, by: calls::ImportedBy::Id(id), .. } => {
            let value = object(kind, &format!("{{\"id\":\"{id}\"}}"));
            let object = StoredObject { identity: None, value, private: std::sync::Arc::from(&b"p"[..]) };
            Some(Answer::Imported(vec![(kind.clone(), object)], Diagnostics::new()))
        }
        Question::Read { kind, current, .. } => {
            let id = current.value.get("id").and_then(|id| id.as_str()).unwrap_or_default();
            let value = object(kind, &format!("{{\"id\":\"{id}\",\"name\":\"n\",\"zone\":\"z\"}}"));
            let found = StoredObject { value, private: current.private.clone(), identity: None };
            Some(Answer::Object((id != "gone").then_some(found), Diagnostics::new()))
        }
        _ => None,
    }
}

#[test]
fn objects_are_taken_into_the_state() {
    let run = case(
        r#"
        variable "ids" { default = { a = "1", b = "2" } }
        import {
          for_each = var.ids
          to       = test_thing.each[each.key]
          id       = each.value
        }
        import {
          for_each = ["3", "4"]
          to       = module.m.test_thing.many[each.key]
          id       = each.value
        }
        import {
          to = test_thing.there
          id = "5"
        }
        resource "test_thing" "each" {
          for_each = var.ids
          name     = "n"
        }
        resource "test_thing" "there" {}
        module "m" { source = "./m" }
        #- m/main.tf
        resource "test_thing" "many" {
          count = 3
          name  = "new"
        }
        "#,
    )
    .with([row("test_thing.there", r#"{"id":"9"}"#)])
    .rule(known)
    .run();
    let imported: Vec<String> = run
        .plan
        .changes
        .iter()
        .map(|c| {
            format!("{} {:?} {:?}", c.addr, c.action, c.importing.as_ref().and_then(|by| by.id()).map_or("-", |id| id))
        })
        .collect();
    expect![[r#"
        [
            "test_thing.each[\"a\"] NoOp \"1\"",
            "test_thing.each[\"b\"] NoOp \"2\"",
            "test_thing.there Update \"-\"",
            "module.m.test_thing.many[0] Update \"3\"",
            "module.m.test_thing.many[1] Update \"4\"",
            "module.m.test_thing.many[2] Create \"-\"",
        ]
    "#]]
    .assert_debug_eq(&imported);
    assert_eq!(run.plan.imported(), 4);
    assert!(run.plan.has_changes());
}

#[test]
fn imports_that_cannot_be_done() {
    let run = case(
        r#"
        variable "secret" {
          default   = { a = "1" }
          sensitive = true
        }
        resource "test_thing" "later" {}
        resource "test_thing" "a" {}
        resource "test_thing" "b" {}
        resource "test_thing" "c" { count = 1 }
        resource "test_thing" "d" {}
        resource "test_thing" "e" {}
        resource "test_thing" "f" { count = 1 }
        import {
          to = test_thing.a
          id = "gone"
        }
        import {
          to = test_thing.b
          id = test_thing.later.id
        }
        import {
          to = test_thing.c[5]
          id = "1"
        }
        import {
          to = test_thing.d
          id = "refused"
        }
        import {
          for_each = ["1", "2"]
          to       = test_thing.e
          id       = each.value
        }
        import {
          for_each = var.secret
          to       = test_thing.f[each.key]
          id       = each.value
        }
        "#,
    )
    .rule(known)
    .run();
    expect![[r#"
        test_thing.later: Create
            {id: ?test_thing.later:id, secret: !null, zone: ?test_thing.later:zone}
        errored
        Error [test_thing.a]: Cannot import non-existent remote object: There is no object with the id "gone" for test_thing.a: only objects that exist can be imported.
        Error: Invalid import id argument: The id depends on what is known only after an apply.
        Error: Configuration for import target does not exist: An object is to be imported to test_thing.c[5], which is not declared.
        Error [test_thing.d]: No access: 
        Error: Duplicate import configuration for "test_thing.e": Two imports bring an object to test_thing.e; only one can stand there.
        Error: Invalid import for_each argument: The keys show in addresses, so that they must not be made from sensitive or ephemeral values.
    "#]].assert_eq(&run.text());
}

#[test]
fn imports_to_what_is_not_declared() {
    let run = case("import {\n  to = test_thing.nowhere\n  id = \"1\"\n}\n").run();
    expect![[r#"
        Error: Configuration for import target does not exist: An object is to be imported to test_thing.nowhere, which is not declared.
    "#]].assert_eq(&run.text());
}

#[test]
fn enabled_decides_about_the_one_instance() {
    let run = case(
        r#"
        variable "on" { default = false }
        resource "test_thing" "off" {
          lifecycle {
            enabled = var.on
          }
        }
        resource "test_thing" "was_counted" {
          lifecycle {
            enabled = !var.on
          }
        }
        output "none" { value = test_thing.off == null }
        module "m" {
          source = "./m"
          lifecycle {
            enabled = !var.on
          }
        }
        module "n" {
          source = "./m"
          lifecycle {
            enabled = var.on
          }
        }
        #- m/main.tf
        resource "test_thing" "inside" {}
        "#,
    )
    .with([
        row("test_thing.off", r#"{"id":"1"}"#),
        row("test_thing.was_counted[0]", r#"{"id":"2"}"#),
        row("module.m[0].test_thing.inside", r#"{"id":"3"}"#),
        row("module.n[0].test_thing.inside", r#"{"id":"4"}"#),
    ])
    .run();
    expect![[r#"
        test_thing.off: Delete DeleteBecauseDisabled
        test_thing.was_counted: NoOp
        module.m.test_thing.inside: NoOp
        module.n.test_thing.inside: Delete DeleteBecauseNoModule
        output none: Create null -> true
    "#]]
    .assert_eq(&run.text());
    let moved: Vec<String> = run.plan.moved.iter().map(|(to, from)| format!("{from} -> {to}")).collect();
    expect![[r#"
        [
            "test_thing.was_counted[0] -> test_thing.was_counted",
            "module.m[0].test_thing.inside -> module.m.test_thing.inside",
            "module.n[0].test_thing.inside -> module.n.test_thing.inside",
        ]
    "#]]
    .assert_debug_eq(&moved);
}

#[test]
fn what_is_guarded_by_a_variable() {
    let fixture = |guard: &str| {
        case(&format!(
            r#"
            variable "keep" {{ default = true }}
            resource "test_thing" "a" {{
              count = 0
              lifecycle {{
                prevent_destroy = {guard}
              }}
            }}
            "#
        ))
        .with([row("test_thing.a[0]", r#"{"id":"1"}"#)])
    };
    let errors = |guard: &str, mode: Mode| {
        let run = fixture(guard).mode(mode).run();
        run.diagnostics.iter().map(|d| d.summary.clone()).collect::<Vec<_>>()
    };
    for mode in [Mode::Normal, Mode::Destroy] {
        assert_eq!(errors("var.keep", mode), ["Instance cannot be destroyed"], "{mode:?}");
        assert_eq!(errors("!var.keep", mode), Vec::<String>::new(), "{mode:?}");
    }
}

#[test]
fn single_instances_that_moved_but_stayed() {
    let run = case(
        r#"
        moved {
          from = test_thing.a[0]
          to   = test_thing.b
        }
        resource "test_thing" "a" { count = 1 }
        resource "test_thing" "b" {}
        "#,
    )
    .run();
    let summaries: Vec<&str> = run.diagnostics.iter().map(|d| d.summary.as_ref()).collect();
    assert_eq!(summaries, ["Moved object still exists"]);
}
