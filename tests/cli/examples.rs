//! The examples do what their READMEs say: `plan.txt` and `survival.txt` are what the tool prints.

use crate::script::{printed, root};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs drform in a directory.
pub fn drform(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drform"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A copy of an example to work in.
pub fn copy_of(example: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("examples").join(example)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    dir
}

fn expect(example: &str, file: &str, actual: &str) {
    let path = root().join("examples").join(example).join(file);
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, actual).unwrap();
        return;
    }
    let difference = similar::TextDiff::from_lines(&expected, actual).unified_diff().to_string();
    assert!(expected == actual, "{}:\n{difference}", path.display());
}

fn ok(dir: &Path, output: &Output) -> String {
    let text = printed(dir, output);
    assert!(output.status.success(), "{text}");
    text
}

/// Plan, apply, nothing to do, table, destroy, empty: what every example promises.
fn promises(example: &str) {
    let dir = copy_of(example);
    let dir = dir.path();
    expect(example, "plan.txt", &ok(dir, &drform(dir, &["plan", "-sandbox"])));
    ok(dir, &drform(dir, &["apply", "-sandbox", "-auto-approve"]));
    let again = drform(dir, &["plan", "-sandbox", "-detailed-exitcode"]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(dir, &again));
    assert!(printed(dir, &again).contains("No changes."));
    expect(example, "survival.txt", &ok(dir, &drform(dir, &["survive", "-sandbox"])));
    let drift = drform(dir, &["drift", "-sandbox"]);
    assert_eq!(drift.status.code(), Some(0), "{}", printed(dir, &drift));
    ok(dir, &drform(dir, &["destroy", "-sandbox", "-auto-approve"]));
    // Keys wait for their deletion window, as they do at AWS; nothing else is left.
    let left = ok(dir, &drform(dir, &["sandbox", "show"]));
    assert!(left.lines().filter(|l| l.starts_with("aws_")).all(|l| l.contains("pending deletion")), "{left}");
    assert_eq!(ok(dir, &drform(dir, &["state", "list", "-sandbox"])), "");
}

#[test]
fn postgres_ha() {
    promises("postgres-ha");
}

#[test]
fn kafka_six() {
    promises("kafka-six");
}

#[test]
fn single_node() {
    promises("single-node");
}

#[test]
fn a_lost_zone_is_noticed_and_brought_back() {
    let dir = copy_of("postgres-ha");
    let dir = dir.path();
    ok(dir, &drform(dir, &["apply", "-sandbox", "-auto-approve"]));
    ok(dir, &drform(dir, &["sandbox", "lose", "zone=eu-central-1a"]));
    let drift = drform(dir, &["drift", "-sandbox"]);
    let text = printed(dir, &drift);
    assert_eq!(drift.status.code(), Some(2), "{text}");
    for missing in ["aws_instance.pg[\"primary\"] has been deleted", "aws_ebs_volume.pg[\"primary\"] has been deleted"]
    {
        assert!(text.contains(missing), "{missing} is not in\n{text}");
    }
    assert!(!text.contains("aws_ebs_volume.pg[\"standby\"] has been deleted"), "{text}");
    // While the zone is down nothing can be made there, and the refusal says what to do.
    let refused = drform(dir, &["apply", "-sandbox", "-auto-approve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(printed(dir, &refused).contains("drform sandbox restore zone=eu-central-1a"), "{}", printed(dir, &refused));
    ok(dir, &drform(dir, &["sandbox", "restore", "zone=eu-central-1a"]));
    ok(dir, &drform(dir, &["apply", "-sandbox", "-auto-approve"]));
    let again = drform(dir, &["drift", "-sandbox"]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(dir, &again));
    let plan = drform(dir, &["plan", "-sandbox", "-detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{}", printed(dir, &plan));
}
