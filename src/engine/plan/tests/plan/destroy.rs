//! Destroy mode (features-and-traps.md 73–77).

use crate::support::{case, row};
use calls::Question;
use expect_test::expect;
use plan::Mode;

const CONFIG: &str = r#"
    resource "test_thing" "a" {}
    resource "test_thing" "b" { name = test_thing.a.id }
    resource "test_thing" "wrong" { count = tonumber("not a number") }
    resource "test_thing" "base" {}
    provider "other" { region = test_thing.base.zone }
    resource "other_thing" "o" {}
    output "x" { value = test_thing.b.id }
"#;

fn rows() -> [crate::support::Row; 5] {
    [
        row("test_thing.a", r#"{"id":"1"}"#),
        row("test_thing.b", r#"{"id":"2","name":"1"}"#).on(&["test_thing.a"]),
        row("test_thing.wrong[0]", r#"{"id":"3"}"#),
        row("test_thing.base", r#"{"id":"4","zone":"z"}"#),
        row("other_thing.o", r#"{"id":"5"}"#).on(&["test_thing.base"]),
    ]
}

#[test]
fn everything_goes_and_only_what_providers_need_is_evaluated() {
    let run = case(CONFIG).with(rows()).output("x", value::Value::string("2"), false).mode(Mode::Destroy).run();
    expect![[r#"
        other_thing.o: Delete
        test_thing.a: Delete
        test_thing.b: Delete
        test_thing.base: Delete
        test_thing.wrong[0]: Delete
        output x: Delete "2" -> null
    "#]]
    .assert_eq(&run.text());
    expect![[r#"
        0 configure test
        1 evaluate test_thing.base after [0]
        2 delete test_thing.b after [0]
        3 delete test_thing.wrong[0] after [0]
        4 join DependentDeletes test_thing.a after [2]
        5 delete test_thing.a after [0, 4]
        6 complete test_thing.base after [1]
        7 configure other after [6]
        8 delete other_thing.o after [7]
        9 join DependentDeletes test_thing.base after [8]
        10 delete test_thing.base after [0, 9]
    "#]]
    .assert_eq(&run.steps());
    let region = run.asked.iter().find_map(|q| match q {
        Question::ConfigureProvider { provider, config } if &*provider.provider.kind == "other" => {
            config.get("region").cloned()
        }
        _ => None,
    });
    assert_eq!(region, Some(value::Value::string("z")));
}

#[test]
fn providers_that_plan_destroys_are_asked() {
    let run = case("").with([row("test_thing.a", r#"{"id":"1"}"#)]).plan_destroy().run();
    let asked = run.asked.iter().any(|q| matches!(q, Question::Plan { proposed, .. } if proposed.is_null()));
    assert!(asked);
    expect![[r#"
        test_thing.a: Delete DeleteBecauseNoResourceConfig
    "#]]
    .assert_eq(&run.text());
}
