//! Scenarios of planning and applying: actions, reasons, values, the order of calls and the state that is left are
//! Terraform's.
//!
//! `conformance/TOPIC.txt` holds many small ones. `## NAME: what it is about` begins a scenario, the rest is as in
//! `case.rs`; every module gets the provider `lab` (`lab.rs`). What Terraform says stands in
//! `recorded/conformance_TOPIC.txt`.

use crate::case::{Case, here};
use crate::hosted::served;
use crate::lab::{Cloud, Lab};
use crate::saved::{transcript_with_saved_plans, without_calls};
use crate::tool::{Setting, Tool, directory, terraform};
use crate::transcript::{Json, Transcript, same, transcript};
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

macro_rules! topics {
    ($($name:ident),+ $(,)?) => {
        const TOPICS: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            agree(stringify!($name));
        })+
    };
}

topics! { data, drift, expansion, failures, lifecycle, moves, order, outputs, planning, sequences, state, targeting }

/// How long one waits for further calls where something else was said than expected.
const PATIENCE: Duration = Duration::from_millis(800);
/// Scenarios of a topic that run at once: most of the time they wait (`lab.rs`).
const AT_ONCE: usize = 4;
/// Where the words differ: scenario, what drform says and Terraform instead, and why. Never actions, values, order or what
/// is left.
const WORDS: &[(&str, &str, &str, &str)] = &[
    (
        "replace_flag_unknown",
        "Warning: Incompletely-matched force-replace resource instance\n",
        "",
        "Terraform warns only where an instance has that address without its key, and keeps silent about a typing error.",
    ),
    ("keys_refused_unknown", FOR_EACH, FOR_EACH_SET, "One summary for one mistake."),
    ("keys_refused_null_in_set", FOR_EACH, FOR_EACH_SET, "One summary for one mistake."),
    ("keys_refused_numbers", FOR_EACH, FOR_EACH_SET, "One summary for one mistake."),
    (
        "circle",
        "Error: Cyclic dependency in move statements\n",
        "",
        "Terraform tells of the circle only when nothing else is wrong.",
    ),
    ("other_type", "Error: Unsupported move\n", "Error: Unsupported `moved` across resource types\n", "Shorter."),
    (
        "import_not_there",
        "Error: Cannot import non-existent remote object\n",
        "Error: Import returned no resources\n",
        "What it means, instead of what the provider answered.",
    ),
    (
        "type_unknown",
        "Error: Invalid resource type\n",
        "Error: no schema available for lab_gone.a while reading state; this is a bug in Terraform and should be reported\n",
        "It is none.",
    ),
    (
        "self_elsewhere",
        "Error: Invalid \"self\" reference\n",
        "Error: Invalid \"self\" reference\nError: Unknown variable\n",
        "One mistake, one error.",
    ),
    (
        "condition_refers_to_itself",
        "Error: Self-referential block\n",
        "Error: Invalid reference in postcondition\n",
        "The summary of all references of a block to itself.",
    ),
    (
        "trigger_nonsense",
        "Error: Reference to undeclared resource\n",
        "Error: Invalid replace_triggered_by expression\n",
        "What is wrong with the expression.",
    ),
    (
        "made_nothing",
        "Error: Provider returned invalid result object after apply\n",
        "Error: Provider produced inconsistent result after apply\n",
        "An object that is not there cannot be consistent.",
    ),
    ("deposed_orphan", TWO_GONE, ONE_GONE, COUNTED_ONCE),
    ("deposed_twice", TWO_GONE, ONE_GONE, COUNTED_ONCE),
    ("deposed_replaced", TWO_GONE, ONE_GONE, COUNTED_ONCE),
    ("deposed_destroyed", TWO_GONE, ONE_GONE, COUNTED_ONCE),
    ("deposed_orphan", GONE_TWICE, GONE_ONCE, COUNTED_ONCE),
    ("deposed_twice", GONE_TWICE, GONE_ONCE, COUNTED_ONCE),
    ("deposed_replaced", GONE_TWICE, GONE_ONCE, COUNTED_ONCE),
    ("deposed_destroyed", GONE_TWICE, GONE_ONCE, COUNTED_ONCE),
];
/// Plans that failed of which one of the tools keeps less to be shown than the other, and why.
const KEPT_OTHERWISE: &[(&str, &str)] = &[
    (
        "validated_whole",
        "Terraform asks providers twice about each block, and plans nothing when the first answer is no.",
    ),
    (
        "validate_fails",
        "Terraform asks providers twice about each block, and plans nothing when the first answer is no.",
    ),
    ("import_no_block", "An import without a block is a mistake of the configuration: nothing is planned."),
    (
        "variables",
        "Rules of a variable may refer to anything, so that they are judged beside what uses the variable, not before.",
    ),
    (
        "destroy_prevented",
        "What is destroyed after an object that must not be is planned all the same: what the user wanted is seen whole.",
    ),
    ("import_unread", "Terraform shows an object that could not be imported as one that was deleted."),
];
const FOR_EACH: &str = "Error: Invalid for_each argument\n";
const FOR_EACH_SET: &str = "Error: Invalid for_each set argument\n";
const TWO_GONE: &str = "changed, 2 destroyed.";
const ONE_GONE: &str = "changed, 1 destroyed.";
const GONE_TWICE: &str = "lab_node.a: Destruction complete after Ns\nlab_node.a: Destruction complete after Ns\n";
const GONE_ONCE: &str = "lab_node.a: Destruction complete after Ns\n";
const COUNTED_ONCE: &str = "Of objects of one address that go at the same time Terraform tells and counts one.";
const PROVIDER: &str = "terraform {\n  required_providers {\n    lab = { source = \"drform.test/dev/lab\" }\n  }\n}\n";

#[test]
fn every_topic_is_run() {
    let files = fs::read_dir(here().join("conformance")).unwrap();
    let files: BTreeSet<String> =
        files.map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(files, TOPICS.iter().map(ToString::to_string).collect());
}

/// All scenarios of a topic; what differs is told at the end, of all of them.
fn agree(topic: &str) {
    let text = fs::read_to_string(here().join("conformance").join(format!("{topic}.txt"))).unwrap();
    let wanted = std::env::var("DRFORM_SCENARIO").ok();
    let cases: Vec<Case> = scenarios(&text)
        .into_iter()
        .filter(|case| wanted.as_ref().is_none_or(|wanted| case.name.starts_with(wanted.as_str())))
        .collect();
    let recorded_file = here().join("recorded").join(format!("conformance_{topic}.txt"));
    let recorded_shown = here().join("recorded/shown").join(format!("conformance_{topic}.gz"));
    if terraform().is_some() {
        let update = std::env::var_os("UPDATE_EXPECT").is_some() && wanted.is_none();
        let mut theirs = all(Tool::Terraform, &cases);
        if update {
            let sections = |part: fn(&Transcript) -> &String| {
                cases.iter().zip(&theirs).map(|(case, said)| format!("## {}\n{}", case.name, part(said))).collect()
            };
            let text: String = sections(|said| &said.text);
            fs::write(&recorded_file, text).unwrap();
            pack(&recorded_shown, &sections(|said| &said.shown));
        }
        let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
        again(Tool::Terraform, &cases, &mut theirs, &recorded, |_, text| text.to_string());
        let (text, shown) = split(theirs);
        told(&[
            differences("recorded", "terraform", &cases, &recorded, &text),
            differences("recorded", "terraform", &cases, &unpacked(&recorded_shown), &shown),
        ]);
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    let mut ours = all(Tool::Drform, &cases);
    again(Tool::Drform, &cases, &mut ours, &recorded, with_its_words);
    let (text, shown) = split(ours);
    told(&[
        differences("terraform", "drform", &cases, &recorded, &in_its_words(&cases, text)),
        differences(
            "terraform",
            "drform",
            &cases,
            &unpacked(&recorded_shown),
            &kept_alike(&cases, shown, &recorded_shown),
        ),
    ]);
    // Nothing of a plan is lost when it is saved: `saved.rs` shows it of all other cases, a part of these is enough.
    let some: Vec<Case> = cases.into_iter().step_by(if wanted.is_some() { 1 } else { 4 }).collect();
    let saved = each(&some, |case| one(case, transcript_with_saved_plans));
    let recorded = without_calls(&recorded);
    told(&[differences("terraform", "drform, saved", &some, &recorded, &in_its_words(&some, saved))]);
}

/// What is said, and what is shown as JSON.
fn split(transcripts: Vec<Transcript>) -> (Vec<String>, Vec<String>) {
    transcripts.into_iter().map(|said| (said.text, said.shown)).unzip()
}

/// Writes a record that nobody reads without need: much of it is the same again and again.
fn pack(file: &Path, text: &str) {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    fs::write(file, packed.finish().unwrap()).unwrap();
}

fn unpacked(file: &Path) -> String {
    let mut text = String::new();
    let Ok(packed) = fs::File::open(file) else { return text };
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

/// Splits a topic; every directory with configuration gets the provider.
pub fn scenarios(text: &str) -> Vec<Case> {
    let parts = text.split("\n## ").skip(1);
    let cases: Vec<Case> = parts
        .map(|part| {
            let mut case = Case::parse(part.split([':', '\n']).next().unwrap(), part);
            let is_configuration = |(name, text): &&(String, Option<String>)| name.ends_with(".tf") && text.is_some();
            for step in &mut case.steps {
                let directories: BTreeSet<&Path> = step
                    .files
                    .iter()
                    .filter(is_configuration)
                    .filter_map(|(name, _)| Path::new(name).parent())
                    .collect();
                let files = directories.iter().map(|d| (d.join("lab.tf").display().to_string(), Some(PROVIDER.into())));
                let files: Vec<_> = files.collect();
                step.files.extend(files);
            }
            case
        })
        .collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "every scenario has a name of its own");
    cases
}

/// What a tool says to each.
fn all(tool: Tool, cases: &[Case]) -> Vec<Transcript> {
    each(cases, |case| one(case, |case, dir, setting| transcript(tool, case, (dir, Json::All), setting)))
}

/// Whoever says something else than is recorded is asked again, alone and with more patience: on a machine that does much
/// else, calls may seem to have waited that did not.
fn again(
    tool: Tool,
    cases: &[Case],
    said: &mut [Transcript],
    recorded: &str,
    as_recorded: impl Fn(&Case, &str) -> String,
) {
    for (case, said) in cases.iter().zip(said) {
        if as_recorded(case, &said.text).trim_end() != section(recorded, &case.name).trim_end() {
            let cloud = Arc::new(Cloud::patient(Some(PATIENCE)));
            *said = with(case, cloud, |case, dir, setting| transcript(tool, case, (dir, Json::All), setting));
        }
    }
}

fn each<T: Default + Send>(cases: &[Case], said_of: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = Mutex::new(0..cases.len());
    let said = Mutex::new(Vec::from_iter(cases.iter().map(|_| T::default())));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(at) = next.lock().unwrap().next() else { break };
                    let is = said_of(&cases[at]);
                    said.lock().unwrap()[at] = is;
                }
            });
        }
    });
    said.into_inner().unwrap()
}

fn one<T>(case: &Case, said: impl Fn(&Case, &Path, &Setting) -> T) -> T {
    with(case, Arc::default(), said)
}

fn with<T>(case: &Case, cloud: Arc<Cloud>, said: impl Fn(&Case, &Path, &Setting) -> T) -> T {
    let (setting, _at, _runtime) = served("lab", Lab(cloud.clone()));
    let dir = directory();
    said(case, dir.path(), &Setting { world: Some(cloud), ..setting })
}

/// What drform says, in Terraform's words where these are known to differ.
fn in_its_words(cases: &[Case], mut said: Vec<String>) -> Vec<String> {
    for (case, said) in cases.iter().zip(&mut said) {
        for (_, ours, ..) in WORDS.iter().filter(|(name, ..)| *name == case.name) {
            assert!(said.contains(ours), "{} does not say {ours} any more", case.name);
        }
        *said = with_its_words(case, said);
    }
    said
}

fn with_its_words(case: &Case, said: &str) -> String {
    let words = WORDS.iter().filter(|(name, ..)| *name == case.name);
    words.fold(said.to_string(), |said, (_, ours, theirs, _)| said.replace(ours, theirs))
}

/// What drform shows; where it is known to keep other plans than Terraform, what that shows.
fn kept_alike(cases: &[Case], mut shown: Vec<String>, recorded: &Path) -> Vec<String> {
    let recorded = unpacked(recorded);
    for (case, shown) in cases.iter().zip(&mut shown) {
        if KEPT_OTHERWISE.iter().any(|(name, _)| *name == case.name) {
            let theirs = section(&recorded, &case.name);
            assert!(*shown != theirs, "{} is the same now", case.name);
            *shown = theirs;
        }
    }
    shown
}

/// What a record holds of a case.
fn section(recorded: &str, name: &str) -> String {
    let begin = format!("## {name}");
    let lines = recorded.lines().skip_while(|line| *line != begin).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).fold(String::new(), |text, line| text + line + "\n")
}

/// All that differs from the record.
fn differences(left: &str, right: &str, cases: &[Case], recorded: &str, said: &[String]) -> String {
    let mut told = String::new();
    for (case, said) in cases.iter().zip(said) {
        let expected = section(recorded, &case.name);
        let expected = format!("{}\n", expected.trim_end());
        let said = format!("{}\n", said.trim_end());
        if expected == said {
            continue;
        }
        let (expected, said) = (leaf_lines(&expected), leaf_lines(&said));
        let difference = std::panic::catch_unwind(|| same(left, &expected, right, &said, &case.name));
        if let Err(panic) = difference {
            told.push_str(panic.downcast_ref::<String>().map_or("", String::as_str));
        }
    }
    told
}

/// Lines of JSON as one line for each of their leaves, others as they are: what differs is seen.
fn leaf_lines(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let json = line.split_once(": ").and_then(|(name, json)| Some((name, serde_json::from_str(json).ok()?)));
        match json {
            Some((name, json)) if !name.starts_with(' ') => leaves(name, &json, &mut lines),
            _ => lines.push_str(&format!("{line}\n")),
        }
    }
    lines
}

fn leaves(path: &str, value: &serde_json::Value, lines: &mut String) {
    match value {
        serde_json::Value::Object(members) if !members.is_empty() => {
            let address = members.get("address").and_then(serde_json::Value::as_str).map(|a| format!("[{a}]"));
            let path = format!("{path}{}", address.unwrap_or_default());
            members.iter().for_each(|(name, member)| leaves(&format!("{path}.{name}"), member, lines));
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, item)| leaves(&format!("{path}[{at}]"), item, lines));
        }
        leaf => lines.push_str(&format!("{path}: {leaf}\n")),
    }
}

fn told(differences: &[String]) {
    assert!(differences.iter().all(String::is_empty), "{}", differences.concat());
}
