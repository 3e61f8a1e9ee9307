//! `kill -9` at random instants of an apply whose provider is a process of its own; then apply again: the state holds
//! every resource once, and the provider was asked to make each once.
//!
//! `KILLS` says how often (fifty by default), `SEED` makes a run repeat. drform alone is killed: the provider lives on
//! for a moment and may still carry out what it was asked. That is the point: whatever reached it has an intent on
//! disk, so the next run repeats it with the same token, and whichever of the two comes second is a `repeat`.

use crate::plugin::{overrides, own};
use crate::tool::{Setting, Tool, directory};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// xorshift64: instants need no better randomness, only a seed that repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Twelve groups in four ranks, each of which waits for the one before.
const MAIN: &str = r#"
terraform {
  required_providers {
    drform = { source = "drform/drform" }
  }
}
variable "zones" {
  type    = list(string)
  default = ["a", "b", "c"]
}
resource "drform_spread" "one" {
  count      = 3
  group      = "one${count.index}"
  members    = ["m"]
  candidates = var.zones
}
resource "drform_spread" "two" {
  count      = 3
  group      = "two${count.index}"
  members    = [drform_spread.one[count.index].id]
  candidates = var.zones
}
resource "drform_spread" "three" {
  count      = 3
  group      = "three${count.index}"
  members    = drform_spread.two[*].id
  candidates = var.zones
}
resource "drform_spread" "four" {
  count      = 3
  group      = "four${count.index}"
  members    = ["m${count.index}"]
  candidates = var.zones
  depends_on = [drform_spread.three]
}
"#;
const OBJECTS: usize = 12;

fn prepared() -> (tempfile::TempDir, Setting) {
    let dir = directory();
    std::fs::write(dir.path().join("main.tf"), MAIN).unwrap();
    let record = dir.path().join("record").to_string_lossy().into_owned();
    let installation = overrides(&[("drform/drform", own())]);
    (dir, Setting { installation, environment: vec![("DRFORM_RECORD_FILE".into(), record)], ..Setting::default() })
}

/// How long an apply takes, and how long of that after its journal began.
struct Span {
    whole: Duration,
    busy: Duration,
}

fn span() -> Span {
    let (dir, setting) = prepared();
    let start = Instant::now();
    let mut child = start_apply(dir.path(), &setting, &[]);
    let begun = until_begun(dir.path(), &mut child);
    assert!(child.wait().unwrap().success(), "the apply that is measured fails");
    let whole = start.elapsed();
    Span { whole, busy: whole.saturating_sub(begun.duration_since(start)) }
}

/// Waits until the run has written to its journal, or is over.
fn until_begun(dir: &Path, child: &mut Child) -> Instant {
    while !dir.join(".drform/journal").exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    Instant::now()
}

fn start_apply(dir: &Path, setting: &Setting, arguments: &[&str]) -> Child {
    let all: Vec<&str> = ["apply", "-auto-approve"].iter().chain(arguments).copied().collect();
    Tool::Drform.command(dir, setting, &all).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn killed_applies_lose_nothing_and_make_nothing_twice() {
    let (seed, kills) = (setting("SEED", 20_261_122), setting("KILLS", 50));
    let mut random = Random(seed | 1);
    let span = span();
    let (mut interrupted, mut began) = (0, 0);
    for kill in 0..kills {
        let (dir, setting) = prepared();
        let dir = dir.path();
        let instant = Killing::new(kill, &span, &mut random);
        let told = format!("kill {kill}, {instant:?}, SEED={seed}");
        interrupted += u32::from(instant.kill(dir, &setting, &[]));
        began += u32::from(dir.join("record").exists());
        let ran = Tool::Drform.run(dir, &setting, &["apply", "-auto-approve"]);
        assert_eq!(ran.code, 0, "{told}\n{}", ran.text());
        agrees(dir, &setting, &told, &[]);
        if kill.is_multiple_of(10) {
            an_update_and_an_end(dir, &setting, &told, &instant);
        }
    }
    assert!(kills == 0 || interrupted > 0, "every apply was over before it was killed");
    println!("{kills} kills, {interrupted} in time, {began} after the first change, SEED={seed}");
}

/// An instant. Starting and planning change nothing, so most count from the beginning of the journal.
#[derive(Debug)]
struct Killing {
    after: Duration,
    from_journal: bool,
}

impl Killing {
    fn new(kill: u64, span: &Span, random: &mut Random) -> Killing {
        let from_journal = !kill.is_multiple_of(5);
        let limit = if from_journal { span.busy } else { span.whole };
        Killing { after: Duration::from_micros(random.below(limit.as_micros() as u64)), from_journal }
    }

    /// Starts an apply and kills it then; whether it was still running.
    fn kill(&self, dir: &Path, setting: &Setting, arguments: &[&str]) -> bool {
        let mut child = start_apply(dir, setting, arguments);
        let start = if self.from_journal { until_begun(dir, &mut child) } else { Instant::now() };
        while start.elapsed() < self.after {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap().code().is_none()
    }
}

/// Updates and deletes are killed too.
fn an_update_and_an_end(dir: &Path, setting: &Setting, told: &str, instant: &Killing) {
    let more = ["-var=zones=[\"a\",\"b\",\"c\",\"d\"]"];
    instant.kill(dir, setting, &more);
    let ran = Tool::Drform.run(dir, setting, &["apply", "-auto-approve", more[0]]);
    assert_eq!(ran.code, 0, "{told}, update\n{}", ran.text());
    agrees(dir, setting, &format!("{told}, update"), &more);
    instant.kill(dir, setting, &["-destroy"]);
    let ran = Tool::Drform.run(dir, setting, &["apply", "-auto-approve", "-destroy"]);
    assert_eq!(ran.code, 0, "{told}, destroy\n{}", ran.text());
    assert_eq!(Tool::Drform.run(dir, setting, &["state", "list"]).ok().out, "", "{told}");
    // Whether a lost delete was carried out is found out by reading, and a spread is there as long as a state says so:
    // it may be asked for again, under another token.
    assert!(tokens(dir, "delete").len() >= OBJECTS, "{told}: {}", record(dir));
}

/// Every object is in the state once, was asked for once, and nothing is left to do.
fn agrees(dir: &Path, setting: &Setting, told: &str, arguments: &[&str]) {
    let list = Tool::Drform.run(dir, setting, &["state", "list"]).ok().out;
    let addresses: BTreeSet<&str> = list.lines().collect();
    assert_eq!((list.lines().count(), addresses.len()), (OBJECTS, OBJECTS), "{told}\n{list}");
    let created = tokens(dir, "create");
    assert_eq!(created.len(), OBJECTS, "{told}\n{}", record(dir));
    let distinct: BTreeSet<&String> = created.iter().collect();
    assert_eq!(distinct.len(), OBJECTS, "{told}\n{}", record(dir));
    repetitions_say_so(dir, told);
    let all: Vec<&str> = ["plan", "-detailed-exitcode"].iter().chain(arguments).copied().collect();
    let plan = Tool::Drform.run(dir, setting, &all);
    assert_eq!(plan.code, 0, "{told}\n{}", plan.text());
}

fn record(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("record")).unwrap_or_default()
}

/// Tokens of what was carried out; repeats of the same request were not.
fn tokens(dir: &Path, verb: &str) -> Vec<String> {
    let begin = format!("{verb} drform_spread ");
    let token = |line: &str| Some(line.strip_prefix(&begin)?.trim_end_matches(" repeated").to_string());
    record(dir).lines().filter_map(token).collect()
}

/// Every request but the first with its token says that it is a repetition. Whichever came to the provider first.
fn repetitions_say_so(dir: &Path, told: &str) {
    let record = record(dir);
    let mut first = BTreeSet::new();
    for line in record.lines().filter(|line| !line.ends_with(" repeated")) {
        let request = line.trim_start_matches("repeat ");
        assert!(first.insert(request), "{told}: {request} came again and did not say so\n{record}");
    }
}
