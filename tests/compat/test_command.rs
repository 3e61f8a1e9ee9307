//! `test`: drform and Terraform print the same of files and runs, find the same wrong, do the same to the world and exit
//! alike.
//!
//! `test_command/NAME.txt` holds files (`#- FILE`) and command lines. Errors and warnings are compared by their summary,
//! their place, and failed assertions by their message and the values that they show; the other words are our own. Where
//! the text speaks of `lab_…`, the provider of `lab.rs` is there, and the changes that it was asked for are compared. What is
//! written into a file by `-junit-xml` and what `-json` prints is compared without times and without those words.

use crate::case::here;
use crate::hosted::served;
use crate::lab::{Cloud, Lab};
use crate::tool::{Ran, Setting, Tool, World, directory, terraform};
use crate::transcript::{same, steady};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;

macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        const CASES: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            agree(stringify!($name));
        })+
    };
}

cases! {
    assertions,
    check_data,
    checks,
    cleanup,
    ephemeral,
    expect_failures,
    files,
    json,
    junit,
    mistakes,
    mocks,
    mocks_more,
    modules,
    names,
    odd,
    overrides,
    plan_options,
    providers,
    run_outputs,
    state_keys,
    validate,
    variables,
    verbose,
}

#[test]
fn every_file_is_run() {
    let files = fs::read_dir(here().join("test_command")).unwrap();
    let mut names: Vec<String> =
        files.map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, CASES);
}

fn agree(name: &str) {
    let recorded_file = here().join("recorded").join(format!("test_command_{name}.txt"));
    let text = fs::read_to_string(here().join("test_command").join(format!("{name}.txt"))).unwrap();
    let theirs = terraform().map(|_| transcript(Tool::Terraform, &text));
    if let (Some(said), true) = (&theirs, std::env::var_os("UPDATE_EXPECT").is_some()) {
        fs::write(&recorded_file, said).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    if let Some(said) = &theirs {
        same("recorded", &recorded, "terraform", said, name);
    }
    same("terraform", &recorded, "drform", &transcript(Tool::Drform, &text), name);
}

fn transcript(tool: Tool, text: &str) -> String {
    let dir = directory();
    let cloud: Arc<Cloud> = Arc::default();
    let lab = text.contains("lab_").then(|| served("lab", Lab(cloud.clone())));
    let setting = lab.as_ref().map_or_else(Setting::default, |(setting, ..)| setting.clone());
    let mut file = None;
    let mut said = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#- ") {
            let path = dir.path().join(name.trim());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            file = Some(path);
        } else if let Some(command) = line.strip_prefix("$ ") {
            file = None;
            said.push_str(&format!("$ {command}\n{}", run(tool, dir.path(), &setting, command)));
            // How often objects are read is each tool's own affair.
            said.push_str(&changes(&cloud.told()));
        } else if let Some(path) = &file {
            let before = fs::read_to_string(path).unwrap();
            fs::write(path, format!("{before}{line}\n")).unwrap();
        }
    }
    assert!(!dir.path().join("terraform.tfstate").exists(), "{tool:?} left a state");
    said
}

/// The layers of calls that change something.
fn changes(told: &str) -> String {
    let layers = told.lines().filter_map(|line| line.split_once(". ")).map(|(_, layer)| layer.split(", "));
    let layers = layers.map(|layer| layer.filter(|call| !call.starts_with("lookup ")).collect::<Vec<_>>().join(", "));
    layers.filter(|layer| !layer.is_empty()).map(|layer| format!("{layer}\n")).collect()
}

fn run(tool: Tool, dir: &Path, setting: &Setting, command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    let settings = words.iter().take_while(|w| w.split_once('=').is_some_and(|(n, _)| !n.starts_with('-'))).count();
    let more = words.drain(..settings).filter_map(|w| w.split_once('=')).map(|(n, v)| (n.to_string(), v.to_string()));
    let environment = setting.environment.iter().cloned().chain(more).collect();
    let ran = tool.run(dir, &Setting { environment, ..Setting::default() }, &words);
    let verb = words.iter().find(|word| !word.starts_with('-'));
    let mut said = match verb {
        Some(&"test") if words.contains(&"-json") => stream(&ran.out),
        Some(&"test") => told(&ran),
        _ => String::new(),
    };
    if let Some(name) = words.iter().find_map(|word| word.strip_prefix("-junit-xml=")) {
        said.push_str(&report(&fs::read_to_string(dir.join(name)).unwrap()));
    }
    if verb != Some(&"test") {
        said.push_str(&troubles(&ran.text()));
    }
    if let (Some(&"init"), Ok(manifest)) = (verb, fs::read_to_string(dir.join(".terraform/modules/modules.json"))) {
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let mut modules: Vec<String> =
            manifest["Modules"].as_array().unwrap().iter().map(|m| format!("{m}\n")).collect();
        modules.sort();
        said.push_str(&modules.concat());
    }
    format!("{said}exit {}\n", ran.code)
}

/// Terraform means to say this, and throws it away (`collectTests`).
const UNKNOWN_FILE: &str = "Warning: Unknown test file";

/// The lines about files and runs, what is wrong, and what is left.
fn told(ran: &Ran) -> String {
    // Terraform says warnings among the lines of standard output, in paragraphs of their own; we say them on the other
    // stream.
    let mut lines = String::new();
    let mut in_trouble = false;
    for line in ran.out.lines() {
        let of_tests = line.contains("... ") || line.starts_with("Success! ") || line.starts_with("Failure! ");
        in_trouble = (in_trouble || line.starts_with("Warning: ") || line.starts_with("Error: ")) && !of_tests;
        if !in_trouble && !line.trim().is_empty() {
            lines.push_str(&format!("{line}\n"));
        }
    }
    let left: String = ran.error.lines().filter(|l| l.starts_with("  - ")).map(|l| format!("left{l}\n")).collect();
    format!("{}{}{left}", steady(&lines), troubles(&ran.text()))
}

/// One line for each error and warning: summary, place, values, and what an assertion says. Sorted.
fn troubles(text: &str) -> String {
    let mut found: Vec<String> = Vec::new();
    let mut lines = text.lines().map(|line| line.trim_start_matches(['│', '╷']).trim()).peekable();
    while let Some(line) = lines.next() {
        if !(line.starts_with("Error: ") || line.starts_with("Warning: ")) {
            continue;
        }
        // Names of runs stand in quotes at one tool and not at the other.
        let mut one = line.to_string();
        let mut values: Vec<String> = Vec::new();
        let mut message = None;
        let theirs = |l: &str| l.starts_with("on ") && l.contains(" line ");
        let mut after_place = false;
        while let Some(next) = lines.peek() {
            let next = next.trim();
            if next.starts_with("Error: ") || next.starts_with("Warning: ") || next.contains("... ") {
                break;
            }
            if theirs(next) {
                let (file, rest) = next[3..].split_once(" line ").unwrap();
                let number = rest.split([',', ':']).next().unwrap();
                one.push_str(&format!(" at {file}:{number}"));
                after_place = true;
            } else if let Some(place) = next.strip_prefix("--> ") {
                let mut parts = place.rsplitn(3, ':');
                let (_, number, file) = (parts.next(), parts.next().unwrap(), parts.next().unwrap());
                one.push_str(&format!(" at {file}:{number}"));
            } else if let Some(value) = next.strip_prefix("│ ").or_else(|| next.strip_prefix("= value: ")) {
                values.push(value.to_string());
            } else if let Some(why) = next.strip_prefix("= why: ") {
                message.get_or_insert(why.to_string());
            } else if after_place && !next.is_empty() && message.is_none() && !is_excerpt(next) {
                message = Some(next.to_string());
            }
            lines.next();
        }
        values.sort();
        if one.starts_with(UNKNOWN_FILE) {
            continue;
        }
        if one.starts_with("Error: Test assertion failed") {
            one.push_str(&format!(" [{}] says {}", values.join(", "), message.unwrap_or_default()));
        }
        // Of what is destroyed Terraform does not know where it is declared.
        if one.starts_with("Error: Cannot delete") {
            one.truncate("Error: Cannot delete".len());
        }
        found.push(format!("{one}\n"));
    }
    found.sort();
    steady(&found.concat())
}

/// A line of Terraform's excerpts: `  12: text`, `├────`.
fn is_excerpt(line: &str) -> bool {
    line.starts_with('├') || line.split_once(':').is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

/// The stream of messages: what belongs to tests, without times.
fn stream(out: &str) -> String {
    let mut said = String::new();
    for line in out.lines() {
        let mut message: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let object = message.as_object_mut().unwrap();
        object.remove("@timestamp");
        if object["@message"] == UNKNOWN_FILE {
            continue;
        }
        if let Some(Value::Object(run)) = object.get_mut("test_run") {
            run.remove("elapsed");
        }
        if let Some(Value::Object(diagnostic)) = object.get_mut("diagnostic") {
            diagnostic.remove("detail");
            diagnostic.remove("next_step");
            // Which part is underlined is our own affair as well.
            let range = diagnostic.remove("range");
            let place = range.map(|range| serde_json::json!([range["filename"], range["start"]["line"]]));
            diagnostic.insert("place".into(), place.unwrap_or(Value::Null));
            let snippet = diagnostic.remove("snippet");
            let values = snippet.and_then(|mut snippet| snippet.get_mut("values").map(Value::take));
            diagnostic.insert("values".into(), values.unwrap_or(Value::Null));
        }
        for shown in ["test_plan", "test_state"] {
            if let Some(shown) = object.get_mut(shown) {
                // What providers declare is compared where they are shown.
                let schemas = shown["provider_schemas"].as_object().unwrap();
                shown["provider_schemas"] = schemas.keys().cloned().collect::<Vec<_>>().into();
                *shown = serde_json::from_str(&crate::transcript::json(&shown.to_string())).unwrap();
            }
        }
        let text = message.to_string();
        said.push_str(&format!("{}\n", text.replace("drform left", "Terraform left")));
    }
    steady(&said)
}

/// A report without times, and of what is wrong only the tags.
fn report(xml: &str) -> String {
    let mut said = String::new();
    let mut rest = xml;
    // The words of diagnostics stand in CDATA sections.
    while let Some((before, after)) = rest.split_once("<![CDATA[") {
        said.push_str(before);
        let (text, after) = after.split_once("]]>").unwrap();
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        said.push_str(&format!("<![CDATA[{}…]]>", first.trim()));
        rest = after;
    }
    said.push_str(rest);
    let timeless = |line: &str| {
        let words = line.split(' ').filter(|word| !word.starts_with("time=") && !word.starts_with("timestamp="));
        let line: Vec<&str> = words.collect();
        let closed = |end: &str| line.join(" ") + if line.join(" ").ends_with('>') { "" } else { end };
        format!("{}\n", closed(">"))
    };
    said.lines().map(timeless).collect::<String>().replace("drform", "Terraform")
}
