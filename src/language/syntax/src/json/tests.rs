//! JSON files: mistakes with their places, bodies decided by shape, strings with the places of what is inside.

use super::{Reading, Role};
use crate::{Body, Expr, ExprKind, ObjectKey, TemplatePart, parse_json};
use diag::Diagnostics;
use expect_test::{Expect, expect};
use std::fmt::Write;

fn told(text: &str, diagnostics: &Diagnostics) -> String {
    let mut all = String::new();
    for trouble in diagnostics.iter() {
        let at = trouble.subject.as_ref().unwrap();
        assert!(at.end as usize <= text.len());
        for end in [at.start, at.end] {
            assert!(text.is_char_boundary(end as usize), "{trouble:?} cuts a character in {text:?}");
        }
        let under = &text[at.start as usize..at.end as usize];
        assert!(trouble.next_step.is_some(), "no next step: {trouble:?}");
        writeln!(all, "{}-{} {under:?}: {}", at.start, at.end, trouble.summary).unwrap();
    }
    all
}

fn check(text: &str, expected: Expect) {
    let (_, diagnostics) = parse_json("x.tf.json".into(), text.into());
    expected.assert_eq(&told(text, &diagnostics));
}

/// Each mistake once, at its place, and what stands after it is still read.
#[test]
fn mistakes() {
    check(
        "",
        expect![[r#"
        0-0 "": Missing value
    "#]],
    );
    check(
        "\u{feff}{}",
        expect![[r#"
        0-3 "\u{feff}": Invalid start of value
    "#]],
    );
    check(
        "\"x\"",
        expect![[r#"
        0-3 "\"x\"": Root value must be object
    "#]],
    );
    check(
        "{} {}",
        expect![[r#"
        3-4 "{": Extraneous data after value
    "#]],
    );
    check(
        "{\"a\" \"b\", \"c\": tru, \"d\": +1, \"e\" = 1, f: 2, \"g\": 01,}",
        expect![[r#"
        5-6 "\"": Missing property value colon
        15-18 "tru": Invalid JSON keyword
        25-27 "+1": Invalid JSON number
        33-34 "=": Missing property value colon
        38-39 "f": Invalid object property name
        49-51 "01": Invalid JSON number
        51-52 ",": Trailing comma in object
    "#]],
    );
    check(
        "{\"a\": [1, 2,], \"b\": [1 2 3], \"c\": [\"k\": 1], \"d\": [,], \"e\": }",
        expect![[r#"
        11-12 ",": Trailing comma in array
        21-22 "1": Missing attribute separator comma
        23-24 "2": Missing attribute separator comma
        38-39 ":": Invalid array value
        50-51 ",": Missing array element value
        59-60 "}": Missing JSON value
    "#]],
    );
    check(
        "{\"a\": {\"b\": [1}, \"c\": {\"d\": 1], \"e\": 1",
        expect![[r#"
        0-1 "{": Unclosed object
        14-15 "}": Mismatched brackets
        29-30 "]": Mismatched braces
    "#]],
    );
    check(
        "{\"a\": 'b', // no\n \"c\": \"d\n\", \"e\": \"\\q\\u12\", \"f\": NaN, \"g\": var.x, \"h\": }",
        expect![[r#"
        6-9 "'b'": Invalid start of value
        11-16 "// no": Invalid start of value
        23-27 "\"d\n\"": Invalid JSON string
        35-37 "\\q": Invalid JSON string
        37-39 "\\u": Invalid JSON string
        49-52 "NaN": Invalid JSON keyword
        59-62 "var": Invalid JSON keyword
        71-72 "}": Missing JSON value
    "#]],
    );
}

/// One decision for every property: blocks by their labels, the rest arguments.
fn decided(text: &str, blocks: &[(&str, &'static [&'static str])]) -> (Body, Diagnostics) {
    let (file, mut diagnostics) = parse_json("x.tf.json".into(), text.into());
    let role = |name: &str| match blocks.iter().find(|(kind, _)| *kind == name) {
        Some((_, labels)) => Role::Blocks(labels),
        None if name.starts_with('?') => Role::Undecided,
        None => Role::Argument(Reading::Template),
    };
    let body = file.body.decided(role, &mut diagnostics).into_owned();
    (body, diagnostics)
}

#[test]
fn bodies() {
    let text = r#"[{"//": "no", "b": {"x": {"y": {"a": 1}}}}, {"b": [{"x": [{"z": [{}, null, []]}]}, {"w": {"v": null}}], "?": 1, "n": 2}]"#;
    let (body, diagnostics) = decided(text, &[("b", &["type", "name"])]);
    assert!(diagnostics.is_empty(), "{}", told(text, &diagnostics));
    let shown: Vec<String> = body
        .blocks
        .iter()
        .map(|block| {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_ref()).collect();
            let header = &text[block.header.start as usize..block.header.end as usize];
            let span = &text[block.span.start as usize..block.span.end as usize];
            format!("{labels:?} {} {header} | {span}", block.body.undecided.len())
        })
        .collect();
    expect![[r#"
        ["x", "y"] 1 "y" | "y": {"a": 1}
        ["x", "z"] 0 "z" | "z": [{}
        ["x", "z"] 0 "z" | "z": [{}, null
        ["x", "z"] 0 "z" | "z": [{}, null, []"#]]
    .assert_eq(&shown.join("\n"));
    assert_eq!(body.undecided.len(), 1);
    assert!(body.attribute("n").is_some() && body.attribute("?").is_some() && body.attribute("//").is_none());
    assert_eq!(body.missing_range().start, 0);
}

#[test]
fn bodies_of_the_wrong_shape() {
    for (text, expected) in [
        (
            "{\"b\": \"x\"}",
            expect![[r#"
            6-9 "\"x\"": Incorrect JSON value type
        "#]],
        ),
        (
            "{\"b\": {}}",
            expect![[r#"
            6-7 "{": Missing block label
        "#]],
        ),
        (
            "{\"b\": null}",
            expect![[r#"
            6-10 "null": Missing block label
        "#]],
        ),
        (
            "{\"b\": [1, {\"l\": [2, true]}]}",
            expect![[r#"
            7-8 "1": Incorrect JSON value type
            17-18 "2": Incorrect JSON value type
            20-24 "true": Incorrect JSON value type
        "#]],
        ),
        (
            "{\"b\": {\"l\": 5}, \"a\": 1, \"a\": 2}",
            expect![[r#"
            12-13 "5": Incorrect JSON value type
            24-27 "\"a\"": Duplicate argument
        "#]],
        ),
    ] {
        let (_, diagnostics) = decided(text, &[("b", &["type"])]);
        expected.assert_eq(&told(text, &diagnostics));
    }
}

/// Every node as `kind text`, in source order.
fn nodes(expr: &Expr, text: &str, into: &mut Vec<String>) {
    let under = &text[expr.span.start as usize..expr.span.end as usize];
    let kind = match &expr.kind {
        ExprKind::Number(_) => "number",
        ExprKind::Bool(_) => "bool",
        ExprKind::Null => "null",
        ExprKind::String(value) => return into.push(format!("string {value:?} {under}")),
        ExprKind::Template(_) => "template",
        ExprKind::Variable(_) => "variable",
        ExprKind::Traversal { .. } => "traversal",
        ExprKind::Call { .. } => "call",
        ExprKind::Unary(..) => "unary",
        ExprKind::Binary { .. } => "binary",
        ExprKind::Tuple(_) => "tuple",
        ExprKind::Object(_) => "object",
        ExprKind::Error => "error",
        _ => "other",
    };
    into.push(format!("{kind} {under}"));
    match &expr.kind {
        ExprKind::Template(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Literal(value, span) => {
                        into.push(format!("literal {value:?} {}", &text[span.start as usize..span.end as usize]));
                    }
                    TemplatePart::Interpolation(expr) => nodes(expr, text, into),
                    _ => into.push("directive".to_owned()),
                }
            }
        }
        ExprKind::Tuple(items) | ExprKind::Call { args: items, .. } => {
            items.iter().for_each(|item| nodes(item, text, into));
        }
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &item.key {
                    nodes(key, text, into);
                }
                nodes(&item.value, text, into);
            }
        }
        ExprKind::Unary(_, inner) => nodes(inner, text, into),
        ExprKind::Binary { first, rest } => {
            nodes(first, text, into);
            rest.iter().for_each(|(_, operand)| nodes(operand, text, into));
        }
        _ => {}
    }
}

fn read_as(text: &str, reading: Reading) -> (String, Diagnostics) {
    let (file, mut diagnostics) = parse_json("x.tf.json".into(), text.into());
    let body = file.body.decided(|_| Role::Argument(reading), &mut diagnostics).into_owned();
    let mut all = Vec::new();
    body.attributes.iter().for_each(|argument| nodes(&argument.expr.root, text, &mut all));
    (all.join("\n"), diagnostics)
}

#[test]
fn strings_are_templates() {
    let text = r#"{"a": {"k": [null, true, -1.5e+3], "k${x}": "plain"}, "b": "${a.b}", "c": "\u00e9\n ${f("z", \"é\")} $${no} \ud83d\ude00${q}"}"#;
    let text = text.replace("(\"z\", ", "(");
    let (all, diagnostics) = read_as(&text, Reading::Template);
    assert!(diagnostics.is_empty(), "{}", told(&text, &diagnostics));
    expect![[r#"
        object {"k": [null, true, -1.5e+3], "k${x}": "plain"}
        string "k" "k"
        tuple [null, true, -1.5e+3]
        null null
        bool true
        unary -1.5e+3
        number 1.5e+3
        template "k${x}"
        literal "k" k
        variable x
        string "plain" "plain"
        template "${a.b}"
        traversal a.b
        template "\u00e9\n ${f(\"é\")} $${no} \ud83d\ude00${q}"
        literal "é\n " \u00e9\n 
        call f(\"é\")
        string "é" \"é\"
        literal " ${no} 😀"  $${no} \ud83d\ude00
        variable q"#]]
    .assert_eq(&all);
}

#[test]
fn strings_that_are_no_templates() {
    let text = r#"{"a": "${x}", "b": {"${y}": ["%{"]}}"#;
    let (all, diagnostics) = read_as(text, Reading::Literal);
    assert!(diagnostics.is_empty(), "{}", told(text, &diagnostics));
    expect![[r#"
        string "${x}" "${x}"
        object {"${y}": ["%{"]}
        string "${y}" "${y}"
        tuple ["%{"]
        string "%{" "%{""#]]
    .assert_eq(&all);
    let text = r#"{"a": ["x.y[\"k\"]", "all", "*"], "b": "list(string)", "c": {"p.q": "r"}, "d": 1}"#;
    let (all, diagnostics) = read_as(text, Reading::Code);
    assert!(diagnostics.is_empty(), "{}", told(text, &diagnostics));
    expect![[r#"
        tuple ["x.y[\"k\"]", "all", "*"]
        traversal x.y[\"k\"]
        variable all
        string "*" "*"
        call list(string)
        variable string
        object {"p.q": "r"}
        traversal p.q
        variable r
        number 1"#]]
    .assert_eq(&all);
    let text = r#"{"a": {"source": "${x}", "configuration_aliases": ["a.b"]}, "b": "~> 1"}"#;
    let (all, diagnostics) = read_as(text, Reading::Requirement);
    assert!(diagnostics.is_empty(), "{}", told(text, &diagnostics));
    expect![[r#"
        object {"source": "${x}", "configuration_aliases": ["a.b"]}
        string "source" "source"
        string "${x}" "${x}"
        string "configuration_aliases" "configuration_aliases"
        tuple ["a.b"]
        traversal a.b
        string "~> 1" "~> 1""#]]
    .assert_eq(&all);
}

#[test]
fn mistakes_in_strings() {
    let text = r#"{"a": "\n${1 +}", "b": "%{ if x }", "c": {"d": 1, "d": 2}, "e": "${"}"#;
    let (_, diagnostics) = read_as(text, Reading::Template);
    expect![[r#"
        14-15 "}": Invalid expression
        24-33 "%{ if x }": Unexpected end of template
        50-53 "\"d\"": Duplicate object attribute
        65-67 "${": Unclosed template interpolation sequence
    "#]]
    .assert_eq(&told(text, &diagnostics));
    let text = r#"{"a": "${x}", "b": "x.", "c": ""}"#;
    let (_, diagnostics) = read_as(text, Reading::Code);
    expect![[r#"
        6-12 "\"${x}\"": Invalid expression
        21-22 ".": Invalid attribute name
        31-31 "": Invalid expression
    "#]]
    .assert_eq(&told(text, &diagnostics));
}

/// No text panics, and all places are inside it, on characters.
#[test]
fn laws_hold_for_mutations() {
    let seeds = [
        r#"{"a": {"b": [1, -2.5e3, "x${y}\u00e9\n", true, null]}, "//": "é"}"#,
        r#"[{"a": "%{ if x }${y}\\%{ endif }"}, {"b": {"c": {}}}]"#,
    ];
    let pieces = [
        "{", "}", "[", "]", "\"", ":", ",", "\\", "${", "%{", "}", "é", "\n", "'", "//", "/*", "=", "-", "1e", "nul",
        "\\u", "\\ud800", "\0",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % sides as u64) as usize
    };
    for _ in 0..20_000 {
        let mut text: Vec<char> = seeds[roll(seeds.len())].chars().collect();
        for _ in 0..1 + roll(4) {
            let at = roll(text.len() + 1);
            match roll(3) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 if at < text.len() => {
                    let to = (at + roll(8)).min(text.len());
                    text.drain(at..to);
                }
                _ => {
                    text.splice(at..at, pieces[roll(pieces.len())].chars());
                }
            }
        }
        let text: String = text.into_iter().collect();
        for reading in [Reading::Template, Reading::Code] {
            let (_, diagnostics) = read_as(&text, reading);
            told(&text, &diagnostics);
        }
        decided(&text, &[("a", &["type"]), ("b", &[])]);
    }
}
