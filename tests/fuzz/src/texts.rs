//! Texts by chance: bytes, tokens, what the repository's tests hold with changes, configurations, and nesting.

use crate::Choices;
use crate::expressions::{expression, name};
use crate::tokens::{JSON, NATIVE, TEMPLATE};
use std::sync::OnceLock;

/// Bytes of a text after which it grows no more.
const LONGEST: usize = 64 << 10;

/// Texts that the tests of the repository hold.
pub struct Corpus {
    /// Configuration in the native syntax.
    pub native: Vec<String>,
    /// Expressions.
    pub expressions: Vec<String>,
    /// Configuration in JSON.
    pub json: Vec<String>,
}

/// The corpus; read once.
pub fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let read = |path: &str| {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/language").join(path);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let recorded = |path: &str, key: &str| -> Vec<String> {
            let rows: serde_json::Value = serde_json::from_str(&read(path)).expect("JSON");
            let rows = rows.as_array().expect("rows");
            rows.iter().filter_map(|row| row[key].as_str()).map(str::to_string).collect()
        };
        let mut native = recorded("syntax/tests/data/syntax-terraform-1.11.4.json", "source");
        native.extend(recorded("syntax/tests/data/mutations-terraform-1.11.4.json", "source"));
        let cases = read("syntax/tests/data/format-cases.txt").replace(['␄', '␂'], "").replace('␉', "\t");
        native.extend(cases.split("#- ").map(str::to_string));
        let mut expressions = recorded("syntax/tests/data/templates-terraform-1.11.4.json", "expression");
        for path in ["eval/tests/data/expressions-terraform-1.11.4.txt", "eval/tests/data/expressions-generated.txt"] {
            let lines = read(path);
            let rows = lines.lines().filter(|line| !line.starts_with([' ', '#']));
            expressions.extend(rows.map(str::to_string));
        }
        let json = read("config/src/tests/json.rs");
        let json = json.split("r#\"").skip(1).filter_map(|rest| rest.split("\"#").next()).map(str::to_string).collect();
        Corpus { native, expressions, json }
    })
}

/// Bytes as text, what is no UTF-8 replaced.
fn raw(c: &mut Choices) -> String {
    String::from_utf8_lossy(c.rest()).into_owned()
}

fn tokens(c: &mut Choices, all: &[&str]) -> String {
    let mut text = String::new();
    while !c.is_empty() && text.len() < LONGEST {
        if c.once_in(24) {
            text.push(char::from(c.byte()));
        }
        text.push_str(c.of(all));
    }
    text
}

/// A text with changes: parts left out, doubled, moved, and tokens put in.
fn changed(c: &mut Choices, from: &[String], all: &[&str]) -> String {
    let pick = |c: &mut Choices| from.get(c.below(from.len().min(1 << 16))).cloned().unwrap_or_default();
    let mut text = pick(c);
    for _ in 0..c.below(6) {
        let at = boundary(&text, c.below(text.len() + 1));
        let end = boundary(&text, at + c.below(24));
        match c.below(7) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, c.of(all)),
            2 => text.replace_range(at..end, c.of(all)),
            3 => {
                let part = text[at..end].repeat(1 + c.below(40));
                text.insert_str(at, &part);
            }
            4 => text.insert_str(at, &pick(c)),
            5 => text.truncate(at),
            _ => text.insert_str(at, &String::from(char::from(c.byte()))),
        }
        if text.len() > LONGEST {
            text.truncate(boundary(&text, LONGEST));
        }
    }
    text
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The same opening many times, perhaps closed again.
fn nested(c: &mut Choices, pairs: &[(&str, &str)]) -> String {
    let (first, second) = (c.of(pairs), c.of(pairs));
    let depth = [3, 40, 1_000, 6_000][c.below(4)];
    let mut text = String::new();
    for i in 0..depth {
        text.push_str(if i % 2 == 0 { first.0 } else { second.0 });
    }
    if c.once_in(2) {
        return text;
    }
    text.push('1');
    for i in (0..depth).rev() {
        text.push_str(if i % 2 == 0 { first.1 } else { second.1 });
    }
    text
}

const PAIRS: &[(&str, &str)] = &[
    ("[", "]"),
    ("(", ")"),
    ("{ a = ", " }"),
    ("\"${", "}\""),
    ("f(", ")"),
    ("-", ""),
    ("!", ""),
    ("a ? b : ", ""),
    ("[for x in y : ", "]"),
    ("{for k, v in y : k => ", "}"),
    ("a.b[", "]"),
    ("x[*].y[", "]"),
    ("1 + ", ""),
    ("\"%{ if true }", "%{ endif }\""),
    ("%{ for x in y }", "%{ endfor }"),
    ("b {\n", "\n}\n"),
    ("<<E\n${", "}\nE\n"),
    ("a = [\n", "]\n"),
];

/// A text in the native syntax, or nearly.
pub fn native(c: &mut Choices) -> String {
    match c.below(6) {
        0 => raw(c),
        1 => tokens(c, NATIVE),
        2 | 3 => changed(c, &corpus().native, NATIVE),
        4 => format!("a = {}", nested(c, PAIRS)),
        _ => configuration(c),
    }
}

/// The text of a template.
pub fn template(c: &mut Choices) -> String {
    match c.below(5) {
        0 => raw(c),
        1 | 2 => tokens(c, TEMPLATE),
        3 => nested(c, PAIRS),
        _ => changed(c, &corpus().expressions, TEMPLATE),
    }
}

/// The text of one expression.
pub fn lone_expression(c: &mut Choices) -> String {
    match c.below(8) {
        0 => tokens(c, NATIVE),
        1 => nested(c, PAIRS),
        2 | 3 => changed(c, &corpus().expressions, NATIVE),
        _ => expression(c, 5),
    }
}

/// A text in JSON, or nearly.
pub fn json(c: &mut Choices) -> String {
    match c.below(6) {
        0 => raw(c),
        1 => tokens(c, JSON),
        2 => changed(c, &corpus().json, JSON),
        3 => nested(c, &[("[", "]"), ("{\"a\":", "}"), ("[{\"resource\":", "}]"), ("{\"dynamic\":{\"x\":", "}}")]),
        _ => json_body(c, 0),
    }
}

const BLOCKS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("variable", 1),
    ("output", 1),
    ("locals", 0),
    ("module", 1),
    ("provider", 1),
    ("terraform", 0),
    ("moved", 0),
    ("removed", 0),
    ("import", 0),
    ("check", 1),
    ("language", 0),
    ("required_providers", 0),
    ("backend", 1),
    ("cloud", 0),
    ("lifecycle", 0),
    ("precondition", 0),
    ("postcondition", 0),
    ("validation", 0),
    ("dynamic", 1),
    ("content", 0),
    ("provisioner", 1),
    ("connection", 0),
    ("assert", 0),
    ("provider_meta", 1),
    ("one", 0),
    ("many", 0),
    ("named", 1),
];
const LABELS: &[&str] =
    &["terraform_data", "test_thing", "a", "b", "many", "named", "s3", "local-exec", "bad label", ""];
const ARGUMENTS: &[&str] = &[
    "a",
    "input",
    "value",
    "source",
    "version",
    "count",
    "for_each",
    "provider",
    "providers",
    "depends_on",
    "type",
    "default",
    "sensitive",
    "ephemeral",
    "nullable",
    "deprecated",
    "description",
    "condition",
    "error_message",
    "from",
    "to",
    "id",
    "identity",
    "destroy",
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "enabled",
    "alias",
    "iterator",
    "labels",
    "configuration_aliases",
    "required_version",
    "experiments",
    "when",
    "on_failure",
    "command",
    "text",
    "number",
    "object",
    "list",
    "blocks",
    "triggers_replace",
    "name",
    "x",
];

/// A configuration: blocks with arguments, known and not.
pub fn configuration(c: &mut Choices) -> String {
    let mut text = String::new();
    while !c.is_empty() && text.len() < LONGEST {
        block(c, &mut text, 0);
    }
    text
}

fn block(c: &mut Choices, text: &mut String, depth: usize) {
    // Blocks of a whole module stand at its top.
    let (kind, labels) = c.of(if depth == 0 { &BLOCKS[..15] } else { BLOCKS });
    text.push_str(kind);
    for _ in 0..if c.once_in(16) { c.below(4) } else { labels } {
        text.push_str(&format!(" \"{}\"", c.of(LABELS)));
    }
    text.push_str(" {\n");
    for _ in 0..c.below(5) {
        if depth < 4 && c.once_in(3) {
            block(c, text, depth + 1);
        } else {
            let argument = if kind == "locals" { name(c) } else { c.of(ARGUMENTS) };
            text.push_str(&format!("{argument} = {}\n", argument_value(c)));
        }
    }
    text.push_str("}\n");
}

fn argument_value(c: &mut Choices) -> String {
    const LITERALS: &[&str] = &[
        "\"./m\"",
        "\"1.2\"",
        "\"~> 1.0\"",
        "[terraform_data.a]",
        "terraform_data.a",
        "test_thing.b[0]",
        "module.a",
        "string",
        "any",
        "object({ a = optional(string, \"x\"), b = optional(list(number)) })",
        "map(any)",
        "all",
        "{ a = test.b }",
        "3",
        "true",
        "null",
        "toset([\"a\", \"b\"])",
        "{ a = { b = 1 } }",
        "each.value",
        "each.key",
        "count.index",
        "self.id",
        "var.a",
        "local.x",
        "[1, 2]",
        "\"${var.a}\"",
        "create",
        "{ source = \"a/b\", version = \"1\" }",
    ];
    if c.once_in(3) { expression(c, 3) } else { c.of(LITERALS).to_string() }
}

/// JSON whose properties mean something to somebody.
fn json_body(c: &mut Choices, depth: usize) -> String {
    if c.is_empty() || depth > 8 {
        return "null".to_string();
    }
    let quoted = |text: &str| serde_json::to_string(text).expect("text");
    match c.below(10) {
        0..=4 => {
            let members = (0..c.below(5)).map(|_| {
                let key = match c.below(4) {
                    0 => c.of(LABELS),
                    1 => c.of(ARGUMENTS),
                    _ => c.of(BLOCKS).0,
                };
                format!("{}:{}", quoted(key), json_body(c, depth + 1))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        5 | 6 => format!("[{}]", (0..c.below(4)).map(|_| json_body(c, depth + 1)).collect::<Vec<_>>().join(",")),
        7 => quoted(&format!("${{{}}}", expression(c, 3))),
        8 => quoted(&argument_value(c)),
        _ => c
            .of(&["1", "true", "null", "\"a\"", "\"%{ for x in [1] }${x}%{ endfor }\"", "1e999999999", "[]", "{}"])
            .to_string(),
    }
}

/// Version constraints and versions, or nearly.
pub fn constraint(c: &mut Choices) -> String {
    const PARTS: &[&str] = &[
        "~>",
        ">=",
        "<=",
        ">",
        "<",
        "=",
        "!=",
        ",",
        " ",
        ".",
        "-",
        "+",
        "v",
        "0",
        "1",
        "2",
        "10",
        "18446744073709551615",
        "18446744073709551616",
        "beta1",
        "alpha",
        "rc.1",
        "x",
        "*",
        "1.2.3",
        "1.0",
        "1.2.3-beta1",
        "1.2.3+build",
        "é",
        "\n",
        "00",
    ];
    if c.once_in(4) { raw(c) } else { tokens(c, PARTS) }
}
