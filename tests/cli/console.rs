//! The console as a person at a terminal has it: through a pseudo-terminal.

use crate::script::root;
use nix::pty::openpty;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands on the screen before the second line of an expression is typed.
const MIDDLE: &str = "upper(";
/// What a prompt begins with: from here on keys are read one by one. What is typed before is lost in the change.
const PROMPT: &str = "\u{1b}[?2004h";

/// Types keys, one group after the other as soon as the console has printed what is waited for and then, where that is not
/// in the middle of a line, asks again; gives all that was on the screen.
fn typed(dir: &Path, groups: &[(&str, &str)]) -> (String, Option<i32>) {
    let pty = openpty(None, None).unwrap();
    let end = || Stdio::from(pty.slave.try_clone().unwrap());
    // What waits for keys that never come must not wait for ever.
    let mut child = Command::new("timeout")
        .args(["--foreground", "60", env!("CARGO_BIN_EXE_drform"), "console", "-no-color"])
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir)
        .env("TERM", "xterm")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    drop(pty.slave);
    let mut screen = File::from(pty.master);
    let mut all = Vec::new();
    let mut seen = 0;
    for (wanted, keys) in groups {
        let waits: &[&str] = if *wanted == MIDDLE { &[wanted] } else { &[wanted, PROMPT] };
        for wanted in waits {
            loop {
                let text = String::from_utf8_lossy(&all[seen..]).into_owned();
                if let Some(at) = text.find(wanted) {
                    seen += at + wanted.len();
                    break;
                }
                let mut some = [0; 4096];
                match screen.read(&mut some) {
                    Ok(n) if n > 0 => all.extend(&some[..n]),
                    _ => panic!("{wanted:?} never came: {}", String::from_utf8_lossy(&all)),
                }
            }
        }
        screen.write_all(keys.as_bytes()).unwrap();
    }
    // When the child ends, reading fails: nobody holds the other end.
    let mut some = [0; 4096];
    while let Ok(n @ 1..) = screen.read(&mut some) {
        all.extend(&some[..n]);
    }
    (String::from_utf8_lossy(&all).into_owned(), child.wait().unwrap().code())
}

#[test]
fn lines_are_edited_completed_and_remembered() {
    assert!(root().is_dir());
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("main.tf"),
        "variable \"zone_of_all\" {\n  default = \"here\"\n}\nlocals {\n  deep = { inner_name = 7 }\n}\n",
    )
    .unwrap();
    let (screen, code) = typed(
        dir.path(),
        &[
            ("", "var.zo\t\r"),
            ("\"here\"", "local.deep.in\t + 1\r"),
            ("8", "1 / nope\r"),
            ("Invalid reference", "upper(\r"),
            (MIDDLE, "\"multi\"\r)\r"),
            ("\"MULTI\"", "\u{1b}[A\r"),
            ("\"MULTI\"", " \"not kept\"\r"),
            ("\"not kept\"\r\n", "exit\r"),
        ],
    );
    assert_eq!(code, Some(0), "{screen}");
    let history = dir.path().join(".local/state/drform/console_history");
    let kept = fs::read_to_string(&history).unwrap();
    assert!(kept.contains("var.zone_of_all") && kept.contains("local.deep.inner_name + 1"), "{kept}");
    assert!(!kept.contains("not kept"), "{kept}");
    assert_eq!(fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    let (screen, _) = typed(dir.path(), &[("", "\u{1b}[A\u{1b}[A\r"), ("\"MULTI\"", "\u{4}")]);
    assert!(screen.contains("upper("), "{screen}");
}
