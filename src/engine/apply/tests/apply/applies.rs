use crate::stage::{Fate, Stage, shown};
use drform_apply::{Applier, Effect, Event, Limits};
use expect_test::{Expect, expect};

/// Applies, and compares trace, summary, state and troubles.
pub(crate) fn check(mut stage: Stage, expected: &Expect) {
    let (applied, troubles) = stage.run();
    let folded = stage.folded();
    assert_eq!(folded.conflicts, []);
    let unresolved: Vec<String> =
        folded.unresolved.iter().map(|intent| format!(" in doubt: {}", intent.addr)).collect();
    let summaries: Vec<String> =
        troubles.iter().map(|d| format!("{} ({})\n", d.summary, d.address.as_deref().unwrap_or(""))).collect();
    let s = applied.summary;
    let counts = format!("+{} ~{} -{} failed {} skipped {}", s.added, s.changed, s.destroyed, s.failed, s.skipped);
    assert_eq!(s.in_doubt, folded.unresolved.len());
    expected.assert_eq(&format!(
        "{}{counts}\n{}{}\n{}",
        stage.told(),
        shown(&folded.state),
        unresolved.concat(),
        summaries.concat()
    ));
}

pub(crate) fn with_fates<const N: usize>(mut stage: Stage, fates: [(&'static str, Fate); N]) -> Stage {
    stage.fates = fates.into();
    stage
}

const TWO: &str = r#"
resource "t" "a" {
  name = "a"
}
resource "t" "b" {
  name = t.a.id
}
resource "t" "c" {
  name = "c"
}
output "b" {
  value = t.b.name
}
"#;

#[test]
fn dependants_wait_for_the_outcome_on_disk() {
    check(
        Stage::new(TWO, &[]),
        &expect![[r#"
            append: begin
            append: intent 1 Create t.a, intent 2 Create t.c
            change: create a Works
            change: create c Works
            append: outcome 1 object, outcome 2 object
            ask: final plan new1
            append: intent 3 Create t.b
            change: create new1 Works
            append: outcome 3 object
            append: outputs, end
            +3 ~0 -0 failed 0 skipped 0
            t.a=new1/a t.b=new3/new1 t.c=new2/c b:"new1"
        "#]],
    );
}

#[test]
fn a_failure_stops_only_dependants() {
    check(
        with_fates(Stage::new(TWO, &[]), [("create a", Fate::FailsAfter)]),
        &expect![[r#"
            append: begin
            append: intent 1 Create t.a, intent 2 Create t.c
            change: create a FailsAfter
            change: create c Works
            append: outcome 1 object, outcome 2 object
            append: end
            +1 ~0 -0 failed 1 skipped 1
            t.a=new1/a! t.c=new2/c
            It failed (t.a)
        "#]],
    );
}

#[test]
fn an_outcome_in_doubt_stays_open() {
    check(
        with_fates(Stage::new(TWO, &[]), [("create a", Fate::InDoubt)]),
        &expect![[r#"
            append: begin
            append: intent 1 Create t.a, intent 2 Create t.c
            change: create a InDoubt
            change: create c Works
            append: outcome 2 object
            append: end
            +1 ~0 -0 failed 0 skipped 1
            t.c=new2/c in doubt: t.a
            Outcome in doubt (t.a)
        "#]],
    );
}

#[test]
fn updates_and_deletes() {
    check(
        Stage::new("resource \"t\" \"a\" {\n  name = \"new\"\n}\n", &[("t.a", "1", "old"), ("t.gone", "2", "gone")]),
        &expect![[r#"
            append: begin
            append: before t.a, intent 1 Update t.a, before t.gone, intent 2 Delete t.gone
            change: update new Works
            change: delete gone Works
            append: outcome 1 object, outcome 2 gone
            append: end
            +0 ~1 -1 failed 0 skipped 0
            t.a=1/new
        "#]],
    );
}

#[test]
fn a_failed_update_keeps_the_object() {
    check(
        with_fates(
            Stage::new("resource \"t\" \"a\" {\n  name = \"new\"\n}\n", &[("t.a", "1", "old")]),
            [("update new", Fate::FailsBefore)],
        ),
        &expect![[r#"
            append: begin
            append: before t.a, intent 1 Update t.a
            change: update new FailsBefore
            append: outcome 1 nothing
            append: end
            +0 ~0 -0 failed 1 skipped 0
            t.a=1/old
            It failed (t.a)
        "#]],
    );
}

const REPLACED_FIRST: &str = r#"
resource "t" "a" {
  name = "new"
  size = 1
  lifecycle {
    create_before_destroy = true
  }
}
"#;

#[test]
fn replace_by_deleting_first() {
    check(
        Stage::new("resource \"t\" \"a\" {\n  name = \"new\"\n  size = 1\n}\n", &[("t.a", "1", "old")]),
        &expect![[r#"
            append: begin
            append: before t.a, intent 1 Delete t.a
            change: delete old Works
            append: outcome 1 gone
            append: intent 2 Create t.a
            change: create new Works
            append: outcome 2 object
            append: end
            +1 ~0 -1 failed 0 skipped 0
            t.a=new1/new
        "#]],
    );
}

#[test]
fn replace_by_creating_first() {
    check(
        Stage::new(REPLACED_FIRST, &[("t.a", "1", "old")]),
        &expect![[r#"
        append: begin, before t.a, refreshed t.a
        append: deposed t.a, intent 1 Create t.a
        change: create new Works
        append: outcome 1 object
        append: intent 2 Delete t.a
        change: delete old Works
        append: outcome 2 gone
        append: end
        +1 ~0 -1 failed 0 skipped 0
        t.a=new1/new
    "#]],
    );
}

#[test]
fn the_old_object_comes_back_when_the_new_one_never_was() {
    check(
        with_fates(Stage::new(REPLACED_FIRST, &[("t.a", "1", "old")]), [("create new", Fate::FailsBefore)]),
        &expect![[r#"
            append: begin, before t.a, refreshed t.a
            append: deposed t.a, intent 1 Create t.a
            change: create new FailsBefore
            append: outcome 1 nothing, restored t.a
            append: end
            +0 ~0 -0 failed 1 skipped 1
            t.a=1/old
            It failed (t.a)
        "#]],
    );
}

#[test]
fn both_stay_when_the_new_one_is_half_made() {
    check(
        with_fates(Stage::new(REPLACED_FIRST, &[("t.a", "1", "old")]), [("create new", Fate::FailsAfter)]),
        &expect![[r#"
            append: begin, before t.a, refreshed t.a
            append: deposed t.a, intent 1 Create t.a
            change: create new FailsAfter
            append: outcome 1 object
            append: end
            +0 ~0 -0 failed 1 skipped 1
            t.a=new1/new! t.a~=1/old
            It failed (t.a)
        "#]],
    );
}

#[test]
fn the_old_object_is_let_go_of_only_when_the_new_one_is_there() {
    let text = REPLACED_FIRST.replace("create_before_destroy = true", "destroy = false");
    let stage = || Stage::new(&text, &[("t.a", "1", "old")]);
    check(
        with_fates(stage(), []),
        &expect![[r#"
        append: begin, before t.a, refreshed t.a
        append: deposed t.a, intent 1 Create t.a
        change: create new Works
        append: outcome 1 object
        append: forgotten t.a
        append: end
        +1 ~0 -0 failed 0 skipped 0
        t.a=new1/new
    "#]],
    );
    check(
        with_fates(stage(), [("create new", Fate::FailsBefore)]),
        &expect![[r#"
        append: begin, before t.a, refreshed t.a
        append: deposed t.a, intent 1 Create t.a
        change: create new FailsBefore
        append: outcome 1 nothing, restored t.a
        append: end
        +0 ~0 -0 failed 1 skipped 0
        t.a=1/old
        It failed (t.a)
    "#]],
    );
    check(
        with_fates(stage(), [("create new", Fate::FailsAfter)]),
        &expect![[r#"
        append: begin, before t.a, refreshed t.a
        append: deposed t.a, intent 1 Create t.a
        change: create new FailsAfter
        append: outcome 1 object
        append: end
        +0 ~0 -0 failed 1 skipped 0
        t.a=new1/new! t.a~=1/old
        It failed (t.a)
    "#]],
    );
}

#[test]
fn a_provider_that_changes_its_mind_is_stopped() {
    let mut stage = Stage::new(TWO, &[]);
    stage.fickle = true;
    let mut applier = stage.applier(Limits::default());
    while !applier.is_done() {
        for effect in applier.effects() {
            stage.carry_out(&mut applier, effect);
        }
    }
    let (applied, troubles) = applier.finish();
    assert_eq!((applied.summary.added, applied.summary.failed), (2, 1));
    assert_eq!(troubles.iter().next().unwrap().summary, "Provider produced inconsistent final plan");
}

#[test]
fn data_sources_and_providers_with_values_known_by_then() {
    let text = r#"
resource "t" "a" {
  name = "a"
}
data "t" "d" {
  name = t.a.id
}
provider "t" {
  alias  = "second"
  region = data.t.d.name
}
resource "t" "b" {
  provider = t.second
  name     = data.t.d.id
}
output "d" {
  value     = data.t.d.id
  sensitive = true
}
"#;
    check(
        Stage::new(text, &[]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a Works
        append: outcome 1 object
        ask: read data new1
        append: data data.t.d
        ask: configure new1
        ask: final plan data
        append: intent 2 Create t.b
        change: create data Works
        append: outcome 2 object
        append: outputs, end
        +2 ~0 -0 failed 0 skipped 0
        data.t.d=data/new1 t.a=new1/a t.b=new2/data d:"data"
    "#]],
    );
}

#[test]
fn only_marks_differ_so_nobody_is_asked() {
    let text = r#"
variable "name" {
  default   = "same"
  sensitive = true
}
resource "t" "a" {
  name = var.name
}
"#;
    let mut stage = Stage::new(text, &[("t.a", "1", "same")]);
    let (applied, troubles) = stage.run();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(applied.summary.changed, 1);
    assert!(!stage.told().contains("change:"), "{}", stage.told());
    let object = stage.folded().state.instances.values().next().unwrap().current.clone().unwrap();
    assert_eq!(*object.sensitive, [value::Path::attribute("name")]);
}

#[test]
fn postconditions_are_checked_with_the_object_and_keep_it() {
    let text = r#"
resource "t" "a" {
  name = "a"
  lifecycle {
    postcondition {
      condition     = self.id == "other"
      error_message = "Wrong id."
    }
  }
}
resource "t" "b" {
  name = t.a.id
}
"#;
    check(
        Stage::new(text, &[]),
        &expect![[r#"
            append: begin
            append: intent 1 Create t.a
            change: create a Works
            append: outcome 1 object
            append: checks, end
            +1 ~0 -0 failed 0 skipped 1
            t.a=new1/a
            Resource postcondition failed (t.a)
        "#]],
    );
}

#[test]
fn after_an_interrupt_nothing_new_starts_and_what_was_not_sent_is_taken_back() {
    let mut stage = Stage::new(TWO, &[]);
    let mut applier = stage.applier(Limits { open: 1, ..Limits::default() });
    let mut sent = Vec::new();
    // Up to the first change: it is on its way when the interrupt comes.
    while sent.is_empty() {
        for effect in applier.effects() {
            match effect {
                Effect::Change(ticket, change) => sent.push((ticket, change)),
                other => stage.carry_out(&mut applier, other),
            }
        }
    }
    applier.interrupt();
    let (ticket, change) = sent.remove(0);
    let answer = stage.change(&change.request());
    applier.changed(ticket, answer);
    while !applier.is_done() {
        for effect in applier.effects() {
            stage.carry_out(&mut applier, effect);
        }
    }
    let events = applier.events();
    let (applied, troubles) = applier.finish();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!((applied.summary.added, applied.summary.skipped), (1, 2));
    assert_eq!(shown(&stage.folded().state), "t.a=new1/a");
    assert!(matches!(events.as_slice(), [Event::Started { .. }, Event::Finished { .. }]), "{events:?}");
}

#[test]
fn an_interrupt_before_the_sync_sends_nothing() {
    let mut stage = Stage::new(TWO, &[]);
    let mut applier = stage.applier(Limits::default());
    let mut interrupted = false;
    while !applier.is_done() {
        for effect in applier.effects() {
            if matches!(&effect, Effect::Append(_)) && stage.told().contains("begin") && !interrupted {
                applier.interrupt();
                interrupted = true;
            }
            stage.carry_out(&mut applier, effect);
        }
    }
    let (applied, _) = applier.finish();
    assert!(interrupted);
    assert_eq!(shown(&stage.folded().state), "");
    assert!(!stage.told().contains("change:"), "{}", stage.told());
    assert!(stage.folded().unresolved.is_empty());
    assert_eq!(applied.summary.skipped, 3);
}

#[test]
fn no_more_intents_are_open_than_allowed() {
    let text = "resource \"t\" \"a\" {\n  count = 7\n  name  = \"n${count.index}\"\n}\n";
    let mut stage = Stage::new(text, &[]);
    let mut applier = stage.applier(Limits { open: 3, ..Limits::default() });
    while !applier.is_done() {
        for effect in applier.effects() {
            stage.carry_out(&mut applier, effect);
            assert!(stage.folded().unresolved.len() <= 3);
        }
    }
    assert_eq!(applier.finish().0.summary.added, 7);
}

const FUNCTIONS: &str = "terraform {\n  required_providers {\n    t = { source = \"t\" }\n  }\n}\n";

#[test]
fn functions_of_providers_are_asked_again() {
    let text = r#"
        resource "t" "a" {
          name = provider::t::wrap("a")
          lifecycle {
            postcondition {
              condition     = provider::t::wrap(self.id) == "<new1>"
              error_message = "No."
            }
          }
        }
        locals { b = provider::t::wrap(provider::t::wrap(t.a.id)) }
        resource "t" "b" { name = local.b }
        resource "t" "c" {
          name = t.b.name
          lifecycle {
            postcondition {
              condition     = provider::t::wrap(self.id) == "other"
              error_message = "It is not the other."
            }
          }
        }
        output "o" { value = local.b }
        "#;
    check(
        Stage::new(&format!("{FUNCTIONS}{text}"), &[]),
        &expect![[r#"
            append: begin
            append: intent 1 Create t.a
            change: create <a> Works
            append: outcome 1 object
            ask: call wrap(new1)
            ask: call wrap(<new1>)
            ask: final plan <<new1>>
            append: intent 2 Create t.b
            change: create <<new1>> Works
            append: outcome 2 object
            ask: final plan <<new1>>
            append: intent 3 Create t.c
            change: create <<new1>> Works
            append: outcome 3 object
            ask: call wrap(new3)
            append: outputs, checks, end
            +3 ~0 -0 failed 0 skipped 0
            t.a=new1/<a> t.b=new2/<<new1>> t.c=new3/<<new1>> o:"\u003c\u003cnew1\u003e\u003e"
            Resource postcondition failed (t.c)
        "#]],
    );
}

#[test]
fn a_function_must_not_change_its_mind() {
    let text = "resource \"t\" \"a\" {\n  name = \"n${provider::t::count()}-${t.b.id}\"\n}\nresource \"t\" \"b\" {}\n";
    check(
        Stage::new(&format!("{FUNCTIONS}{text}"), &[]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.b
        change: create  Works
        append: outcome 1 object
        ask: call count()
        append: end
        +1 ~0 -0 failed 1 skipped 0
        t.b=new1/-
        Error in function call ()
    "#]],
    );
}

#[test]
fn arguments_that_differ_each_time_come_to_an_end() {
    struct Counting(std::sync::atomic::AtomicU8);
    impl eval::functions::Chance for Counting {
        fn now(&self) -> std::sync::Arc<str> {
            "2026-01-01T00:00:00Z".into()
        }
        fn bytes(&self) -> [u8; 16] {
            [self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed); 16]
        }
    }
    let text = format!("{FUNCTIONS}resource \"t\" \"a\" {{\n  name = provider::t::wrap(uuid())\n}}\n");
    let mut stage = Stage::new(&text, &[]);
    let plan = stage.plan();
    stage.input.surroundings.chance = Some(std::sync::Arc::new(Counting(0.into())));
    let mut applier =
        Applier::new(std::sync::Arc::new(plan), &stage.input, stage.begin(), &stage.stored(), Limits::default());
    while !applier.is_done() {
        for effect in applier.effects() {
            stage.carry_out(&mut applier, effect);
        }
    }
    let (_, troubles) = applier.finish();
    assert!(troubles.iter().any(|d| d.detail.contains("different whenever")), "{troubles:?}");
}
