//! Provisioners: when they run, what they see, and what a failure or a crash leaves.

use crate::applies::{check, with_fates};
use crate::stage::{Fate, Stage, shown};
use drform_apply::{Effect, Limits};
use expect_test::expect;

const BOTH: &str = r#"
resource "t" "a" {
  name = "a"
  connection {
    host = self.name
    user = "u"
  }
  provisioner "local-exec" {
    command = "first ${self.id}"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "last ${self.id}"
    connection {
      host = "other"
    }
  }
  provisioner "local-exec" {
    command = "second"
  }
}
resource "t" "b" {
  name = t.a.id
}
"#;

#[test]
fn a_new_object_is_whole_when_they_have_run() {
    check(
        Stage::new(BOTH, &[]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a Works
        append: outcome 1 object
        provision: t.a local-exec on a: first new1
        provision: t.a local-exec on a: second
        append: provisioned t.a
        ask: final plan new1
        append: intent 2 Create t.b
        change: create new1 Works
        append: outcome 2 object
        append: end
        +2 ~0 -0 failed 0 skipped 0
        t.a=new1/a t.b=new2/new1
    "#]],
    );
}

#[test]
fn a_failure_taints() {
    check(
        with_fates(Stage::new(BOTH, &[]), [("second", Fate::FailsAfter)]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a Works
        append: outcome 1 object
        provision: t.a local-exec on a: first new1
        provision: t.a local-exec on a: second
        append: end
        +0 ~0 -0 failed 1 skipped 1
        t.a=new1/a!
        It failed (t.a)
    "#]],
    );
}

#[test]
fn an_object_that_was_not_made_is_not_provisioned() {
    check(
        with_fates(Stage::new(BOTH, &[]), [("create a", Fate::FailsAfter)]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a FailsAfter
        append: outcome 1 object
        append: end
        +0 ~0 -0 failed 1 skipped 1
        t.a=new1/a!
        It failed (t.a)
    "#]],
    );
}

#[test]
fn updates_run_none() {
    let text = BOTH.replace("name = \"a\"", "name = \"new\"");
    check(
        Stage::new(&text, &[("t.a", "1", "old"), ("t.b", "2", "1")]),
        &expect![[r#"
        append: begin, before t.b, refreshed t.b
        append: before t.a, intent 1 Update t.a
        change: update new Works
        append: outcome 1 object
        append: end
        +0 ~1 -0 failed 0 skipped 0
        t.a=1/new t.b=2/1
    "#]],
    );
}

#[test]
fn a_failure_may_be_passed_over() {
    let text = BOTH.replace("command = \"second\"", "command = \"second\"\n    on_failure = continue");
    check(
        with_fates(Stage::new(&text, &[]), [("second", Fate::FailsAfter)]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a Works
        append: outcome 1 object
        provision: t.a local-exec on a: first new1
        provision: t.a local-exec on a: second
        append: provisioned t.a
        ask: final plan new1
        append: intent 2 Create t.b
        change: create new1 Works
        append: outcome 2 object
        append: end
        +2 ~0 -0 failed 0 skipped 0
        t.a=new1/a t.b=new2/new1
        It failed (t.a)
    "#]],
    );
}

const GONE: &str = r#"
resource "t" "n" {
  count = 1
  name  = "n"
  provisioner "local-exec" {
    when    = destroy
    command = "last ${self.name} ${count.index}"
  }
}
removed {
  from = t.r
  connection {
    host = self.id
  }
  provisioner "local-exec" {
    when    = destroy
    command = "removed ${each.key} ${path.module}"
  }
}
"#;

#[test]
fn a_destroy_waits_for_them() {
    let prior = [("t.n[0]", "1", "n"), ("t.n[1]", "2", "old"), ("t.r[\"k\"]", "3", "r"), ("t.silent", "4", "s")];
    check(
        Stage::new(GONE, &prior),
        &expect![[r#"
        append: begin
        provision: t.n[1] local-exec: last old 1
        provision: t.r["k"] local-exec on 3: removed k .
        append: before t.silent, intent 1 Delete t.silent
        change: delete s Works
        append: before t.n[1], intent 2 Delete t.n[1], before t.r["k"], intent 3 Delete t.r["k"]
        change: delete old Works
        change: delete r Works
        append: outcome 1 gone
        append: outcome 2 gone, outcome 3 gone
        append: end
        +0 ~0 -3 failed 0 skipped 0
        t.n[0]=1/n
    "#]],
    );
}

#[test]
fn a_failure_keeps_the_object() {
    let prior = [("t.n[0]", "1", "n"), ("t.n[1]", "2", "old")];
    check(
        with_fates(Stage::new(GONE, &prior), [("last old 1", Fate::FailsAfter)]),
        &expect![[r#"
        append: begin
        provision: t.n[1] local-exec: last old 1
        append: end
        +0 ~0 -0 failed 1 skipped 0
        t.n[0]=1/n t.n[1]=2/old
        It failed (t.n[1])
    "#]],
    );
}

#[test]
fn a_replacement_runs_both() {
    let text = BOTH.replace("name = \"a\"", "name = \"a\"\n  size = 1");
    check(
        Stage::new(&text, &[("t.a", "1", "old"), ("t.b", "2", "1")]),
        &expect![[r#"
            append: begin, before t.b, refreshed t.b
            provision: t.a local-exec on other: last 1
            append: before t.a, intent 1 Delete t.a
            change: delete old Works
            append: outcome 1 gone
            append: intent 2 Create t.a
            change: create a Works
            append: outcome 2 object
            provision: t.a local-exec on a: first new1
            provision: t.a local-exec on a: second
            append: provisioned t.a
            ask: final plan new1
            append: intent 3 Update t.b
            change: update new1 Works
            append: outcome 3 object
            append: end
            +1 ~1 -1 failed 0 skipped 0
            t.a=new1/a t.b=2/new1
        "#]],
    );
}

#[test]
fn what_is_set_aside_runs_none() {
    let lifecycle = "name = \"a\"\n  size = 1\n  lifecycle {\n    create_before_destroy = true\n  }";
    let text = BOTH.replace("name = \"a\"", lifecycle);
    check(
        Stage::new(&text, &[("t.a", "1", "old"), ("t.b", "2", "1")]),
        &expect![[r#"
            append: begin, before t.a, refreshed t.a, before t.b, refreshed t.b
            append: deposed t.a, intent 1 Create t.a
            change: create a Works
            append: outcome 1 object
            provision: t.a local-exec on a: first new1
            provision: t.a local-exec on a: second
            append: provisioned t.a
            ask: final plan new1
            append: intent 2 Delete t.a
            change: delete old Works
            append: intent 3 Update t.b
            change: update new1 Works
            append: outcome 2 gone
            append: outcome 3 object
            append: end
            +1 ~1 -1 failed 0 skipped 0
            t.a=new1/a t.b=2/new1
        "#]],
    );
}

#[test]
fn secrets_hide_what_they_do() {
    let text = r#"
resource "t" "a" {
  name = sensitive("s")
  provisioner "local-exec" {
    command = "open"
    connection {
      host = self.name
    }
  }
  provisioner "local-exec" {
    command = "x ${self.name}"
  }
}
"#;
    check(
        Stage::new(text, &[]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create s Works
        append: outcome 1 object
        provision: t.a local-exec on s: open
        provision: t.a local-exec: x s hidden
        append: provisioned t.a
        append: end
        +1 ~0 -0 failed 0 skipped 0
        t.a=new1/s
    "#]],
    );
}

#[test]
fn what_is_wrong_for_one_object_only_taints_it() {
    let text = "resource \"t\" \"a\" {\n  provisioner \"local-exec\" {\n    command = element([self.id], 0) == \"x\" ? \"c\" : tonumber(\"x${self.id}\")\n  }\n}\n";
    check(
        Stage::new(text, &[]),
        &expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create  Works
        append: outcome 1 object
        append: end
        +0 ~0 -0 failed 1 skipped 0
        t.a=new1/-!
        Invalid function argument (t.a)
    "#]],
    );
}

/// A crash at any point leaves an object tainted whose provisioners have not all run.
#[test]
fn a_crash_never_leaves_what_only_looks_whole() {
    let mut seen = Vec::new();
    for crash_after in 0.. {
        let mut stage = Stage::new(BOTH, &[]);
        let mut applier = stage.applier(Limits::default());
        let mut done = 0;
        while !applier.is_done() && done < crash_after {
            for effect in applier.effects() {
                if done < crash_after {
                    stage.carry_out(&mut applier, effect);
                    done += 1;
                }
            }
        }
        let ran = stage.trace.iter().filter(|line| line.starts_with("provision:")).count();
        let folded = stage.folded();
        seen.push(format!("{ran} {}", shown(&folded.state)));
        if applier.is_done() {
            break;
        }
    }
    seen.dedup();
    expect![[r#"
        0 
        0 t.a=new1/a!
        1 t.a=new1/a!
        2 t.a=new1/a!
        2 t.a=new1/a
        2 t.a=new1/a t.b=new2/new1"#]]
    .assert_eq(&seen.join("\n"));
}

#[test]
fn an_interrupt_starts_none() {
    let mut stage = Stage::new(BOTH, &[]);
    let mut applier = stage.applier(Limits::default());
    while !applier.is_done() {
        for effect in applier.effects() {
            match effect {
                Effect::Provision(ticket, provision) => {
                    stage.trace.push(format!("not started: {}", provision.kind));
                    applier.interrupt();
                    applier.not_started(ticket);
                }
                effect => stage.carry_out(&mut applier, effect),
            }
        }
    }
    let (applied, troubles) = applier.finish();
    let summaries: Vec<String> = troubles.iter().map(|d| d.summary.clone()).collect();
    expect![[r#"
        append: begin
        append: intent 1 Create t.a
        change: create a Works
        append: outcome 1 object
        not started: local-exec
        append: end
        failed 1 skipped 1
        t.a=new1/a!
        Provisioning was interrupted"#]]
    .assert_eq(&format!(
        "{}failed {} skipped {}\n{}\n{}",
        stage.told(),
        applied.summary.failed,
        applied.summary.skipped,
        shown(&stage.folded().state),
        summaries.join("\n"),
    ));
}
