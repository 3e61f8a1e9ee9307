//! What `validate -json` says of configurations in `validate.txt`: an editor that reads Terraform's answer can read ours,
//! and finds the same places underlined.
//!
//! `recorded/validate.txt` holds Terraform's answers, and how ours differ. Each difference has a reason in `validate.txt`,
//! and each reason a difference.

use crate::case::here;
use crate::tool::{Setting, Tool, directory, terraform};
use serde_json::Value;
use std::fmt::Write;
use std::fs;

/// A configuration: its name, why drform's answer differs, and its files.
#[derive(Default)]
struct Case {
    name: String,
    reason: String,
    files: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(here().join("validate.txt")).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("#= ") {
            cases.push(Case { name: name.trim().into(), ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(reason) = line.strip_prefix("#! ") {
            case.reason.push_str(reason);
        } else if let Some(name) = line.strip_prefix("#- ") {
            case.files.push((name.trim().into(), String::new()));
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(line);
        }
    }
    cases
}

#[test]
fn validate_json_is_terraform_s() {
    let file = here().join("recorded/validate.txt");
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    let mut all =
        String::from("What Terraform 1.11.4 answers to `validate -json`, and in which lines drform differs.\n");
    let mut unexplained = Vec::new();
    for case in cases() {
        let ours = answer(Tool::Drform, &case);
        let theirs = match terraform() {
            Some(_) => answer(Tool::Terraform, &case),
            None => said(&recorded, &case.name),
        };
        let difference: String = similar::TextDiff::from_lines(&theirs, &ours)
            .iter_all_changes()
            .filter(|change| change.tag() != similar::ChangeTag::Equal)
            .map(|change| format!("{}{}", change.tag(), change.value()))
            .collect();
        match (difference.is_empty(), case.reason.is_empty()) {
            (false, true) => unexplained.push(format!("{}: no reason is given for\n{difference}", case.name)),
            (true, false) => unexplained.push(format!("{}: nothing differs, but a reason is given", case.name)),
            _ => {}
        }
        let _ = write!(all, "\n==== {}\n{theirs}", case.name);
        if !difference.is_empty() {
            let _ = write!(all, "---- drform: {}\n{difference}", case.reason.trim_end());
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &all).unwrap();
    } else {
        let difference =
            similar::TextDiff::from_lines(&recorded, &all).unified_diff().header("recorded", "said").to_string();
        assert!(recorded == all, "{difference}");
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}

/// What was recorded of Terraform.
fn said(recorded: &str, name: &str) -> String {
    let from = recorded.split(&format!("\n==== {name}\n")).nth(1).unwrap_or_default();
    let own = from.split("\n==== ").next().unwrap_or_default();
    let theirs = own.split("---- drform: ").next().unwrap_or_default();
    format!("{}\n", theirs.trim_end_matches('\n'))
}

/// The answer to `validate -json`, a line for each fact.
fn answer(tool: Tool, case: &Case) -> String {
    let dir = directory();
    for (name, text) in &case.files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let setting = Setting::default();
    // Modules are found by the manifest. What is wrong is wanted from `validate`.
    if case.files.len() > 1 {
        tool.run(dir.path(), &setting, &["get"]);
    }
    let ran = tool.run(dir.path(), &setting, &["validate", "-json"]);
    let answer: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|why| panic!("{}: {tool:?}: {why}: {}", case.name, ran.text()));
    assert_eq!(ran.code == 0, answer["valid"] == true, "{}: {tool:?}: {}", case.name, ran.text());
    let mut facts = String::new();
    for member in ["format_version", "valid", "error_count", "warning_count"] {
        let _ = writeln!(facts, "{member} {}", answer[member]);
    }
    let mut diagnostics: Vec<(String, u64, String)> = answer["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let at = &one["range"];
            let start = at["start"]["byte"].as_u64().unwrap_or_default();
            (at["filename"].to_string(), start, facts_of(one))
        })
        .collect();
    // Terraform tells them in any order.
    diagnostics.sort();
    diagnostics.into_iter().for_each(|(_, _, text)| facts.push_str(&text));
    facts.replace(&*dir.path().to_string_lossy(), "DIR")
}

fn facts_of(diagnostic: &Value) -> String {
    // Terraform tells a cycle in any order.
    let summary = crate::messages::steady(&format!("Error: {}", diagnostic["summary"].as_str().unwrap()));
    let summary = summary.strip_prefix("Error: ").unwrap();
    let mut facts = format!("{} {summary:?}\n", diagnostic["severity"].as_str().unwrap());
    let mut fact = |name: &str, value: &Value| {
        if !value.is_null() {
            let _ = writeln!(facts, "  {name} {value}");
        }
    };
    fact("address", &diagnostic["address"]);
    let range = &diagnostic["range"];
    if !range.is_null() {
        let place = |at: &Value| format!("{}:{} byte {}", at["line"], at["column"], at["byte"]);
        let (start, end) = (place(&range["start"]), place(&range["end"]));
        fact("range", &format!("{} {start} to {end}", range["filename"].as_str().unwrap()).into());
    }
    let snippet = &diagnostic["snippet"];
    fact("context", &snippet["context"]);
    fact("code", &snippet["code"]);
    fact("start_line", &snippet["start_line"]);
    let (start, end) = (&snippet["highlight_start_offset"], &snippet["highlight_end_offset"]);
    if !start.is_null() {
        fact("highlight", &format!("{start} to {end}").into());
    }
    fact("values", &snippet["values"]);
    fact("function_call", &snippet["function_call"]);
    facts
}
