//! `kill -9` at random instants of an apply; then apply again: world and state agree, nothing twice, nothing forgotten.
//!
//! `KILLS` says how often (fifty by default), `SEED` makes a run repeat.

use crate::examples::{copy_of, drform};
use crate::script::printed;
use std::path::Path;
use std::process::{Command, Stdio};
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

const PLANNING: &[&str] = &["apply", "-sandbox", "-auto-approve"];
const SAVED: &[&str] = &["apply", "-sandbox", "saved.plan"];

fn apply(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drform"));
    command
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

#[test]
fn killed_applies_lose_nothing_in_the_sandbox() {
    let seed = setting("SEED", 20_261_122);
    let mut random = Random(seed | 1);
    // How long one apply takes here sets the span of instants.
    let whole = copy_of("postgres-ha");
    let start = Instant::now();
    assert!(apply(whole.path(), PLANNING).status().unwrap().success());
    let span = start.elapsed().as_micros() as u64;
    let mut interrupted = 0;
    for kill in 0..setting("KILLS", 50) {
        let dir = copy_of("postgres-ha");
        let dir = dir.path();
        let instant = Duration::from_micros(random.below(span));
        // Every second one follows a saved plan.
        let arguments = if kill % 2 == 0 { PLANNING } else { SAVED };
        if arguments == SAVED {
            let planned = drform(dir, &["plan", "-sandbox", "-out=saved.plan"]);
            assert!(planned.status.success(), "{}", printed(dir, &planned));
        }
        let mut child = apply(dir, arguments).spawn().unwrap();
        let start = Instant::now();
        while start.elapsed() < instant {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        interrupted += u32::from(child.wait().unwrap().code().is_none());
        let told = format!("kill {kill} after {instant:?}, SEED={seed}");
        let output = drform(dir, &["apply", "-sandbox", "-auto-approve"]);
        assert!(output.status.success(), "{told}\n{}", printed(dir, &output));
        agrees(dir, &told);
    }
    assert!(interrupted > 0, "every apply was over before it was killed");
}

/// Every object of the world is in the state once, and the next plan is empty.
fn agrees(dir: &Path, told: &str) {
    let plan = drform(dir, &["plan", "-sandbox", "-detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{told}\n{}", printed(dir, &plan));
    let world = printed(dir, &drform(dir, &["sandbox", "show"]));
    let state = printed(dir, &drform(dir, &["state", "list", "-sandbox"]));
    let objects = state.lines().filter(|l| !l.starts_with("data.") && !l.is_empty()).count();
    let there = world.lines().filter(|l| l.starts_with("aws_") && !l.contains("pending deletion")).count();
    assert_eq!(there, objects, "{told}: world\n{world}\nstate\n{state}");
}
