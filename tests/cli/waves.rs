//! Waves as a person at a terminal has them: asked once, and again where a wave does more than was announced.

use nix::pty::openpty;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const CONFIGURATION: &str = r#"
variable "names" {
  type    = list(string)
  default = ["x"]
}

resource "terraform_data" "a" {
  input = var.names
}

resource "terraform_data" "b" {
  for_each = toset(terraform_data.a.output)
}
"#;

/// What comes before a person may type.
const ASKS: &str = "Enter a value: ";

/// Instead of an answer: Ctrl-C.
const INTERRUPT: &str = "^C";

/// Runs `drform` at a terminal and gives these answers, one for each question; gives all that was on the screen.
fn answered(dir: &Path, args: &[&str], answers: &[&str]) -> (String, Option<i32>) {
    let pty = openpty(None, None).unwrap();
    let end = || Stdio::from(pty.slave.try_clone().unwrap());
    let mut child = Command::new("timeout")
        .args(["--foreground", "120", env!("CARGO_BIN_EXE_drform")])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir)
        .env("NO_COLOR", "1")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    drop(pty.slave);
    let mut screen = File::from(pty.master);
    let mut all: Vec<u8> = Vec::new();
    let mut some = [0; 4096];
    for (place, answer) in answers.iter().enumerate() {
        while String::from_utf8_lossy(&all).matches(ASKS).count() <= place {
            match screen.read(&mut some) {
                Ok(n) if n > 0 => all.extend(&some[..n]),
                _ => panic!("question {place} never came: {}", String::from_utf8_lossy(&all)),
            }
        }
        if *answer == INTERRUPT {
            // `timeout` hands it on.
            let pid = child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
            continue;
        }
        screen.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    // When the child ends, reading fails: nobody holds the other end.
    while let Ok(n @ 1..) = screen.read(&mut some) {
        all.extend(&some[..n]);
    }
    (String::from_utf8_lossy(&all).replace('\r', ""), child.wait().unwrap().code())
}

fn objects(dir: &Path) -> String {
    let state = fs::read_to_string(dir.join("terraform.tfstate")).unwrap();
    ["x", "y", "z"].into_iter().filter(|key| state.contains(&format!("\"index_key\": \"{key}\""))).collect()
}

#[test]
fn one_question_for_what_was_announced_and_another_for_more() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("main.tf"), CONFIGURATION).unwrap();
    // Two waves, one question.
    let (screen, code) = answered(dir, &["apply"], &["yes"]);
    assert_eq!((code, objects(dir).as_str()), (Some(0), "x"), "{screen}");
    assert_eq!(screen.matches(ASKS).count(), 1, "{screen}");
    assert!(screen.contains("Apply complete! Resources: 2 added, 0 changed, 0 destroyed."), "{screen}");
    // The second wave destroys what nobody could know of: it is asked about, and refused.
    let names = "-var=names=[\"y\"]";
    let (screen, code) = answered(dir, &["apply", names], &["yes", "no"]);
    assert_eq!((code, objects(dir).as_str()), (Some(1), "x"), "{screen}");
    assert!(
        screen.contains("does more than was announced and approved:\n  - terraform_data.b[\"x\"] is destroyed\n"),
        "{screen}"
    );
    assert!(screen.contains("Apply cancelled."), "{screen}");
    assert!(screen.contains("Apply stopped. Resources: 0 added, 1 changed, 0 destroyed."), "{screen}");
    // Nothing is lost: the next apply goes on, and needs no waves any more.
    let (screen, code) = answered(dir, &["apply", names], &["yes"]);
    assert_eq!((code, objects(dir).as_str()), (Some(0), "y"), "{screen}");
    assert!(!screen.contains("Wave"), "{screen}");
    // Stopped between two waves: the first one is done, and kept.
    let names = "-var=names=[\"z\"]";
    let (screen, code) = answered(dir, &["apply", names], &["yes", INTERRUPT]);
    assert_eq!((code, objects(dir).as_str()), (Some(130), "y"), "{screen}");
    let (screen, code) = answered(dir, &["apply", names], &["yes"]);
    assert_eq!((code, objects(dir).as_str()), (Some(0), "z"), "{screen}");
    // Approved twice; the sum is that of both waves.
    let (screen, code) = answered(dir, &["apply", "-var=names=[\"x\"]"], &["yes", "yes"]);
    assert_eq!((code, objects(dir).as_str()), (Some(0), "x"), "{screen}");
    assert!(screen.contains("Apply complete! Resources: 1 added, 1 changed, 1 destroyed."), "{screen}");
}
