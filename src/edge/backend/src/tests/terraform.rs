//! Against the real terraform, where there is one on PATH.

use crate::{BackendError, LocalState};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn terraform(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("terraform");
    command.args(args).current_dir(dir).env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1");
    command
}

/// An initialised directory whose apply runs a command while it holds the lock; `None` without terraform.
fn configuration(command: &str) -> Option<tempfile::TempDir> {
    let dir = tempfile::tempdir().unwrap();
    terraform(dir.path(), &["version"]).output().ok()?;
    let text = format!(
        "resource \"terraform_data\" \"a\" {{\n  provisioner \"local-exec\" {{\n    command = \"{command}\"\n  }}\n}}\n"
    );
    fs::write(dir.path().join("main.tf"), text).unwrap();
    assert!(terraform(dir.path(), &["init"]).output().unwrap().status.success());
    Some(dir)
}

fn until(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !what() {
        assert!(Instant::now() < end, "waited too long");
        std::thread::yield_now();
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn we_are_refused_while_terraform_holds_the_lock() {
    let Some(dir) = configuration("touch started; read line < go") else { return };
    nix::unistd::mkfifo(&dir.path().join("go"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    let mut apply: Child =
        terraform(dir.path(), &["apply", "-auto-approve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until(|| dir.path().join("started").exists());
    match state.try_lock("OperationTypePlan").unwrap_err() {
        BackendError::Locked { holder: Some(holder), process, .. } => {
            assert_eq!(holder.operation, "OperationTypeApply");
            assert_eq!(process, Some(apply.id() as i32));
        }
        other => panic!("{other}"),
    }
    assert!(dir.path().join(".terraform.tfstate.lock.info").exists(), "a refused lock leaves the holder's word");
    fs::write(dir.path().join("go"), "go\n").unwrap();
    let lock = state.lock("OperationTypePlan", Duration::from_secs(60)).unwrap();
    assert!(apply.wait().unwrap().success());
    assert!(String::from_utf8(state.read().unwrap().unwrap()).unwrap().contains("\"serial\": 1"));
    drop(lock);
}

#[test]
fn terraform_is_refused_while_we_hold_the_lock() {
    let Some(dir) = configuration("true") else { return };
    assert!(terraform(dir.path(), &["apply", "-auto-approve"]).output().unwrap().status.success());
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    let lock = state.try_lock("OperationTypeApply").unwrap();
    let refused = |when: &str| {
        let output = terraform(dir.path(), &["plan", "-no-color"]).output().unwrap();
        assert!(!output.status.success() && said(&output).contains("Error acquiring the state lock"), "{when}");
        assert!(said(&output).contains(&lock.info().id), "{when}: it names our lock");
    };
    refused("before a write");
    let text = String::from_utf8(state.read().unwrap().unwrap()).unwrap();
    state.write(text.replace("\"serial\": 1", "\"serial\": 2").as_bytes()).unwrap();
    refused("after a write");
    // A waiting terraform opened the file before this write. It must not plan from what is gone.
    let waiting = terraform(dir.path(), &["plan", "-no-color", "-lock-timeout=60s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until(|| open_files(waiting.id()).iter().any(|f| f.ends_with("terraform.tfstate")));
    state.write(text.replace("\"serial\": 1", "\"serial\": 3").as_bytes()).unwrap();
    drop(lock);
    let output = waiting.wait_with_output().unwrap();
    assert!(!output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("could not be parsed as JSON"), "{}", said(&output));
    // And the next one goes on from ours.
    let output = terraform(dir.path(), &["state", "pull"]).output().unwrap();
    assert!(said(&output).contains("\"serial\": 3"), "{}", said(&output));
    assert!(terraform(dir.path(), &["plan", "-detailed-exitcode"]).output().unwrap().status.success());
}

fn open_files(process: u32) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    entries.flatten().filter_map(|e| fs::read_link(e.path()).ok()).collect()
}
