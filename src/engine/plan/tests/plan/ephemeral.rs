//! Ephemeral resources and write-only attributes in a plan: opened, used, closed, and nowhere in the plan.

use crate::support::{Run, SECRET, case};
use calls::{Answer, Question};
use diag::Diagnostic;
use expect_test::expect;
use plan::Complete;
use value::Value;

/// What was asked about ephemeral resources, and which objects were planned.
fn asked(run: &Run) -> Vec<String> {
    let told = run.asked.iter().filter_map(|question| {
        Some(match question {
            Question::ConfigureProvider { config, .. } => match config.get("region").and_then(Value::as_str) {
                Some(region) => format!("configure {region}"),
                None => return None,
            },
            Question::OpenEphemeral { addr, .. } => format!("open {addr}"),
            Question::RenewEphemeral { addr, .. } => format!("renew {addr}"),
            Question::CloseEphemeral { addr, private, .. } => {
                assert_eq!(private.as_ref(), addr.to_string().as_bytes());
                format!("close {addr}")
            }
            Question::Plan { config, .. } => {
                format!("plan {}", config.get("token").and_then(Value::as_str).unwrap_or("-"))
            }
            _ => return None,
        })
    });
    told.collect()
}

const CHAIN: &str = r#"
    ephemeral "test_lease" "a" { key = "a" }
    provider "other" { region = ephemeral.test_lease.a.found }
    ephemeral "test_lease" "b" { key = length(ephemeral.test_lease.a.found) > 0 ? "b" : "" }
    resource "test_thing" "t" {
      name  = "t"
      token = ephemeral.test_lease.b.found
    }
    resource "other_thing" "o" { name = test_thing.t.name }
"#;

#[test]
fn closed_after_the_last_that_needs_it() {
    for seed in 0..20 {
        let run = case(CHAIN).shuffled(seed).run();
        assert!(run.diagnostics.is_empty(), "{}", run.troubles());
        let asked = asked(&run);
        let at = |what: &str| asked.iter().position(|a| a == what).unwrap_or_else(|| panic!("{what}: {asked:?}"));
        let a = format!("{SECRET} of ephemeral.test_lease.a");
        let order = ["open ephemeral.test_lease.a", "open ephemeral.test_lease.b", "close ephemeral.test_lease.b"];
        let places: Vec<usize> = order.iter().map(|what| at(what)).collect();
        assert!(places.is_sorted(), "{asked:?}");
        assert!(at(&format!("configure {a}")) > at("open ephemeral.test_lease.a"));
        assert_eq!(asked.last().unwrap(), "close ephemeral.test_lease.a", "{asked:?}");
        // Nothing of it is in the plan.
        assert!(!format!("{:?}", run.plan).contains(SECRET), "seed {seed}");
    }
}

#[test]
fn steps_open_and_close() {
    let run = case(CHAIN).run();
    expect![[r#"
        0 configure test
        1 evaluate ephemeral.test_lease.a after [0]
        2 open ephemeral.test_lease.a after [0, 1]
        3 complete ephemeral.test_lease.a after [1, 2]
        4 evaluate ephemeral.test_lease.b after [0, 3]
        5 configure other after [3]
        6 open ephemeral.test_lease.b after [0, 4]
        7 complete ephemeral.test_lease.b after [4, 6]
        8 evaluate test_thing.t after [0, 7]
        9 create test_thing.t after [0, 8]
        10 complete test_thing.t after [8, 9]
        11 evaluate other_thing.o after [5, 10]
        12 create other_thing.o after [5, 11]
        13 close ephemeral.test_lease.b after [12]
        14 close ephemeral.test_lease.a after [12, 13]
    "#]]
    .assert_eq(&run.steps());
}

#[test]
fn opened_by_the_apply_where_the_configuration_is_unknown() {
    let text = r#"
        resource "test_thing" "t" { name = "t" }
        ephemeral "test_lease" "a" { key = test_thing.t.id }
        resource "test_thing" "u" { token = ephemeral.test_lease.a.found }
        ephemeral "test_lease" "unused" { key = "unused" }
    "#;
    let run = case(text).run();
    assert!(run.diagnostics.is_empty(), "{}", run.troubles());
    let (opened, steps) = (asked(&run), run.steps());
    assert!(!opened.contains(&"open ephemeral.test_lease.a".to_string()), "{opened:?}");
    assert!(opened.contains(&"open ephemeral.test_lease.unused".to_string()), "{opened:?}");
    assert!(
        steps.contains("open ephemeral.test_lease.a\n") || steps.contains("open ephemeral.test_lease.a "),
        "{steps}"
    );
    assert!(!steps.contains("unused"), "{steps}");
}

#[test]
fn closed_whatever_happens() {
    let fails = |question: &Question| match question {
        Question::Plan { .. } => Some(Answer::Planned(None, Diagnostic::error("It failed", "").into())),
        _ => None,
    };
    let run = case(CHAIN).rule(fails).run();
    assert_eq!(run.plan.complete, Complete::Errored);
    assert_eq!(asked(&run).last().unwrap(), "close ephemeral.test_lease.a");
    let fails = |question: &Question| match question {
        Question::CloseEphemeral { .. } => Some(Answer::Checked(Diagnostic::error("Not closed", "").into())),
        _ => None,
    };
    let run = case(CHAIN).rule(fails).run();
    assert!(run.troubles().contains("Error [ephemeral.test_lease.b]: Not closed"), "{}", run.troubles());
}

#[test]
fn renewed_and_not_renewed() {
    let text = r#"
        ephemeral "test_lease" "a" { key = "renewed" }
        resource "test_thing" "t" { token = ephemeral.test_lease.a.found }
    "#;
    let run = case(text).run();
    assert!(run.diagnostics.is_empty(), "{}", run.troubles());
    let opened = asked(&run);
    assert!(opened.iter().any(|a| a == "renew ephemeral.test_lease.a"), "{opened:?}");
    let fails = |question: &Question| match question {
        Question::RenewEphemeral { .. } => Some(Answer::Renewed(None, Diagnostic::error("Lost", "").into())),
        _ => None,
    };
    let run = case(text).rule(fails).run();
    assert!(run.troubles().contains("Error [ephemeral.test_lease.a]: Lost"), "{}", run.troubles());
    assert_eq!(asked(&run).last().unwrap(), "close ephemeral.test_lease.a");
}

#[test]
fn interrupted() {
    let case = case(CHAIN);
    let mut planner = case.planner();
    let mut waiting = planner.asks();
    let mut after = Vec::new();
    let mut interrupted = false;
    while !waiting.is_empty() {
        let (ticket, question) = waiting.remove(0);
        if matches!(question, Question::Plan { .. }) {
            planner.interrupt();
            interrupted = true;
        } else if interrupted {
            after.push(format!("{question:?}").split([' ', '{']).next().unwrap().to_owned());
        }
        planner.answer(ticket, case.answer(&question));
        waiting.extend(planner.asks());
    }
    assert!(planner.is_done());
    let (plan, troubles) = planner.finish();
    assert_eq!(plan.complete, Complete::Errored);
    assert!(troubles.iter().any(|d| d.summary == "Interrupted"), "{troubles:?}");
    after.sort();
    assert_eq!(after, ["CloseEphemeral", "CloseEphemeral"]);
}

#[test]
fn write_only_values_are_sent_and_not_kept() {
    let text = format!("resource \"test_thing\" \"t\" {{ token = \"{SECRET}\" }}");
    let run = case(&text).run();
    assert!(run.diagnostics.is_empty(), "{}", run.troubles());
    assert_eq!(asked(&run), [format!("plan {SECRET}")]);
    assert!(!format!("{:?}", run.plan).contains(SECRET));
}

#[test]
fn refused() {
    let rows = [
        ("resource \"test_thing\" \"t\" { name = ephemeral.test_lease.a.found }", "Invalid use of ephemeral value"),
        ("data \"test_lookup\" \"t\" { key = ephemeral.test_lease.a.found }", "Invalid use of ephemeral value"),
        ("output \"o\" { value = ephemeral.test_lease.a.found }", "Ephemeral value not allowed"),
        ("ephemeral \"test_leese\" \"b\" {}", "Invalid ephemeral resource"),
        ("ephemeral \"terraform_data\" \"b\" {}", "Invalid ephemeral resource"),
    ];
    for (block, says) in rows {
        let run = case(&format!("ephemeral \"test_lease\" \"a\" {{ key = \"a\" }}\n{block}")).run();
        assert!(run.troubles().contains(says), "{block}: {}", run.troubles());
        assert!(!run.troubles().contains(SECRET));
        assert_eq!(asked(&run).last().unwrap(), "close ephemeral.test_lease.a", "{block}");
    }
}
