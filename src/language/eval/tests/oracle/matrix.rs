//! Function × place × class of argument.

use crate::site::{evaluator, value_and_type};
use crate::terraform::{ask, here, present, recording};
use sha2::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const CLASSES: &str = include_str!("classes.tf");
const CALLS: &str = include_str!("calls.txt");
pub(crate) const FILES: &[(&str, &str)] = &[("main.tf", CLASSES), ("a.txt", include_str!("a.txt"))];

/// A function and arguments that fit.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<&'static str>,
}

impl Call {
    /// With a class in the place of an argument.
    fn with(&self, place: usize, class: &str) -> String {
        let mut arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        arguments[place] = format!("local.{class}");
        format!("{}({})", self.name, arguments.join(", "))
    }
}

/// Arguments stand apart by single blanks outside of quotes.
pub(crate) fn calls() -> Vec<Call> {
    let lines = CALLS.lines().filter(|line| !line.starts_with('#'));
    let calls = lines.map(|line| {
        let (mut pieces, mut start, mut quoted) = (Vec::new(), 0, false);
        for (at, c) in line.char_indices() {
            quoted ^= c == '"';
            if c == ' ' && !quoted {
                pieces.push(&line[start..at]);
                start = at + 1;
            }
        }
        pieces.push(&line[start..]);
        Call { name: pieces[0], arguments: pieces[1..].to_vec() }
    });
    calls.collect()
}

pub(crate) fn classes() -> Vec<&'static str> {
    let locals = CLASSES.split_once("locals {").unwrap().1;
    locals.lines().filter_map(|line| Some(line.trim().split_once(" = ")?.0.trim())).collect()
}

/// Long answers are remembered by their beginning and a digest.
fn short(answer: &str) -> String {
    if answer.chars().count() <= 300 {
        return answer.to_string();
    }
    let digest = sha2::Sha256::digest(answer.as_bytes());
    let begins: String = answer.chars().take(60).collect();
    format!(
        "{begins}… {} bytes, {}",
        answer.len(),
        digest[..6].iter().fold(String::new(), |t, b| t + &format!("{b:02x}"))
    )
}

/// Value and type, or the error.
pub(crate) fn cell(value: &str, ty: &str) -> String {
    if value.starts_with("Error: ") { short(value) } else { format!("{} : {}", short(value), short(ty)) }
}

/// Answers by function and place, then by class.
type Answers = BTreeMap<(String, usize), BTreeMap<String, String>>;

fn ours() -> Answers {
    let evaluator = evaluator(FILES);
    let mut answers = Answers::new();
    for call in calls() {
        for place in 0..call.arguments.len() {
            let of_place = answers.entry((call.name.to_string(), place)).or_default();
            for class in classes() {
                let text = call.with(place, class);
                let (value, ty) = value_and_type(&evaluator, &text);
                of_place.insert(class.to_string(), cell(&value, &ty));
            }
        }
    }
    answers
}

fn record() -> Answers {
    let (mut keys, mut expressions) = (Vec::new(), Vec::new());
    for call in calls() {
        for place in 0..call.arguments.len() {
            for class in classes() {
                let text = call.with(place, class);
                keys.push((call.name.to_string(), place, class.to_string()));
                expressions.push(text.clone());
                expressions.push(format!("type({text})"));
            }
        }
    }
    let mut answers = Answers::new();
    for ((name, place, class), pair) in keys.into_iter().zip(ask(FILES, &expressions).chunks(2)) {
        answers.entry((name, place)).or_default().insert(class, cell(&pair[0], &pair[1]));
    }
    answers
}

/// One line for all classes with the same answer.
fn written(answers: &Answers) -> String {
    let mut text = String::from("# Answers of terraform 1.11.4: function and place, then classes = answer.\n");
    for ((name, place), by_class) in answers {
        writeln!(text, "{name} {place}").unwrap();
        let mut by_answer: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (class, answer) in by_class {
            by_answer.entry(answer).or_default().push(class);
        }
        for (answer, classes) in by_answer {
            writeln!(text, " {} = {answer}", classes.join(" ")).unwrap();
        }
    }
    text
}

fn read(text: &str) -> Answers {
    let mut answers = Answers::new();
    let mut key = (String::new(), 0);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix(' ') {
            Some(row) => {
                let (classes, answer) = row.split_once(" = ").unwrap();
                let of_place = answers.entry(key.clone()).or_default();
                of_place.extend(classes.split(' ').map(|class| (class.to_string(), answer.to_string())));
            }
            None => {
                let (name, place) = line.split_once(' ').unwrap();
                key = (name.to_string(), place.parse().unwrap());
            }
        }
    }
    answers
}

/// Cells that we answer otherwise, and why.
pub(crate) struct Difference {
    line: &'static str,
    functions: Vec<&'static str>,
    place: usize,
    classes: Vec<&'static str>,
}

impl Difference {
    pub(crate) fn covers(&self, name: &str, place: usize, class: &str) -> bool {
        let of_classes = self.classes.iter().any(|c| *c == class || *c == "*");
        self.functions.contains(&name) && self.place == place && of_classes
    }
}

pub(crate) fn differences() -> Vec<Difference> {
    let lines = include_str!("differences.txt").lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.map(|line| {
        let (cells, _) = line.split_once(": ").expect("a reason");
        let words: Vec<&str> = cells.split(' ').collect();
        let place = words.iter().position(|word| word.parse::<usize>().is_ok()).expect("a place");
        Difference {
            line,
            functions: words[..place].to_vec(),
            place: words[place].parse().unwrap(),
            classes: words[place + 1..].to_vec(),
        }
    });
    parsed.collect()
}

#[test]
fn every_function_takes_every_class_of_argument_as_terraform_does() {
    let path = here().join("recorded/matrix.txt");
    if recording() && present() {
        std::fs::write(&path, written(&record())).unwrap();
    }
    let expected = read(&std::fs::read_to_string(&path).unwrap());
    let (ours, differences) = (ours(), differences());
    let (mut cells, mut wrong, mut used) = (0, Vec::new(), BTreeSet::new());
    for ((name, place), by_class) in &ours {
        for (class, got) in by_class {
            cells += 1;
            let want = expected.get(&(name.clone(), *place)).and_then(|row| row.get(class));
            if want == Some(got) {
                continue;
            }
            let known = differences.iter().position(|d| d.covers(name, *place, class));
            if let Some(known) = known {
                used.insert(known);
            } else {
                wrong.push(format!("{name} {place} {class}\n  want {}\n  have {got}", want.map_or("-", |w| w)));
            }
        }
    }
    let unused: BTreeSet<_> = expected.keys().filter(|key| !ours.contains_key(key)).collect();
    let idle: Vec<&str> = differences
        .iter()
        .enumerate()
        .filter(|(i, d)| !used.contains(i) && !d.line.contains("chance"))
        .map(|(_, d)| d.line)
        .collect();
    assert!(idle.is_empty(), "differences that are none: {idle:?}");
    assert!(unused.is_empty(), "recorded, but not asked: {unused:?}");
    assert!(wrong.is_empty(), "{} of {cells} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
