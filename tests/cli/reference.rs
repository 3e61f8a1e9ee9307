//! Every example of the provider's reference works in the sandbox: planned, applied, nothing left to do, destroyed.

use crate::examples::drform;
use crate::script::{printed, root};
use std::fs;
use std::path::{Path, PathBuf};

/// What users write before an example.
const BEFORE: &str = r#"terraform {
  required_providers {
    aws = {
      source = "drform/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

"#;

/// The examples, one configuration each.
fn examples() -> Vec<PathBuf> {
    let folder = root().join("providers/aws/docs/examples");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.extension().is_some_and(|e| e == "tf") && !path.ends_with("provider.tf"));
    all.sort();
    all
}

/// What goes wrong with an example, in the words of the tool.
fn trouble(example: &Path) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("main.tf"), format!("{BEFORE}{}", fs::read_to_string(example).unwrap())).unwrap();
    let steps: [&[&str]; 5] = [
        &["plan", "-sandbox"],
        &["apply", "-sandbox", "-auto-approve"],
        &["plan", "-sandbox", "-detailed-exitcode"],
        &["destroy", "-sandbox", "-auto-approve"],
        &["sandbox", "show"],
    ];
    for step in steps {
        let done = drform(dir, step);
        let text = printed(dir, &done);
        // Keys wait for their deletion window; nothing else is left in the end.
        let left = |line: &&str| step[0] == "sandbox" && line.starts_with("aws_") && !line.contains("pending deletion");
        if done.status.code() != Some(0) || text.lines().any(|line| left(&line)) {
            return Some(format!("{}: {}:\n{text}", example.display(), step.join(" ")));
        }
    }
    None
}

#[test]
fn every_example_of_the_reference_works() {
    let all = examples();
    assert!(all.len() > 30, "{all:?}");
    let wrong: Vec<String> = all.iter().filter_map(|example| trouble(example)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
