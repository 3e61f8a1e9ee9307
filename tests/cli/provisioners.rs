//! Provisioners that are stopped or killed: nothing they began goes on, and no object only looks whole.

use crate::examples::drform;
use crate::script::printed;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SLOW: &str = r#"
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "echo $$ > shell; sleep 600 & echo $! > child; touch begun; wait"
  }
}
resource "terraform_data" "b" {
  input = terraform_data.a.id
}
"#;

fn begun(text: &str) -> (tempfile::TempDir, Child) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("main.tf"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_drform"));
    command.args(["apply", "-auto-approve"]).current_dir(dir.path()).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| dir.path().join("begun").exists());
    (dir, child)
}

fn wait_for(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(name: &str, process: &str) -> bool {
    let mut command = Command::new("kill");
    command.args([name, process.trim()]).stderr(Stdio::null()).status().unwrap().success()
}

fn lives(dir: &Path, file: &str) -> bool {
    signal("-0", &fs::read_to_string(dir.join(file)).unwrap())
}

/// The next plan replaces the object whose provisioner never ended.
fn is_tainted(dir: &Path) {
    let plan = printed(dir, &drform(dir, &["plan", "-no-color"]));
    assert!(plan.contains("terraform_data.a is tainted, so must be replaced"), "{plan}");
    assert!(plan.contains("# terraform_data.b will be created"), "{plan}");
}

#[test]
fn an_interrupt_ends_the_whole_process_group() {
    let (dir, child) = begun(SLOW);
    assert!(signal("-INT", &child.id().to_string()));
    let output = child.wait_with_output().unwrap();
    let text = printed(dir.path(), &output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("The command was stopped by an interrupt"), "{text}");
    wait_for(|| !lives(dir.path(), "shell") && !lives(dir.path(), "child"));
    is_tainted(dir.path());
}

#[test]
fn who_does_not_listen_is_ended_too() {
    let (dir, child) = begun(&SLOW.replace("echo $$", "trap '' TERM INT; echo $$"));
    assert!(signal("-TERM", &child.id().to_string()));
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", printed(dir.path(), &output));
    assert!(start.elapsed() < Duration::from_secs(15));
    wait_for(|| !lives(dir.path(), "shell") && !lives(dir.path(), "child"));
}

#[test]
fn a_kill_leaves_the_object_tainted() {
    let (dir, mut child) = begun(SLOW);
    child.kill().unwrap();
    child.wait().unwrap();
    // Nobody could end them.
    for file in ["child", "shell"] {
        signal("-KILL", &fs::read_to_string(dir.path().join(file)).unwrap());
    }
    is_tainted(dir.path());
    let main = dir.path().join("main.tf");
    fs::write(&main, SLOW.replace("sleep 600", "sleep 0")).unwrap();
    let output = drform(dir.path(), &["apply", "-auto-approve"]);
    assert!(output.status.success(), "{}", printed(dir.path(), &output));
    assert_eq!(drform(dir.path(), &["plan", "-detailed-exitcode"]).status.code(), Some(0));
}
