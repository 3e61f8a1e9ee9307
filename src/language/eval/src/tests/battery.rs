//! The battery: expressions with the answers of terraform 1.11.4.

use super::support::{answer, load, run, squeeze, told};
use crate::functions::Chance;
use std::sync::Arc;

/// Rows that we answer otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("element([\"a\",\"b\"],-1)", "1.11.4 panics; later versions count from the end"),
    ("{for k,v in {a=1}: v", "one mistake, one diagnostic"),
    ("plantimestamp()", "the console of 1.11.4 does not know it"),
];

const DIFFERENT_PLANNED: &[(&str, &str)] = &[
    ("local.ids[5]", "says more: past the end"),
    ("sensitive([1, 2])[5]", "says more: past the end, but never the index"),
    ("[1, 2][sensitive(5)]", "says more: past the end, but never the index"),
    ("terraform_data.many[1.5]", "says it in the words of any other index"),
    ("terraform_data.each.a", "one mistake, one diagnostic"),
    ("terraform_data.each.a.input", "one mistake, one diagnostic"),
    ("terraform_data.one.zork", "the schema is looked at by validation, not by evaluation"),
    ("local.pass == null", "a secret inside does not make this secret, as in Terraform 1.15 and OpenTofu 1.12"),
    ("{a = 1}[sensitive(\"a\")]", "a mark survives"),
    ("false && null", "short circuit, as in Terraform 1.12 and OpenTofu 1.10"),
    ("null && false", "short circuit"),
    ("local.id == \"a\" && false", "short circuit"),
    ("false && local.id == \"a\"", "short circuit"),
    ("local.id == \"a\" || true", "short circuit"),
    ("true || local.id == \"a\"", "short circuit"),
    ("templatestring(local.tmpl, {name = null})", "one full stop"),
    ("templatefile(\"nope.tftpl\", {})", "the reason is that of the test's files"),
    ("each.value", "the console of 1.11.4 says something about for_each of the past"),
    ("var", "one mistake, one diagnostic"),
    ("local", "one mistake, one diagnostic"),
    ("terraform", "one mistake, one diagnostic"),
    ("each", "one mistake, one diagnostic"),
    ("core::nope(\"a\")", "core:: is a namespace of ours too"),
    ("nope(\"a\")", "nothing is near enough"),
];

const DIFFERENT_GENERATED: &[(&str, &str)] = &[("((length(local.m) == tolist({ q = 1 })) || true)", "short circuit")];

#[test]
fn terraform_answers_alike() {
    let battery = include_str!("../../tests/data/expressions-terraform-1.11.4.txt");
    let (rows, locals) = battery.split_once("\n# locals used").expect("the battery ends with its locals");
    let locals = locals.split_once('\n').expect("a heading").1;
    ask(rows, locals, DIFFERENT);
}

#[test]
fn terraform_answers_alike_while_planning() {
    let rows = include_str!("../../tests/data/expressions-planned.txt");
    ask(rows, include_str!("../../tests/data/expressions-planned.tf"), DIFFERENT_PLANNED);
}

/// What a generator made and `terraform` answered, wrapped so that an error is an answer too.
#[test]
fn terraform_answers_generated_expressions_alike() {
    let rows = include_str!("../../tests/data/expressions-generated.txt");
    let loaded = load(include_str!("../../tests/data/expressions-generated.tf"));
    let (evaluator, _) = run(&loaded, &[]);
    let mut lines = rows.lines().filter(|line| !line.starts_with('#'));
    let (mut checked, mut wrong) = (0, Vec::new());
    while let Some(text) = lines.next() {
        let expected = lines.next().and_then(|line| line.trim_start().strip_prefix("=> ")).expect("an answer");
        let got = squeeze(&answer(&evaluator, &format!("try([jsonencode([{text}]), [{text}]][1], [\"ERR\"])")));
        checked += 1;
        // Terraform drops the sign of zero where it stores outputs; the console shows it.
        let got = got.replace(" -0,", " 0,").replace("= -0 ", "= 0 ");
        if got != squeeze(expected) && !DIFFERENT_GENERATED.iter().any(|(row, _)| *row == text) {
            let plain = squeeze(&answer(&evaluator, text));
            wrong.push(format!("{text}\n  expected {expected}\n  got      {got}\n  alone    {plain}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Asks each row; all that differ are told at once.
fn ask(rows: &str, fixture: &str, different: &[(&str, &str)]) {
    let loaded = load(fixture);
    let (mut evaluator, diagnostics) = run(&loaded, &[]);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    evaluator.settings.chance = Some(Arc::new(Dice));
    let mut lines = rows.lines().filter(|line| !line.starts_with('#')).peekable();
    let (mut checked, mut wrong) = (0, Vec::new());
    while let Some(text) = lines.next() {
        let expected = lines.next().and_then(|line| line.trim_start().strip_prefix("=>")).expect("an answer");
        checked += 1;
        let got = squeeze(&answer(&evaluator, text));
        let expected = comparable(expected);
        if got != expected && !different.iter().any(|(row, _)| *row == text) {
            wrong.push(format!("{text}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The console knows the time.
struct Dice;

impl Chance for Dice {
    fn now(&self) -> Arc<str> {
        "2024-01-02T03:04:05Z".into()
    }

    fn bytes(&self) -> [u8; 16] {
        [7; 16]
    }
}

/// An answer without the place that the console puts into errors.
fn comparable(answer: &str) -> String {
    let answer = answer.replace('⏎', "\n");
    let answer = squeeze(&answer).replace(" on <console-input> line 1: (source code not available)", ":");
    without_places(&answer)
}

/// `try` tells where each attempt failed; our diagnostics have places of their own.
fn without_places(answer: &str) -> String {
    let mut pieces = answer.split(" (at <console-input>:");
    let mut text = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        text.push_str(piece.split_once(')').map_or(piece, |(_, rest)| rest));
    }
    text
}
