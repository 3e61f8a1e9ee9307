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
use crate::transcript::{Json, same, transcript};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

macro_rules! topics {
    ($($name:ident),+ $(,)?) => {
        const TOPICS: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            agree(stringify!($name));
        })+
    };
}

topics! { order, planning, sequences, targeting }

/// Scenarios of a topic that run at once: most of the time they wait (`lab.rs`).
const AT_ONCE: usize = 4;
/// Lines that drform says more, and why.
const WORDS_MORE: &[(&str, &str, &str)] = &[(
    "replace_flag_unknown",
    "Warning: Incompletely-matched force-replace resource instance\n",
    "Terraform warns only where an instance has that address without its key, and keeps silent about a typing error.",
)];
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
    if terraform().is_some() {
        let theirs = all(Tool::Terraform, &cases);
        if std::env::var_os("UPDATE_EXPECT").is_some() && wanted.is_none() {
            let text: String = cases.iter().zip(&theirs).map(|(c, said)| format!("## {}\n{said}", c.name)).collect();
            fs::write(&recorded_file, text).unwrap();
        }
        let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
        differences("recorded", "terraform", &cases, &recorded, &theirs);
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    differences("terraform", "drform", &cases, &recorded, &all(Tool::Drform, &cases));
    // Nothing of a plan is lost when it is saved: `saved.rs` shows it of all other cases, a part of these is enough.
    let some: Vec<Case> = cases.into_iter().step_by(if wanted.is_some() { 1 } else { 4 }).collect();
    let saved = each(&some, |case| one(case, transcript_with_saved_plans));
    differences("terraform", "drform, saved", &some, &without_calls(&recorded), &saved);
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
fn all(tool: Tool, cases: &[Case]) -> Vec<String> {
    each(cases, |case| one(case, |case, dir, setting| transcript(tool, case, (dir, Json::NotShown), setting).text))
}

fn each(cases: &[Case], said_of: impl Fn(&Case) -> String + Sync) -> Vec<String> {
    let next = Mutex::new(0..cases.len());
    let said = Mutex::new(vec![String::new(); cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(at) = next.lock().unwrap().next() else { break };
                    let text = said_of(&cases[at]);
                    said.lock().unwrap()[at] = text;
                }
            });
        }
    });
    said.into_inner().unwrap()
}

fn one(case: &Case, said: impl Fn(&Case, &Path, &Setting) -> String) -> String {
    let cloud: Arc<Cloud> = Arc::default();
    let (setting, _at, _runtime) = served("lab", Lab(cloud.clone()));
    let dir = directory();
    said(case, dir.path(), &Setting { world: Some(cloud), ..setting })
}

/// Panics with all that differs from the record.
fn differences(left: &str, right: &str, cases: &[Case], recorded: &str, said: &[String]) {
    let mut told = String::new();
    for (case, said) in cases.iter().zip(said) {
        let begin = format!("## {}\n", case.name);
        let expected = recorded.split_once(&begin).map_or("", |(_, rest)| rest.split("\n## ").next().unwrap());
        let expected = format!("{}\n", expected.trim_end());
        let mut said = format!("{}\n", said.trim_end());
        for (_, line, _) in WORDS_MORE.iter().filter(|(name, ..)| right != "terraform" && *name == case.name) {
            assert!(said.contains(line), "{} does not say {line} any more", case.name);
            said = said.replace(line, "");
        }
        let difference = std::panic::catch_unwind(|| same(left, &expected, right, &said, &case.name));
        if let Err(panic) = difference {
            told.push_str(panic.downcast_ref::<String>().map_or("", String::as_str));
        }
    }
    assert!(told.is_empty(), "{told}");
}
