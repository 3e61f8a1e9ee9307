//! A provider that breaks its promises in the middle of a change: what was made is never lost, and never made twice.

use crate::plugin::shelf_setting;
use crate::tool::{Ran, Setting, Tool, directory};
use std::path::Path;

const MAIN: &str = r#"
terraform {
  required_providers {
    shelf = { source = "drform.test/dev/shelf" }
  }
}
provider "shelf" { dir = "world" }
resource "shelf_item" "a" {
  name = "a"
  text = "t"
}
resource "terraform_data" "after" { input = shelf_item.a.id }
"#;

/// The setting in which the provider misbehaves so.
fn faulty(fault: &str) -> Setting {
    Setting { environment: vec![("SHELF_FAULT".into(), fault.into())], ..shelf_setting() }
}

fn drform(dir: &Path, setting: &Setting, arguments: &[&str]) -> Ran {
    Tool::Drform.run(dir, setting, arguments)
}

/// How many items are on the shelf.
fn world(dir: &Path) -> usize {
    std::fs::read_dir(dir.join("world")).map_or(0, |items| items.count())
}

fn state(dir: &Path, setting: &Setting) -> String {
    drform(dir, setting, &["state", "list"]).out
}

fn says(ran: &Ran, parts: &[&str]) {
    let text = ran.text().split_whitespace().map(|w| w.trim_start_matches('│')).collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{}", ran.text());
    }
}

#[test]
fn a_provider_that_dies_while_it_creates() {
    let dir = directory();
    let dir = dir.path();
    std::fs::write(dir.join("main.tf"), MAIN).unwrap();
    let (bad, good) = (faulty("die"), shelf_setting());
    let ran = drform(dir, &bad, &["apply", "-auto-approve"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    says(&ran, &["Provider plugin crashed", "shelf_item.a", "recover"]);
    assert_eq!((world(dir), state(dir, &good).as_str()), (1, ""));

    // Well again: but nobody may create it a second time.
    for _ in 0..2 {
        let ran = drform(dir, &good, &["apply", "-auto-approve"]);
        assert_eq!(ran.code, 1, "{}", ran.text());
        says(&ran, &["in doubt", "shelf_item.a", "drform recover -never-made"]);
        assert_eq!(world(dir), 1, "{}", ran.text());
    }
    let ran = drform(dir, &good, &["recover"]);
    says(&ran, &["shelf_item.a", "-never-made"]);
    let ran = drform(dir, &good, &["recover", "-never-made=shelf_item.b"]);
    assert_eq!(ran.code, 1);
    says(&ran, &["No change of shelf_item.b is in doubt"]);

    // A person has looked, and has put the shelf in order.
    std::fs::remove_dir_all(dir.join("world")).unwrap();
    let ran = drform(dir, &good, &["recover", "-never-made=shelf_item.a"]).ok();
    says(&ran, &["shelf_item.a: taken as never made."]);
    drform(dir, &good, &["apply", "-auto-approve"]).ok();
    assert_eq!((world(dir), state(dir, &good).as_str()), (1, "shelf_item.a\nterraform_data.after\n"));
    drform(dir, &good, &["plan", "-detailed-exitcode"]).ok();
}

/// What the provider says of an object is kept, even when it says it wrongly: the object exists.
#[test]
fn a_provider_that_answers_wrongly_after_a_create() {
    let rows = [
        ("unknown", &["the attribute length unknown"][..]),
        ("liar", &["Provider produced inconsistent result after apply", ".text"][..]),
    ];
    for (fault, parts) in rows {
        let dir = directory();
        let dir = dir.path();
        std::fs::write(dir.join("main.tf"), MAIN).unwrap();
        let ran = drform(dir, &faulty(fault), &["apply", "-auto-approve"]);
        assert_eq!(ran.code, 1, "{fault}: {}", ran.text());
        says(&ran, parts);
        let good = shelf_setting();
        assert_eq!((world(dir), state(dir, &good).as_str()), (1, "shelf_item.a\n"), "{fault}: {}", ran.text());
        // It counts as tainted: the next apply replaces it, and one is there at the end.
        drform(dir, &good, &["apply", "-auto-approve"]).ok();
        assert_eq!((world(dir), state(dir, &good).as_str()), (1, "shelf_item.a\nterraform_data.after\n"), "{fault}");
        drform(dir, &good, &["plan", "-detailed-exitcode"]).ok();
    }
}

/// An answer that cannot be read leaves the outcome in doubt, as no answer does.
#[test]
fn a_provider_that_answers_with_another_type() {
    let dir = directory();
    let dir = dir.path();
    std::fs::write(dir.join("main.tf"), MAIN).unwrap();
    let ran = drform(dir, &faulty("type"), &["apply", "-auto-approve"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    says(&ran, &["shelf_item.a", "length"]);
    assert_eq!(world(dir), 1);
    let good = shelf_setting();
    let ran = drform(dir, &good, &["apply", "-auto-approve"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    says(&ran, &["in doubt", "drform recover -never-made"]);
    assert_eq!(world(dir), 1);
}
