//! Ephemeral resources and write-only attributes in an apply.

use crate::stage::{Fate, SECRET, Stage};
use drform_apply::{Effect, Limits};
use expect_test::{Expect, expect};

fn check(text: &str, fates: &[(&'static str, Fate)], expected: &Expect) -> Stage {
    let mut stage = Stage::new(text, &[]);
    stage.fates = fates.iter().copied().collect();
    let (_, troubles) = stage.run();
    let troubles: String =
        troubles.iter().map(|d| format!("{} ({})\n", d.summary, d.address.as_deref().unwrap_or(""))).collect();
    expected.assert_eq(&format!("{}{troubles}", stage.told()));
    // Nothing of it is written down.
    assert!(!String::from_utf8_lossy(&stage.bytes).contains(SECRET));
    stage
}

const TWO: &str = r#"
ephemeral "t" "lease" {
  name = "l"
}
resource "t" "before" {
  name = "before"
}
resource "t_w" "w" {
  name = t.before.id
  wo   = ephemeral.t.lease.id
}
resource "t" "after" {
  name = t_w.w.id
}
resource "t" "apart" {
  name = "apart"
}
"#;

#[test]
fn opened_again_and_closed_after_the_last_that_needs_it() {
    check(
        TWO,
        &[],
        &expect![[r#"
        append: begin
        ask: validate lease
        append: intent 1 Create t.apart, intent 2 Create t.before
        ask: open ephemeral.t.lease
        change: create apart Works
        change: create before Works
        append: outcome 1 object, outcome 2 object
        ask: final plan new2
        append: intent 3 Create t_w.w
        change: create new2 Works with canary-e0d4-2
        append: outcome 3 object
        ask: final plan new3
        append: intent 4 Create t.after
        change: create new3 Works
        append: outcome 4 object
        ask: close ephemeral.t.lease
        append: end
    "#]],
    );
}

#[test]
fn closed_when_what_needs_it_fails_or_never_begins() {
    check(
        TWO,
        &[("create before", Fate::FailsBefore)],
        &expect![[r#"
        append: begin
        ask: validate lease
        append: intent 1 Create t.apart, intent 2 Create t.before
        ask: open ephemeral.t.lease
        change: create apart Works
        change: create before FailsBefore
        append: outcome 1 object, outcome 2 nothing
        ask: close ephemeral.t.lease
        append: end
        It failed (t.before)
    "#]],
    );
    check(
        TWO,
        &[("create new2", Fate::FailsAfter)],
        &expect![[r#"
            append: begin
            ask: validate lease
            append: intent 1 Create t.apart, intent 2 Create t.before
            ask: open ephemeral.t.lease
            change: create apart Works
            change: create before Works
            append: outcome 1 object, outcome 2 object
            ask: final plan new2
            append: intent 3 Create t_w.w
            change: create new2 FailsAfter with canary-e0d4-2
            append: outcome 3 object
            ask: close ephemeral.t.lease
            append: end
            It failed (t_w.w)
        "#]],
    );
    check(
        TWO,
        &[("create new2", Fate::InDoubt)],
        &expect![[r#"
            append: begin
            ask: validate lease
            append: intent 1 Create t.apart, intent 2 Create t.before
            ask: open ephemeral.t.lease
            change: create apart Works
            change: create before Works
            append: outcome 1 object, outcome 2 object
            ask: final plan new2
            append: intent 3 Create t_w.w
            change: create new2 InDoubt with canary-e0d4-2
            ask: close ephemeral.t.lease
            append: end
            Outcome in doubt (t_w.w)
        "#]],
    );
}

#[test]
fn providers_are_configured_with_what_was_opened_now() {
    let text = r#"
        ephemeral "t" "lease" {
          name = "renewed"
        }
        provider "t" {
          alias  = "inner"
          region = ephemeral.t.lease.id
        }
        resource "t" "a" {
          provider = t.inner
          name     = "a"
        }
    "#;
    let mut stage = Stage::new(text, &[]);
    let mut applier = stage.applier(Limits::default());
    let mut regions = Vec::new();
    while !applier.is_done() {
        for effect in applier.effects() {
            if let Effect::Ask(_, calls::Question::ConfigureProvider { config, .. }) = &effect {
                regions.extend(config.get("region").and_then(value::Value::as_str).map(str::to_owned));
            }
            stage.carry_out(&mut applier, effect);
        }
    }
    let (applied, troubles) = applier.finish();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!((applied.summary.added, regions), (1, vec![format!("{SECRET}2")]));
}

#[test]
fn what_is_not_renewed_is_not_used() {
    let text = r#"
        ephemeral "t" "lease" {
          name = "renewed"
        }
        resource "t_w" "w" {
          name = "w"
          wo   = ephemeral.t.lease.id
        }
    "#;
    let mut stage = Stage::new(text, &[]);
    let mut applier = stage.applier(Limits::default());
    stage.fickle = true;
    while !applier.is_done() {
        for effect in applier.effects() {
            stage.carry_out(&mut applier, effect);
        }
    }
    let (_, troubles) = applier.finish();
    let said: Vec<&str> = troubles.iter().map(|d| d.summary.as_str()).collect();
    assert!(said.contains(&"It was not renewed"), "{said:?}");
    assert!(stage.told().contains("ask: close"), "{}", stage.told());
}

/// Interrupted while a change is on its way: it is waited for, and what is open is closed.
#[test]
fn interrupted() {
    let mut stage = Stage::new(TWO, &[]);
    let mut applier = stage.applier(Limits::default());
    while !applier.is_done() {
        for effect in applier.effects() {
            if let Effect::Change(_, change) = &effect
                && change.intent().addr.to_string() == "t_w.w"
            {
                applier.interrupt();
            }
            stage.carry_out(&mut applier, effect);
        }
    }
    expect![[r#"
        append: begin
        ask: validate lease
        append: intent 1 Create t.apart, intent 2 Create t.before
        ask: open ephemeral.t.lease
        change: create apart Works
        change: create before Works
        append: outcome 1 object, outcome 2 object
        ask: final plan new2
        append: intent 3 Create t_w.w
        change: create new2 Works with canary-e0d4-2
        append: outcome 3 object
        ask: close ephemeral.t.lease
        append: end
    "#]]
    .assert_eq(&stage.told());
}
