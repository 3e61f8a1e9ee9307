#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
//! The language as Terraform 1.11.4 accepts it, and what must hold for any text at all.

mod recovery;

use crate::{TokenKind, parse, parse_expression, parse_template};
use diag::Diagnostics;
use std::sync::Arc;

/// One case: a body, and whether Terraform accepts its syntax.
struct Case {
    name: String,
    source: String,
    accepted: bool,
    summary: String,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../tests/data/syntax-terraform-1.11.4.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let cases = all.as_array().unwrap().iter();
    cases
        .map(|case| Case {
            name: case["name"].as_str().unwrap().to_owned(),
            source: case["source"].as_str().unwrap().to_owned(),
            accepted: case["accepted"].as_bool().unwrap(),
            summary: case["error"][0].as_str().map(plain).unwrap_or_default(),
        })
        .collect()
}

/// A line of Terraform's output without colours and frame.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    text.push_str(rest);
    text.split_once("Error: ").unwrap().1.to_owned()
}

#[test]
fn accepts_what_terraform_accepts() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (_, diagnostics) = parse("case.tf".into(), case.source.as_str().into());
        if diagnostics.has_errors() == case.accepted {
            wrong.push(format!("{}: {:?} {diagnostics:?}", case.name, case.source));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Valid cases changed at random places, with Terraform's verdict on each.
#[test]
fn accepts_and_rejects_mutations_as_terraform_does() {
    let text = include_str!("../tests/data/mutations-terraform-1.11.4.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in all.as_array().unwrap() {
        let (source, accepted) = (case["source"].as_str().unwrap(), case["accepted"].as_bool().unwrap());
        let (_, diagnostics) = parse("case.tf".into(), source.into());
        if diagnostics.has_errors() == accepted {
            wrong.push(format!("{source:?} {diagnostics:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Cases where our summary is another than Terraform's first, each with the reason.
const OTHER_WORDS: [(&str, &str); 1] = [
    // Terraform reports the "/" of an unterminated comment as a stray operator.
    ("comment_block_unterminated", "Unterminated comment"),
];

#[test]
fn says_it_in_terraforms_words() {
    let mut wrong = Vec::new();
    for case in cases().into_iter().filter(|c| !c.accepted) {
        let (_, diagnostics) = parse("case.tf".into(), case.source.as_str().into());
        let ours = &diagnostics.iter().next().unwrap().summary;
        let other = OTHER_WORDS.iter().find(|(name, _)| *name == case.name);
        let expected = other.map_or(case.summary.as_str(), |(_, words)| words);
        if ours != expected {
            wrong.push(format!("{}: {:?}: {ours} instead of {expected}", case.name, case.source));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn one_mistake_gives_one_diagnostic() {
    let mut wrong = Vec::new();
    for case in cases().into_iter().filter(|c| !c.accepted) {
        let (_, diagnostics) = parse("case.tf".into(), case.source.as_str().into());
        // Files that are wrong in a way that leaves two opinions about the rest.
        let allowed = match case.name.as_str() {
            "attr_newline_after_eq" | "block_brace_newline" | "cond_multiline_noparen" | "heredoc_conditional" => 3,
            "str_newline" | "obj_comma_next_line" | "obj_value_cond_newline" | "obj_value_newline_after_eq" => 2,
            "idx_legacy_triple" => 2,
            "obj_key_newline_eq" | "json_like" => 3,
            _ => 1,
        };
        if diagnostics.len() > allowed {
            let all: Vec<_> = diagnostics.iter().map(|d| (&d.summary, d.subject.as_ref().unwrap().start)).collect();
            wrong.push(format!("{}: {:?}: {all:?}", case.name, case.source));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What must hold for any text: no panic, tokens without gap or overlap, ranges inside the text.
fn check_laws(text: &str) {
    let (file, diagnostics) = parse("any.tf".into(), text.into());
    let mut at = 0;
    for token in &file.tokens {
        assert_eq!(token.span.start, at, "gap before {token:?} in {text:?}");
        at = token.span.end;
        assert!(text.is_char_boundary(at as usize), "{token:?} cuts a character in {text:?}");
    }
    assert_eq!(at as usize, text.len(), "tokens end early in {text:?}");
    assert_eq!(file.tokens.last().map(|t| t.kind), Some(TokenKind::Eof));
    let balance = file
        .tokens
        .iter()
        .fold(0i64, |b, t| b + i64::from(t.kind.opens_template()) - i64::from(t.kind.closes_template()));
    assert_eq!(balance, 0, "templates unbalanced in {text:?}");
    for diagnostic in diagnostics.iter() {
        let subject = diagnostic.subject.as_ref().unwrap();
        assert!(subject.end as usize <= text.len() && subject.start <= subject.end, "{diagnostic:?} in {text:?}");
        for end in [subject.start, subject.end] {
            assert!(text.is_char_boundary(end as usize), "{diagnostic:?} cuts a character in {text:?}");
        }
        assert!(diagnostic.next_step.is_some(), "no next step: {diagnostic:?}");
        assert!(!diagnostic.summary.ends_with('.'));
    }
    parse_expression("any".into(), text);
    parse_template("any".into(), text);
}

#[test]
fn laws_hold_for_all_cases_and_their_beginnings() {
    for case in cases() {
        for (at, _) in case.source.char_indices().step_by(1 + case.source.len() / 400) {
            check_laws(&case.source[..at]);
        }
        check_laws(&case.source);
    }
}

/// Small numbers that look random: xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

#[test]
fn laws_hold_for_mutations() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "${",
        "%{",
        "~}",
        "<<A\n",
        "A\n",
        "\n",
        "\r\n",
        "\\",
        "$",
        "%",
        "=",
        ",",
        ".",
        "...",
        "::",
        "?",
        ":",
        "for",
        " if ",
        " in ",
        "é",
        "\u{301}",
        "#",
        "/*",
        "*/",
        "0.1",
        "-",
        "!",
        "'",
        "\0",
        "\u{a0}",
        "endif",
        "else",
        "=>",
        "*",
        "resource \"a\" \"b\" {\n",
        "<<-EOT\n",
        "EOT\n",
    ];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let cases = cases();
    let rounds = if cfg!(debug_assertions) { 4_000 } else { 400_000 };
    for _ in 0..rounds {
        let mut text: Vec<char> = cases[dice.roll(cases.len())].source.chars().take(400).collect();
        if dice.roll(3) == 0 {
            text.extend(cases[dice.roll(cases.len())].source.chars().take(200));
        }
        for _ in 0..1 + dice.roll(4) {
            let at = dice.roll(text.len() + 1);
            match dice.roll(3) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 if at < text.len() => {
                    let to = (at + dice.roll(12)).min(text.len());
                    text.drain(at..to);
                }
                _ => {
                    text.splice(at..at, pieces[dice.roll(pieces.len())].chars());
                }
            }
        }
        check_laws(&text.into_iter().collect::<String>());
    }
}

/// One text for each way to nest, and whether the levels are expressions.
fn nested(levels: usize) -> Vec<String> {
    let one = |open: &str, inner: &str, close: &str| {
        format!("a = {}{inner}{}\nb = 1 1\n", open.repeat(levels), close.repeat(levels))
    };
    vec![
        one("(", "1", ")"),
        one("[", "1", "]"),
        one("{a=", "1", "}"),
        one("f(", "1", ")"),
        one("x[", "1", "]"),
        one("-", "1", ""),
        one("!", "1", ""),
        one("x ? 1 : ", "1", ""),
        one("x ? ", "1", " : 2"),
        one("[for x in ", "y", " : x]"),
        one("\"${", "y", "}\""),
        one("x", "[*]", ""),
        format!("a = x{}\nb = 1 1\n", "[*]".repeat(levels)),
        format!("a = x{}\nb = 1 1\n", ".*.a[0]".repeat(levels)),
        format!("a = \"{}{}\"\nb = 1 1\n", "%{ if x }".repeat(levels), "%{ endif }".repeat(levels)),
        format!("{}{}b = 1 1\n", "b {\n".repeat(levels), "}\n".repeat(levels)),
    ]
}

/// Terraform 1.11.4 dies of a hundred thousand brackets; here every text is read, copied and dropped on the small stack
/// of a test.
#[test]
fn a_hundred_thousand_levels_are_read() {
    for text in nested(100_000) {
        let start: String = text.chars().take(30).collect();
        let (file, diagnostics) = parse("deep.tf".into(), text.into());
        let told: Vec<&str> = diagnostics.iter().map(|d| d.summary.as_str()).collect();
        assert_eq!(told, ["Missing newline after argument"], "{start}");
        drop(file.body.clone());
    }
}

#[test]
fn what_was_never_closed_is_told_once() {
    for open in ["(", "[", "{a=", "f(", "x[", "\"${", "-", "b {\n"] {
        let (_, diagnostics) = parse("deep.tf".into(), format!("a = {}", open.repeat(20_000)).into());
        assert!((1..4).contains(&diagnostics.len()), "{open}: {}", diagnostics.len());
    }
}

#[test]
fn deep_json() {
    let levels = 100_000;
    for (open, inner, close) in [("[", "1", "]"), ("{\"a\":", "1", "}"), ("[{\"a\":", "\"${x}\"", "}]")] {
        let text = format!("{{\"a\": {}{inner}{}}}", open.repeat(levels), close.repeat(levels));
        let (file, mut diagnostics) = crate::parse_json("deep.tf.json".into(), text.into());
        let argument = crate::json::Role::Argument(crate::json::Reading::Template);
        drop(file.body.decided(|_| argument, &mut diagnostics).into_owned());
        drop(file.body.decided(|_| crate::json::Role::Blocks(&[]), &mut Diagnostics::new()).into_owned());
        assert!(diagnostics.is_empty(), "{open}: {diagnostics:?}");
    }
    let (_, diagnostics) = crate::parse_json("deep.tf.json".into(), "[{\"a\":".repeat(levels).into());
    assert_eq!(diagnostics.len(), 1);
}

#[test]
fn long_chains_are_flat() {
    let sum = format!("a = 1{}\n", " + 1".repeat(100_000));
    let mixed = format!("a = x{}\n", " && y == 1 || z * 2 < 3".repeat(50_000));
    let steps = format!("a = x{}\n", ".y[0]".repeat(100_000));
    for text in [sum, mixed, steps] {
        let (_, diagnostics) = parse("long.tf".into(), Arc::from(text));
        assert!(diagnostics.is_empty());
    }
}

#[test]
fn large_objects_and_bodies_take_linear_time() {
    let lines: String = (0..100_000).map(|i| format!("key_{i} = {i}\n")).collect();
    for text in [lines.clone(), format!("a = {{\n{lines}}}\n"), format!("{lines}{lines}")] {
        parse("large.tf".into(), Arc::from(text));
    }
}

#[test]
fn what_goes_on_in_the_next_line() {
    for (text, want) in [
        ("1 + 2", false),
        ("[1,", true),
        ("[1, (2", true),
        ("{ a = \"[\" }", false),
        ("{ a = \"${f(\" }", false),
        ("<<E\nx", true),
        ("<<E\nx\nE", false),
        ("f(<<E\nx\nE\n", true),
        ("]", false),
        ("\"open", false),
    ] {
        assert_eq!(crate::goes_on(text), want, "{text}");
    }
}
