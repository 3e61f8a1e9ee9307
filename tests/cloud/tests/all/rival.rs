//! The real `hashicorp/aws` 3.39.0 and our provider, both under `terraform`, on the same configurations: the same
//! planned values and the same values after the apply, for every attribute that both have.
//!
//! Without `terraform` or the provider, ours is held by `drform` alone against the recorded values (after the apply).
//! `UPDATE_EXPECT=1` records anew.

use crate::known::{KNOWN, NOT_IN_3_39};
use drform_cloud::many::{Part, parts, together};
use drform_cloud::values::{Objects, named, of_plan, of_state};
use drform_cloud::{Tool, hashicorp_mirror_or_none, root, terraform_or_none};
use gate::Cloud;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::thread;

/// What one tool planned, and what was there afterwards.
struct Told {
    planned: Option<Objects>,
    stored: Objects,
}

fn shared_parts() -> Vec<Part> {
    let mut shared = parts();
    shared.retain(|part| !NOT_IN_3_39.iter().any(|(name, _)| *name == part.name));
    shared
}

fn told(tool: Tool, parts: &[Part]) -> Told {
    let cloud = Cloud::start();
    let work = together(tool, &cloud, parts);
    let planned = (tool != Tool::Drform).then(|| {
        work.run(&["plan", "-out=plan", "-input=false"]).ok();
        let shown = work.run(&["show", "-json", "plan"]).ok();
        named(&of_plan(&serde_json::from_str(&shown.stdout).unwrap()))
    });
    match tool {
        Tool::Drform => work.apply(),
        _ => work.run(&["apply", "-input=false", "plan"]).ok(),
    };
    let stored = named(&of_state(&work.state()));
    Told { planned, stored }
}

#[test]
fn every_attribute_that_both_have_has_the_same_value() {
    let parts = shared_parts();
    let live = terraform_or_none().is_some() && hashicorp_mirror_or_none().is_some();
    let (ours, theirs) = thread::scope(|scope| {
        let ours = scope.spawn(|| told(if live { Tool::Terraform } else { Tool::Drform }, &parts));
        let theirs = live.then(|| told(Tool::Hashicorp, &parts));
        (ours.join().unwrap(), theirs)
    });
    let mut report = String::new();
    let mut used = BTreeSet::new();
    for (stage, ours, theirs) in [
        ("planned", ours.planned.as_ref(), theirs.as_ref().and_then(|t| t.planned.as_ref())),
        ("stored", Some(&ours.stored), theirs.as_ref().map(|t| &t.stored)),
    ] {
        let expected = recorded(stage, theirs);
        if let Some(ours) = ours {
            compare(stage, ours, &expected, &mut used, &mut report);
        }
    }
    if live {
        for (at, (kind, path, why)) in KNOWN.iter().enumerate() {
            if !used.contains(&at) && !why.starts_with("chance") {
                writeln!(report, "no longer a difference: {kind} {path} ({why})").unwrap();
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// The values of `hashicorp/aws`: live ones, or those that were recorded.
fn recorded(stage: &str, live: Option<&Objects>) -> Objects {
    let file = root().join(format!("tests/cloud/recorded/hashicorp_{stage}.txt"));
    let Some(live) = live else {
        return read(&fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())));
    };
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, written(live)).unwrap();
    }
    live.clone()
}

/// The address of an object on a line, then its attributes, each on a line.
fn written(objects: &Objects) -> String {
    let mut text = String::new();
    for (address, object) in objects {
        writeln!(text, "{address}").unwrap();
        for (name, value) in object.as_object().unwrap() {
            writeln!(text, "  {name} = {value}").unwrap();
        }
    }
    text
}

fn read(text: &str) -> Objects {
    let mut objects = Objects::new();
    let mut address = "";
    for line in text.lines() {
        match line.strip_prefix("  ").and_then(|l| l.split_once(" = ")) {
            None => {
                address = line;
                objects.insert(line.to_owned(), Value::Object(serde_json::Map::new()));
            }
            Some((name, value)) => {
                let value = serde_json::from_str(value).unwrap_or_else(|e| panic!("{line}: {e}"));
                objects.get_mut(address).unwrap()[name] = value;
            }
        }
    }
    objects
}

fn compare(stage: &str, ours: &Objects, theirs: &Objects, used: &mut BTreeSet<usize>, report: &mut String) {
    let (mut objects, mut values) = (0, 0);
    for (address, theirs) in theirs {
        let Some(ours) = ours.get(address) else {
            writeln!(report, "{stage}: {address} is theirs only").unwrap();
            continue;
        };
        let kind = kind(address);
        objects += 1;
        let mut found = Vec::new();
        values += differ("", ours, theirs, &mut found);
        for (path, ours, theirs) in found {
            let general = without_indexes(&path);
            let known = KNOWN.iter().position(|(of, at, _)| of_kind(of, kind) && *at == general);
            match known {
                Some(known) => drop(used.insert(known)),
                None => writeln!(report, "{stage}: {address} {path}\n  ours   {ours}\n  theirs {theirs}").unwrap(),
            }
        }
    }
    println!("{stage}: {objects} objects, {values} values compared with hashicorp/aws 3.39.0");
}

fn of_kind(of: &str, kind: &str) -> bool {
    of == "*" || of == kind
}

/// The type in an address, with `data.` before it.
fn kind(address: &str) -> &str {
    let rest = address.rsplit_once("module.").map_or(address, |(_, rest)| rest.split_once('.').unwrap().1);
    let end = rest.strip_prefix("data.").map_or(0, |_| 5);
    &rest[..end + rest[end..].find('.').unwrap()]
}

fn without_indexes(path: &str) -> String {
    let mut inside = false;
    path.chars()
        .filter(|c| {
            inside = *c == '[' || inside && *c != ']';
            !inside || *c == '['
        })
        .collect()
}

/// Counts the values that both have, and collects those that differ.
fn differ(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<(String, Value, Value)>) -> usize {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) if !is_map(path) => theirs
            .iter()
            .filter_map(|(name, theirs)| {
                let dot = if path.is_empty() { "" } else { "." };
                Some(differ(&format!("{path}{dot}{name}"), ours.get(name)?, theirs, found))
            })
            .sum(),
        (Value::Array(ours), Value::Array(theirs))
            if ours.len() == theirs.len() && theirs.iter().any(Value::is_object) =>
        {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs.map(|(at, (ours, theirs))| differ(&format!("{path}[{at}]"), ours, theirs, found)).sum()
        }
        (ours, theirs) => {
            if !(ours == theirs || is_unknown(ours) || is_unknown(theirs) || is_nothing(ours) && is_nothing(theirs)) {
                found.push((path.to_owned(), ours.clone(), theirs.clone()));
            }
            1
        }
    }
}

/// What the SDK that 3.39.0 is made with writes for arguments that are not there: it has no null.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) => false,
    }
}

/// Decided by the apply, wholly or in part: what it becomes is compared then.
fn is_unknown(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "(known after apply)",
        Value::Array(items) => items.iter().any(is_unknown),
        Value::Object(members) => members.values().any(is_unknown),
        _ => false,
    }
}

/// Keys of a map are values of ours as much as theirs.
fn is_map(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    name == "tags" || name == "tags_all" || name == "volume_tags" || name.starts_with("encryption_context_")
}
