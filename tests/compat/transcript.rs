//! What a tool says and writes, step by step, in a form that is the same for both tools and for every run.

use crate::case::{Case, Step, here};
use crate::tool::{Setting, Tool, copy, directory, terraform};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// Runs a case with drform and holds it against Terraform's answers: recorded, and live where `terraform` is on PATH.
/// Then each tool opens what the other left.
pub fn agree(case: &Case, setting: &Setting) {
    agree_each(case, setting, setting);
}

/// The same where the tools find their providers in different ways.
pub fn agree_each(case: &Case, drform: &Setting, terraform_setting: &Setting) {
    let recorded_file = here().join("recorded").join(format!("{}.txt", case.name));
    let recorded_shown = here().join("recorded/shown").join(format!("{}.txt", case.name));
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let theirs = terraform().map(|_| {
        let dir = directory();
        let said = transcript(Tool::Terraform, case, (dir.path(), Json::Whole), terraform_setting);
        (dir, said)
    });
    if let (Some((_, said)), true) = (&theirs, update) {
        fs::write(&recorded_file, &said.text).unwrap();
        fs::write(&recorded_shown, &said.shown).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    let shown = fs::read_to_string(&recorded_shown).unwrap_or_default();
    if let Some((_, said)) = &theirs {
        same("recorded", &recorded, "terraform", &said.text, &case.name);
        same("recorded", &shown, "terraform", &said.shown, &case.name);
    }
    let ours = directory();
    let said = transcript(Tool::Drform, case, (ours.path(), Json::Whole), drform);
    same("terraform", &recorded, "drform", &said.text, &case.name);
    same("terraform", &shown, "drform", &said.shown, &case.name);
    crate::saved::same_with_saved_plans(case, drform, &recorded);
    if let Some((theirs, _)) = &theirs {
        let refused =
            recorded.trim_end().lines().rfind(|l| l.starts_with("-- ")).is_some_and(|l| l == "-- plan: exit 1");
        opens(Tool::Terraform, case, refused, (ours.path(), terraform_setting));
        opens(Tool::Drform, case, refused, (theirs.path(), drform));
    }
}

/// Shows where two texts differ.
pub fn same(left: &str, expected: &str, right: &str, actual: &str, name: &str) {
    let difference = similar::TextDiff::from_lines(expected, actual).unified_diff().header(left, right).to_string();
    assert!(expected == actual, "{name}:\n{difference}");
}

/// A copy of a directory that the other tool left: nothing is to be done there, or (`refused`) nothing is allowed.
fn opens(tool: Tool, case: &Case, refused: bool, (left, setting): (&Path, &Setting)) {
    if !left.join("terraform.tfstate").exists() {
        return;
    }
    let dir = directory();
    copy(left, dir.path());
    // What one tool has built in, the other must find first. Modules that one has found the other finds too.
    if says(dir.path(), "# init") {
        tool.run(dir.path(), setting, &["init"]).ok();
    }
    let last = case.steps.last().unwrap();
    let mut arguments = vec!["plan", "-detailed-exitcode"];
    arguments.extend(last.arguments.iter().filter(|a| !a.starts_with("-replace")).map(String::as_str));
    let ran = tool.run(dir.path(), setting, &arguments);
    let text = ran.text();
    assert!(
        if refused { ran.code == 1 } else { ran.code == 0 },
        "{}: {tool:?} opens what {:?} left and plans\n{text}",
        case.name,
        tool.other(),
    );
}

/// What `terraform show -json` 1.11.4 cannot show: it panics over conditions of ephemeral resources, and a plan that failed
/// because an object cannot be brought to the schema it cannot read again.
const CRASHES: &[&str] = &["provider_vault_modules", "upgrade_fails", "newer_than_provider", "type_unknown"];

/// Where a plan is saved that is shown.
const PLAN: &str = "shown.plan";

/// What came of a case.
#[derive(Default)]
pub struct Transcript {
    /// What was said and written.
    pub text: String,
    /// What `show -json` printed.
    pub shown: String,
}

/// Which plans are shown as JSON; states are in any case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Json {
    /// Those that can be applied.
    Whole,
    /// Those with errors, too.
    All,
}

/// Everything that a tool says to a case, and what it leaves.
pub fn transcript(tool: Tool, case: &Case, (dir, as_json): (&Path, Json), setting: &Setting) -> Transcript {
    let mut said = String::new();
    let mut shown = String::new();
    for (number, step) in case.steps.iter().enumerate() {
        step.edit(dir);
        said.push_str(&begun(tool, dir, setting, (number, step)));
        let out = format!("-out={PLAN}");
        let verb = ["plan", "-detailed-exitcode", &out];
        let ran = run(tool, dir, setting, &verb, step);
        said.push_str(&format!("-- plan: exit {}\n{}", ran.code, told(&ran.text())));
        let asked = calls(setting);
        // A plan that could not be finished is saved as well, but not if nothing could be planned at all.
        let is_shown = ran.code != 1 || as_json == Json::All;
        if is_shown && dir.join(PLAN).exists() && !CRASHES.contains(&case.name.as_str()) {
            let plan = tool.run(dir, setting, &["show", "-json", PLAN]).ok();
            shown.push_str(&format!("== step {}\n-- plan\n{}", number + 1, compact(&plan.out)));
            fs::remove_file(dir.join(PLAN)).unwrap();
            calls(setting);
        }
        let counts = |line: &&str| ran.code != 1 || !line.starts_with("read ");
        // How much was read before a mistake was found is no matter.
        asked.lines().filter(counts).for_each(|line| said.push_str(&format!("{line}\n")));
        if ran.code != 2 {
            continue;
        }
        let ran = run(tool, dir, setting, &["apply", "-auto-approve"], step);
        said.push_str(&format!("-- apply: exit {}\n{}", ran.code, done(&ran.text())));
        said.push_str(&calls(setting));
        said.push_str(&left(tool, dir, setting));
        if CRASHES.contains(&case.name.as_str()) {
            continue;
        }
        let state = tool.run(dir, setting, &["show", "-json"]).ok();
        shown.push_str(&format!("-- state\n{}", compact(&state.out)));
        // What a provider was asked for that is not told.
        calls(setting);
    }
    if tool == Tool::Drform {
        crate::canary::not_left(dir);
    }
    Transcript { text: said, shown }
}

/// Makes the directory ready for a step, and names it.
pub fn begun(tool: Tool, dir: &Path, setting: &Setting, (number, step): (usize, &Step)) -> String {
    for line in &step.cloud {
        setting.world.as_ref().unwrap().edit(line);
    }
    if number == 0 && needs_init(dir) {
        let ran = tool.run(dir, setting, &["init"]);
        assert_eq!(ran.code, 0, "{tool:?} init: {}", ran.text());
    }
    let mut said = format!("== step {} {}\n", number + 1, step.arguments.join(" ")).replace(" \n", "\n");
    for command in &step.commands {
        let ran = tool.run(dir, setting, &command.split_whitespace().collect::<Vec<_>>());
        said.push_str(&format!("-- {command}: exit {}\n{}", ran.code, calls(setting)));
    }
    said
}

/// The state of nothing.
const NOTHING: &str = r#"{"check_results":null,"outputs":{},"resources":[],"terraform_version":"1.11.4","version":4}"#;

/// Outputs and state.
pub fn left(tool: Tool, dir: &Path, setting: &Setting) -> String {
    let outputs = tool.run(dir, setting, &["output", "-json"]).ok();
    // Where nothing came to be one tool writes a state of nothing, the other none.
    let state = fs::read_to_string(dir.join("terraform.tfstate")).unwrap_or_else(|_| NOTHING.to_string());
    let state = json(&state);
    format!("-- outputs\n{}-- state\n{state}", json(&outputs.out))
}

/// What the provider was asked, where it keeps a list.
pub fn calls(setting: &Setting) -> String {
    setting.world.as_ref().map_or_else(String::new, |world| format!("-- calls\n{}", world.told()))
}

pub fn run(tool: Tool, dir: &Path, setting: &Setting, verb: &[&str], step: &Step) -> crate::tool::Ran {
    let arguments: Vec<&str> = verb.iter().copied().chain(step.arguments.iter().map(String::as_str)).collect();
    tool.run(dir, setting, &arguments)
}

/// Modules must be known, and providers that are not overridden.
fn needs_init(dir: &Path) -> bool {
    says(dir, "module \"") || says(dir, "# init")
}

/// Whether a file of the root module holds this text.
fn says(dir: &Path, text: &str) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        path.extension().is_some_and(|e| e == "tf") && fs::read_to_string(&path).unwrap().contains(text)
    })
}

/// The plan, from its first change on; of errors and warnings their summaries (their layout is our own).
pub fn told(text: &str) -> String {
    let troubles = troubles(text);
    if troubles.contains("Error: ") {
        return troubles;
    }
    let lines: Vec<&str> = text.lines().collect();
    let begins = |l: &&str| {
        l.starts_with("  # ")
            || l.starts_with(" # ")
            || l.starts_with("No changes.")
            || l.starts_with("Changes to Outputs")
            || l.starts_with("Note: Objects have changed")
            || l.starts_with("You can apply this plan")
    };
    let first = lines.iter().position(begins).unwrap_or(0);
    let end = |l: &&str| l.starts_with('─') || l.starts_with("Warning: ") || l.starts_with('╷');
    let last = lines.iter().skip(first).position(end).map_or(lines.len(), |at| first + at);
    let prose = unwrapped(lines.get(first..last).unwrap_or_default());
    format!("{}{troubles}", steady(&prose))
}

/// Joins the lines of paragraphs: where they break depends on the length of the product's name.
fn unwrapped(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut in_prose = false;
    for line in lines {
        let is_prose = line.starts_with(|c: char| c.is_alphabetic()) && !line.contains(':') && !line.contains(" = ");
        if is_prose && in_prose {
            text.truncate(text.trim_end().len());
            text.push(' ');
        }
        text.push_str(line);
        text.push('\n');
        in_prose = is_prose;
    }
    format!("{}\n", text.trim_end())
}

/// What an apply did, in an order of its own, then everything from its summary on.
pub fn done(text: &str) -> String {
    let troubles = troubles(text);
    let what = ["ing... [", "ing...", " complete after "];
    let is_progress = |l: &&str| !l.starts_with(' ') && what.iter().any(|w| l.contains(w)) && l.contains(": ");
    let mut progress: Vec<String> = text
        .lines()
        .filter(is_progress)
        // drform does not tell what it reads while it plans.
        .filter(|l| !l.contains("Refreshing state...") && !l.contains(": Still "))
        .filter(|l| !l.starts_with("data.") && !l.contains(".data."))
        // Nor what it leaves for the apply.
        .filter(|l| !l.contains(": Configuration unknown, deferring..."))
        .map(|line| steady(without_id(line)))
        .collect();
    progress.sort();
    let summary = text.find("\nApply complete!").map_or("", |at| &text[at + 1..]);
    let summary = summary.split("\nWarning: ").next().unwrap_or_default().trim_end();
    let end = if summary.is_empty() { "" } else { "\n" };
    format!("{}{}{end}{troubles}", progress.concat(), steady(summary).trim_end())
}

/// drform does not show ids while it works yet; keys of deposed objects are random.
fn without_id(line: &str) -> &str {
    line.split_once(" [id=").map_or(line, |(before, _)| before)
}

/// Summaries of errors and warnings, sorted, each once; their layout is our own.
fn troubles(text: &str) -> String {
    let mut found: Vec<String> = text
        .lines()
        .map(|l| l.trim_start_matches(['│', '╷', ' ']))
        .filter(|l| l.starts_with("Error: ") || l.starts_with("Warning: "))
        // One tool may have built in what the other gets from a directory.
        .filter(|l| !l.starts_with("Warning: Provider development overrides"))
        .map(steady)
        .collect();
    found.sort();
    found.dedup();
    found.concat()
}

/// Takes out what differs from run to run, and the product's name.
pub fn steady(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", words(line, steady_word).trim_end())).collect()
}

fn words(line: &str, each: impl Fn(&str) -> String) -> String {
    line.split(' ').map(each).collect::<Vec<_>>().join(" ")
}

fn steady_word(word: &str) -> String {
    let seconds = word.trim_end_matches('s');
    if word.ends_with('s') && !seconds.is_empty() && seconds.chars().all(|c| c.is_ascii_digit()) {
        return "Ns".to_string();
    }
    let is_key = |key: &&str| key.len() == 8 && key.len() < word.len() && key.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(key) = word.split(')').next().filter(is_key) {
        return word.replacen(key, "KEY", 1);
    }
    if word.trim_end_matches(['.', ',']) == "drform" {
        return word.replace("drform", "Terraform");
    }
    if word == "\"drform" {
        return "\"terraform".to_string();
    }
    uuids(word)
}

/// Replaces random ids.
fn uuids(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_uuid = |at: usize| {
        bytes.get(at..at + 36).is_some_and(|part| {
            part.iter().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => *b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
        })
    };
    match (0..bytes.len()).find(|at| is_uuid(*at)) {
        Some(at) => format!("{}UUID{}", &text[..at], uuids(&text[at + 36..])),
        None => text.to_string(),
    }
}

/// `{"drform:repeat":"same_object"}` (schema/plugin-repeat.md).
const MAY_BE_REPEATED: &str = "eyJkcmZvcm06cmVwZWF0Ijoic2FtZV9vYmplY3QifQ==";

/// JSON with sorted keys and without what belongs to one run.
pub fn json(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    plain(&mut value);
    if let Some(object) = value.as_object_mut() {
        object.remove("lineage");
        object.remove("serial");
        sort_check_results(object);
    }
    format!("{}\n", serde_json::to_string_pretty(&value).unwrap())
}

/// The same with each member in a line of its own, and each part of what is long.
fn compact(text: &str) -> String {
    let mut value: Value = serde_json::from_str(&json(text)).unwrap();
    let time = value.as_object_mut().unwrap().remove("timestamp");
    assert!(time.is_none_or(|time| time.as_str().unwrap().ends_with('Z')));
    let mut out = String::new();
    for (name, member) in value.as_object().unwrap() {
        match (name.as_str(), member) {
            ("values" | "planned_values" | "configuration", Value::Object(parts)) => {
                parts.iter().for_each(|(part, value)| out.push_str(&format!("{name}.{part}: {value}\n")));
            }
            ("resource_changes" | "resource_drift" | "checks", Value::Array(items)) => {
                items.iter().for_each(|item| out.push_str(&format!("{name}: {item}\n")));
            }
            _ => out.push_str(&format!("{name}: {member}\n")),
        }
    }
    out
}

/// Terraform lists conditions in random order.
fn sort_check_results(state: &mut Map<String, Value>) {
    let Some(Value::Array(results)) = state.get_mut("check_results") else { return };
    for result in results.iter_mut() {
        if let Some(Value::Array(objects)) = result.get_mut("objects") {
            objects.sort_by_key(ToString::to_string);
        }
    }
    results.sort_by_key(ToString::to_string);
}

/// Of an attribute that is null, Terraform says at times that it is sensitive, and of a replaced object that it is not.
fn null_hides_nothing(object: &mut Map<String, Value>) {
    let is_null = |value: &Value| value.is_null();
    let values = object.get("values").and_then(Value::as_object).into_iter().flatten();
    let nulls: Vec<String> = values.filter(|(_, value)| is_null(value)).map(|(name, _)| name.clone()).collect();
    if let Some(Value::Object(hidden)) = object.get_mut("sensitive_values") {
        hidden.retain(|name, _| !nulls.contains(name));
    }
}

fn plain(value: &mut Value) {
    match value {
        Value::String(text) => *text = uuids(text),
        // Whether a zero is negative depends on how long a value was in memory.
        Value::Number(number) if number.as_f64() == Some(0.0) => *number = 0.into(),
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::Object(object) => {
            object.values_mut().for_each(plain);
            null_hides_nothing(object);
            // By these bytes our plugin tells any host that a request may be repeated; what is built in needs none.
            if object.get("private").and_then(Value::as_str) == Some(MAY_BE_REPEATED) {
                object.remove("private");
            }
            // The key is random.
            for name in ["deposed", "deposed_key"] {
                if let Some(key) = object.get_mut(name).filter(|key| key.is_string()) {
                    *key = "KEY".into();
                }
            }
            // The order of a set.
            for set in [
                "dependencies",
                "depends_on",
                "sensitive_attributes",
                "child_modules",
                "relevant_attributes",
                "replace_paths",
            ] {
                if let Some(Value::Array(items)) = object.get_mut(set) {
                    items.sort_by_key(ToString::to_string);
                }
            }
            let sorted: Map<String, Value> = std::mem::take(object).into_iter().collect();
            *object = sorted;
        }
        _ => {}
    }
}
