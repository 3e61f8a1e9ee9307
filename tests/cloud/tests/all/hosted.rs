//! Our provider under `terraform` 1.11.4 (a development override) and under drform, on the same configurations: the
//! examples, those of the reference and `tests/cloud/cases`. Same plan, same objects; import and destroy.
//!
//! Without `terraform`, drform is held against what Terraform said when it was recorded (`UPDATE_EXPECT=1` records).

use crate::examples::nothing_is_left;
use drform_cloud::many::{HOME, parts, together};
use drform_cloud::values::{Objects, lines, named, of_state, steady};
use drform_cloud::{Tool, Work, root, terraform_or_none};
use gate::Cloud;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::thread;

/// What a tool said and made, a line each.
struct Told {
    plan: Vec<String>,
    objects: Vec<String>,
}

fn told(work: &Work) -> Told {
    let plan = plan_of(&work.run(&["plan", "-input=false"]).ok().stdout);
    work.apply();
    let objects = lines(&named(&of_state(&work.state())));
    work.no_changes();
    Told { plan, objects }
}

/// The plan, from its first change to its counts and outputs.
fn plan_of(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|l| l.starts_with("  # ")).unwrap_or_else(|| panic!("no change in {text}"));
    let counts = lines.iter().position(|l| l.starts_with("Plan: ")).unwrap_or_else(|| panic!("no counts in {text}"));
    let outputs = lines[counts..].iter().position(|l| l.starts_with("Changes to Outputs:"));
    let end = match outputs {
        None => counts + 1,
        Some(outputs) => {
            let after = &lines[counts + outputs..];
            counts + outputs + after.iter().skip(1).position(|l| l.is_empty()).map_or(after.len(), |at| at + 1)
        }
    };
    lines[first..end].iter().map(|line| steady(line, &BTreeMap::new())).collect()
}

/// Runs a configuration with both tools, on a cloud each, and compares. Terraform's work goes on with `then`.
fn both(name: &str, make: impl Fn(Tool, &Cloud) -> Work + Sync, then: impl FnOnce(&Cloud, Work) + Send) {
    let live = terraform_or_none().is_some();
    let (ours, theirs) = thread::scope(|scope| {
        let ours = scope.spawn(|| {
            let cloud = Cloud::start();
            told(&make(Tool::Drform, &cloud))
        });
        let theirs = live.then(|| {
            let cloud = Cloud::start();
            let work = make(Tool::Terraform, &cloud);
            let told = told(&work);
            then(&cloud, work);
            told
        });
        (ours.join().unwrap(), theirs)
    });
    let mut report = String::new();
    for (what, ours, theirs) in [
        ("plan", &ours.plan, theirs.as_ref().map(|t| &t.plan)),
        ("objects", &ours.objects, theirs.as_ref().map(|t| &t.objects)),
    ] {
        let file = root().join(format!("tests/cloud/recorded/{name}_{what}.txt"));
        if let (Some(theirs), Some(_)) = (theirs, std::env::var_os("UPDATE_EXPECT")) {
            fs::write(&file, theirs.join("\n") + "\n").unwrap();
        }
        let recorded = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let recorded: Vec<String> = recorded.lines().map(str::to_owned).collect();
        println!("{name}: {} lines of {what} compared", recorded.len());
        let expected = theirs.unwrap_or(&recorded);
        differences(&format!("{name}, {what}: terraform and drform"), expected, ours, &mut report);
        differences(&format!("{name}, {what}: recorded and terraform"), &recorded, expected, &mut report);
    }
    assert!(report.is_empty(), "{report}");
}

/// A line without what chance decides: ids of KMS and made-up names (hexadecimal), the zone of a subnet that names none,
/// blocks that EC2 gives. And `terraform` prints an empty text in a new map as null.
fn without_chance(line: &str) -> Option<String> {
    // All images of the emulator are equally new.
    let by_chance =
        ["aws_subnet.plain availability_zone", "aws_vpc.full ipv6_cidr_block", ".aws_ami.base ", ".aws_ami_copy.west "];
    if by_chance.iter().any(|start| line.contains(start)) {
        return None;
    }
    let mut out = String::new();
    let mut run = String::new();
    for c in line.replace("\"empty\" = null", "\"empty\" = \"\"").chars().chain(['\n']) {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            run.push(c);
            continue;
        }
        out.push_str(if run.len() >= 8 { "<hex>" } else { &run });
        run.clear();
        out.push(c);
    }
    Some(out.trim_end().to_owned())
}

fn differences(title: &str, left: &[String], right: &[String], report: &mut String) {
    let steady = |lines: &[String]| lines.iter().filter_map(|line| without_chance(line)).collect::<Vec<_>>();
    let (left, right) = (steady(left), steady(right));
    if left != right {
        let (left, right) = (left.join("\n"), right.join("\n"));
        let text = similar::TextDiff::from_lines(&left, &right).unified_diff().context_radius(2).to_string();
        writeln!(report, "{title}\n{text}").unwrap();
    }
}

/// Destroys, and looks whether everything is gone.
fn destroyed(cloud: &Cloud, work: &Work) {
    let made = of_state(&work.state());
    work.destroy();
    assert_eq!(of_state(&work.state()), Objects::new());
    let made: Vec<_> = made
        .into_iter()
        .filter(|(address, _)| !address.contains("data."))
        .map(|(address, object)| {
            let region = object["region"].as_str().unwrap_or(HOME).to_owned();
            (region, address.rsplit_once("module.").map_or(address.clone(), after_module), object)
        })
        .collect();
    nothing_is_left(cloud, &made);
}

fn after_module((_, rest): (&str, &str)) -> String {
    rest.split_once('.').unwrap().1.to_owned()
}

#[test]
fn postgres_ha() {
    both("postgres-ha", |tool, cloud| Work::example(tool, "postgres-ha", cloud), |cloud, work| destroyed(cloud, &work));
}

#[test]
fn kafka_six() {
    both("kafka-six", |tool, cloud| Work::example(tool, "kafka-six", cloud), |cloud, work| destroyed(cloud, &work));
}

#[test]
fn single_node() {
    both("single-node", |tool, cloud| Work::example(tool, "single-node", cloud), |cloud, work| destroyed(cloud, &work));
}

#[test]
fn the_reference() {
    let parts = parts();
    both(
        "reference",
        |tool, cloud| together(tool, cloud, &parts),
        |cloud, work| {
            imported(&work);
            destroyed(cloud, &work);
        },
    );
}

/// The id by which an object is imported: its own, for most.
fn import_id(address: &str, object: &Value) -> Option<String> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let kind = address.split('.').rev().nth(1)?;
    let id = match kind {
        "aws_route" => format!("{}_{}", text("route_table_id"), text("destination_cidr_block")),
        "aws_route_table_association" => format!("{}/{}", text("subnet_id"), text("route_table_id")),
        "aws_volume_attachment" => format!("{}:{}:{}", text("device_name"), text("volume_id"), text("instance_id")),
        "aws_kms_grant" => format!("{}:{}", text("key_id"), text("grant_id")),
        // `hashicorp/aws` imports no copies.
        "aws_ami_copy" | "aws_ebs_snapshot_copy" => return None,
        _ => text("id").to_owned(),
    };
    Some(if object["region"] == HOME || object["region"].is_null() { id } else { format!("{id}@{}", text("region")) })
}

/// Everything is forgotten and imported again: nothing is made or deleted, and what was not told by AWS is written again.
fn imported(work: &Work) {
    let before = of_state(&work.state());
    let mut blocks = String::new();
    let mut forgotten = 0;
    for (address, object) in before.iter().filter(|(address, _)| !address.contains("data.")) {
        if let Some(id) = import_id(address, object) {
            writeln!(blocks, "import {{\n  to = {address}\n  id = {id:?}\n}}\n").unwrap();
            work.run(&["state", "rm", address]).ok();
            forgotten += 1;
        }
    }
    work.file("imports.tf", &blocks);
    let ran = work.apply();
    println!("imported {forgotten} objects");
    assert!(ran.text.contains(&format!("Apply complete! Resources: {forgotten} imported, 0 added, ")), "{}", ran.text);
    assert!(ran.text.contains(" 0 destroyed."), "{}", ran.text);
    fs::remove_file(work.path().join("imports.tf")).unwrap();
    work.no_changes();
    // Values that AWS tells in another form than they were written, or that came later, may differ; the objects may not.
    let after = of_state(&work.state());
    for (address, object) in before.iter().filter(|(address, _)| !address.contains("data.")) {
        assert_eq!(after.get(address).map(|object| &object["id"]), Some(&object["id"]), "{address} after the import");
    }
}
