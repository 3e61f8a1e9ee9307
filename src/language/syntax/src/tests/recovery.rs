//! Broken files: `»` stands where a mistake is told. As many are told as there are, nothing follows from another, and
//! what stands behind is read.

use crate::{parse, parse_json};
use diag::Diagnostics;

/// The text without marks, and the places of the marks.
fn marked(text: &str) -> (String, Vec<u32>) {
    let (mut bare, mut places) = (String::new(), Vec::new());
    for (i, part) in text.split('»').enumerate() {
        if i > 0 {
            places.push(bare.len() as u32);
        }
        bare.push_str(part);
    }
    (bare, places)
}

fn told(text: &str, diagnostics: &Diagnostics) -> String {
    let mut shown = text.to_owned();
    let mut places: Vec<(u32, &str)> =
        diagnostics.iter().map(|d| (d.subject.as_ref().unwrap().start, d.summary.as_str())).collect();
    places.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    for (at, summary) in places {
        shown.insert_str(at as usize, &format!("»[{summary}]"));
    }
    shown
}

const NATIVE: &[&str] = &[
    // Expressions: the next one in the same brackets, the next argument, the next block.
    "a = [1, »*, 3, »/ 5]\nb = »?\nc = 1\n",
    "a = f(1 »2, 3, »=)\nb = »)\n",
    "a = {\n  x = 1 »2\n  y = »*\n  z = 3\n}\nb = »,\n",
    "a = {\n  x  »1\n  »y\n  z = 3\n}\nb = [1 »2]\n",
    "a = (1 + »)\nb = (1 »2)\nc = -»\nd = 1 + »\n",
    "a = x »? 1\nb = x ? »: 2\nc = 1 »2\n",
    "a = x».\nb = x.y.»[0]\nc = x[»]\nd = x[1 »2]\n",
    "a = [for »1 in x : x]\nb = [for x »of y : x]\nc = [for x in y »x]\nd = {for x in y : »x}\n",
    "a = \"${»}\"\nb = \"${1 »2} ${»*}\"\nc = \"x »${y\"\n",
    "a = \"%{ »iff x }\"\nb = \"»%{ if x }\"\nc = \"%{ if x }%{ else }»%{ else }%{ endif }»%{ endfor }\"\n",
    "a = \"»\\q ${x} »\\u12\"\nb = \"»\\Uffffffff\"\nc = 1 »2\n",
    "a = <<EOT\n  ${1 »2}\n  ${»*}\nEOT\nb = 1 »2\n",
    "a = »1.2.3\nb = 0»x10\nc = »'x'\nd = »@\n",
    // Arguments.
    "»a : 1\nb = 1»,\nc = 1\n»d\n»\"e\" = 1\n»= 2\n",
    "a = 1\n»a = 2\na b »= 3\nx = 1\n",
    "r {\n  a = 1 »2\n  »b\n  c = »*\n}\ns {\n  d = 1 »2\n}\n",
    "a = 1 »b = 2\nc = 1 »}\n",
    // Blocks.
    "»a\n{\n  b = 1\n}\n",
    "a \"x\" »= {\n  b = 1\n}\nc = 1 »2\n",
    "a \"x »${y}\" {\n  b = »*\n}\nc {\n}»}\nd = 1\n",
    "a { b = 1 »c = 2 }\nd = »*\n",
    "a { »b { c = 1 } }\nd = »*\n",
    "a {\n  b {\n    c = 1 »2\n  }\n  d {\n    e = »*\n  }\n}\nf = 1 »2\n",
    // Brackets that were forgotten: the next argument or block is not theirs.
    "a = »[1, 2\nb = 1 »2\nr \"x\" {\n  c = »*\n}\n",
    "a = f»(1, 2\nb = 1\nc = »{\n  x = 1\n",
    "»a {\n  b = 1\n\nc {\n  d = 1\n}\n",
    "a = »(1\nb = 2\n",
    "a = 1\n»}\nb = 1 »2\n",
];

const JSON: &[&str] = &[
    // Values: the next element, the next property.
    "{\"a\": »tru, \"b\": »+1, \"c\": »01, \"d\": »1., \"e\": »NaN, \"f\": 1}",
    "{\"a\": [1, »x, »-, »'y'], \"b\": »var.x, \"c\": »undefined}",
    "{\"a\": \"»\\q »\\u12x\", \"b\": »\"x\n, \"c\": »tru}",
    "{\"a\": »@, \"b\": »$x, \"c\": 1}",
    "{\"a\": »}",
    "{\"a\": [»,1], \"b\": [1»,], \"c\": {»,}, \"d\": {\"e\": 1»,}}",
    "{\"a\": [»1 »2 3], \"b\": {\"c\": »1 \"d\": 2}, \"e\": »tru}",
    // Names and colons.
    "{\"a\" »\"b\", »\"c\", »d: 1, »'e': 2, \"f\" »= 3, »4: 5, \"g\": »tru}",
    "{\"a\": [\"b\"»: 1], \"c\": »tru}",
    // Brackets.
    "{\"a\": {\"b\": [1, 2»}, \"c\": »tru}",
    "{\"a\": »{\"b\": »tru",
    "»[{\"a\": 1}, {\"b\": 2}",
    "[{\"a\": 1»], {\"b\": 1}]",
    "{\"a\": 1} »{\"b\": 2}",
    // What is no JSON.
    "»// comment\n{\"a\": 1, »# more\n \"b\": »/* and */ 2}",
    "»",
    "»1",
    "{»resource \"a\" \"b\" {\n}",
];

fn compare(cases: &[&str], read: fn(&str) -> Diagnostics) {
    let mut wrong = Vec::new();
    for case in cases {
        let (text, expected) = marked(case);
        let diagnostics = read(&text);
        let mut places: Vec<u32> = diagnostics.iter().map(|d| d.subject.as_ref().unwrap().start).collect();
        places.sort_unstable();
        if places != expected {
            wrong.push(format!("--- expected\n{case}\n--- told\n{}\n", told(&text, &diagnostics)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn native_files() {
    compare(NATIVE, |text| parse("x.tf".into(), text.into()).1);
}

#[test]
fn json_files() {
    compare(JSON, |text| parse_json("x.tf.json".into(), text.into()).1);
}
