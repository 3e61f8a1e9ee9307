//! A provider that others could have written: under drform it has the plan, values and state that it has under
//! Terraform.

use crate::case::Case;
use crate::plugin::{shelf_mirrored, shelf_setting};
use crate::tool::{Setting, Tool, directory, terraform};
use crate::transcript::agree;
use std::collections::BTreeSet;

#[test]
fn the_same_plan_values_and_state() {
    agree(&Case::read("provider_python"), &shelf_setting());
}

#[test]
fn functions_of_known_and_unknown_values() {
    agree(&Case::read("provider_python_functions"), &shelf_mirrored());
}

#[test]
fn functions_in_template_files_only() {
    agree(&Case::read("provider_python_functions_in_templates"), &shelf_setting());
}

#[test]
fn empty_strings_count_as_null() {
    agree(&Case::read("provider_python_empty"), &shelf_setting());
}

#[test]
fn data_sources_before_and_during_apply() {
    agree(&Case::read("provider_python_data"), &shelf_setting());
}

/// Requests of one kind for one type, and what they said.
fn metas(tool: Tool, case: &Case) -> String {
    let (dir, calls) = (directory(), directory());
    let file = calls.path().join("calls");
    let environment = vec![("SHELF_CALLS".to_owned(), file.to_str().unwrap().to_owned())];
    let setting = Setting { environment, ..shelf_setting() };
    for step in &case.steps {
        step.edit(dir.path());
    }
    let commands: [&[&str]; 3] = [&["get"], &["apply", "-auto-approve"], &["destroy", "-auto-approve"]];
    for command in commands {
        let ran = tool.run(dir.path(), &setting, command);
        assert_eq!(ran.code, 0, "{tool:?} {command:?}: {}", ran.text());
    }
    let text = std::fs::read_to_string(file).unwrap();
    let lines: BTreeSet<&str> = text.lines().collect();
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

const METAS: &str = "\
ApplyResourceChange shelf_item None
ApplyResourceChange shelf_item in module
ApplyResourceChange shelf_item root
PlanResourceChange shelf_item None
PlanResourceChange shelf_item in module
PlanResourceChange shelf_item root
ReadDataSource shelf_items in module
ReadDataSource shelf_items root
ReadResource shelf_item None
ReadResource shelf_item in module
ReadResource shelf_item root
";

#[test]
fn each_module_says_its_own_to_the_provider() {
    let case = Case::read("provider_meta");
    let ours = metas(Tool::Drform, &case);
    assert_eq!(ours, METAS);
    if terraform().is_some() {
        assert_eq!(metas(Tool::Terraform, &case), ours);
    }
}
