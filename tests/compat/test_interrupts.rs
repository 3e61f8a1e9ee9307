//! `test` is interrupted while a run works: once, and it finishes that run, leaves out the others and cleans up, beside
//! Terraform; twice, and it leaves at once and says what is left.

use crate::tool::{Setting, Tool, directory, terraform};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The provisioner says that it has begun, and ends when it may.
const MAIN: &str = r#"
variable "slow" { default = 0 }
resource "terraform_data" "first" { input = path.cwd }
resource "terraform_data" "slow" {
  count = var.slow
  provisioner "local-exec" {
    command = "touch began; while [ ! -e go ]; do sleep 0.05; done"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "touch destroyed"
  }
}
"#;
const TESTS: &str = r#"
run "first" {}
run "slow" {
  variables { slow = 1 }
}
run "after" {}
"#;

fn started(tool: Tool, dir: &Path) -> Child {
    fs::write(dir.join("main.tf"), MAIN).unwrap();
    fs::write(dir.join("main.tftest.hcl"), TESTS).unwrap();
    let mut command = tool.command(dir, &Setting::default(), &["test"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !dir.join("began").exists() {
        std::thread::yield_now();
    }
    child
}

fn interrupt(child: &Child) {
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
}

/// Interrupts, and waits until that is told.
fn interrupted(child: &mut Child) -> BufReader<std::process::ChildStderr> {
    interrupt(child);
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("nterrupt") {
        line.clear();
        assert!(errors.read_line(&mut line).unwrap() > 0, "it ended without a word");
    }
    errors
}

#[test]
fn once() {
    let mut said = Vec::new();
    for tool in [Tool::Drform, Tool::Terraform] {
        if tool == Tool::Terraform && terraform().is_none() {
            continue;
        }
        let dir = directory();
        let mut child = started(tool, dir.path());
        let mut errors = interrupted(&mut child);
        fs::write(dir.path().join("go"), "").unwrap();
        let mut rest = String::new();
        errors.read_to_string(&mut rest).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(dir.path().join("destroyed").exists(), "{tool:?} did not clean up: {rest}");
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(out.contains("run \"slow\"... pass") && out.contains("run \"after\"... skip"), "{tool:?}: {out}");
        said.push((done.status.code(), out));
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

#[test]
fn twice() {
    let dir = directory();
    let mut child = started(Tool::Drform, dir.path());
    let mut errors = interrupted(&mut child);
    interrupt(&child);
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{rest}");
    // The second object is made, and its provisioner was at work.
    assert!(rest.contains("  - terraform_data.first\n  - terraform_data.slow[0]\n"), "{rest}");
    assert!(!dir.path().join("destroyed").exists());
    // The provisioner's shell waits for this, should it still be there.
    fs::write(dir.path().join("go"), "").unwrap();
}
