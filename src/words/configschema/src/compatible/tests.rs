#![allow(clippy::unwrap_used)]

use crate::assert_object_compatible;
use crate::fixture::{block, object};
use value::{Refinement, Type, Value};

/// Schema, planned, actual, what is wrong (empty: nothing).
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("a", "null", "null", ""),
    ("a", "null", "{}", "was absent, but now present"),
    ("a", "{}", "null", "was present, but now absent"),
    ("a", r#"{"a":"x"}"#, r#"{"a":"x"}"#, ""),
    ("a", r#"{"a":"x"}"#, r#"{"a":"y"}"#, r#".a: was "x", but now "y""#),
    ("a os", r#"{"a":"x"}"#, r#"{"a":"y"}"#, ".a: inconsistent values for sensitive attribute"),
    ("a", "{}", r#"{"a":"y"}"#, r#".a: was null, but now "y""#),
    ("a", r#"{"a":"x"}"#, "{}", r#".a: was "x", but now null"#),
    ("a", r#"{"a":"x"}"#, r#"{"a":"?"}"#, r#".a: was "x", but now (unknown)"#),
    ("a", r#"{"a":"?"}"#, r#"{"a":"x"}"#, ""),
    ("a", r#"{"a":"?"}"#, "{}", ""),
    ("a", r#"{"a":"?"}"#, r#"{"a":"?"}"#, ""),
    (r#"a : "number""#, r#"{"a":1}"#, r#"{"a":1.0}"#, ""),
    (r#"a : "dynamic""#, r#"{"a":"?"}"#, r#"{"a":[1]}"#, ""),
    (r#"a : "dynamic""#, r#"{"a":1}"#, r#"{"a":"x"}"#, r#".a: was 1, but now "x""#),
    // Collections.
    (r#"a : ["list","string"]"#, r#"{"a":["x","?"]}"#, r#"{"a":["x","y"]}"#, ""),
    (r#"a : ["list","string"]"#, r#"{"a":["x"]}"#, r#"{"a":["x","y"]}"#, ".a: new element 1 has appeared"),
    (
        r#"a : ["list","string"]"#,
        r#"{"a":["x","y"]}"#,
        r#"{"a":["z"]}"#,
        ".a[0]: was \"x\", but now \"z\"\n.a: element 1 has vanished",
    ),
    (r#"a : ["map","string"]"#, r#"{"a":{"k":"?"}}"#, r#"{"a":{"k":"x"}}"#, ""),
    (
        r#"a : ["map","string"]"#,
        r#"{"a":{"k":"x"}}"#,
        r#"{"a":{"l":"x"}}"#,
        ".a: element \"k\" has vanished\n.a: new element \"l\" has appeared",
    ),
    (r#"a : ["object",{"k":"string"}]"#, r#"{"a":{"k":"x"}}"#, r#"{"a":{"k":"y"}}"#, r#".a.k: was "x", but now "y""#),
    (r#"a : ["set","string"]"#, r#"{"a":["x","?"]}"#, r#"{"a":["y","x"]}"#, ""),
    (r#"a : ["set","string"]"#, r#"{"a":["x","?"]}"#, r#"{"a":["x"]}"#, ""),
    (
        r#"a : ["set","string"]"#,
        r#"{"a":["x"]}"#,
        r#"{"a":["y"]}"#,
        ".a: planned set element \"x\" does not correlate with any element in actual\n.a: actual set element \"y\" does not correlate with any element in plan",
    ),
    (r#"a : ["set","string"]"#, r#"{"a":["?"]}"#, r#"{"a":["x","y"]}"#, ".a: length changed from 1 to 2"),
    (r#"a : ["tuple",["string","number"]]"#, r#"{"a":["x",1]}"#, r#"{"a":["x",2]}"#, ".a[1]: was 1, but now 2"),
    // Nested attributes.
    ("n o list { a; b c }", r#"{"n":[{"a":"x","b":"?"}]}"#, r#"{"n":[{"a":"x","b":"y"}]}"#, ""),
    ("n o list { a; b c }", r#"{"n":[{"a":"x"}]}"#, r#"{"n":[{"a":"y"}]}"#, r#".n[0].a: was "x", but now "y""#),
    (
        "n o list { a; b cs }",
        r#"{"n":[{"a":"x"}]}"#,
        r#"{"n":[{"a":"x","b":"secret"}]}"#,
        ".n: inconsistent values for sensitive attribute",
    ),
    // Blocks.
    ("b single { a }", r#"{"b":{"a":"x"}}"#, r#"{"b":{"a":"y"}}"#, r#".b.a: was "x", but now "y""#),
    ("b single { a }", r#"{"b":"?"}"#, "{}", ""),
    ("b single { a }", r#"{"b":{"a":"x"}}"#, "{}", ".b: was present, but now absent"),
    ("b group { a }", r#"{"b":{"a":"?"}}"#, r#"{"b":{"a":"y"}}"#, ""),
    ("l list { a }", r#"{"l":[{"a":"?"}]}"#, r#"{"l":[{"a":"x"}]}"#, ""),
    ("l list { a }", r#"{"l":[{"a":"x"}]}"#, r#"{"l":[]}"#, ".l: block count changed from 1 to 0"),
    ("l list { a }", r#"{"l":"?"}"#, r#"{"l":[{"a":"x"}]}"#, ""),
    ("l list { a }", r#"{"l":[{"a":"x"}]}"#, r#"{"l":[{"a":"y"}]}"#, r#".l[0].a: was "x", but now "y""#),
    ("m map { a }", r#"{"m":{"k":{"a":"?"}}}"#, r#"{"m":{"k":{"a":"x"}}}"#, ""),
    (
        "m map { a }",
        r#"{"m":{"k":{}}}"#,
        r#"{"m":{"l":{}}}"#,
        ".m: block \"k\" has vanished\n.m: new block \"l\" has appeared",
    ),
    ("s set { a; b c }", r#"{"s":[{"a":"x","b":"?"},{"a":"y"}]}"#, r#"{"s":[{"a":"x","b":"q"},{"a":"y"}]}"#, ""),
    ("s set { a; b c }", r#"{"s":[{"b":"?"},{"b":"?"}]}"#, r#"{"s":[{"b":"q"}]}"#, ""),
    (
        "s set { a; b c }",
        r#"{"s":[{"a":"x"}]}"#,
        r#"{"s":[{"a":"z"}]}"#,
        ".s: planned set element {\"a\":\"x\",\"b\":null} does not correlate with any element in actual\n.s: actual set element {\"a\":\"z\",\"b\":null} does not correlate with any element in plan",
    ),
    (
        "s set { a os }",
        r#"{"s":[{"a":"x"}]}"#,
        r#"{"s":[{"a":"z"}]}"#,
        ".s: planned set element does not correlate with any element in actual\n.s: actual set element does not correlate with any element in plan",
    ),
    (
        "s set { a }",
        r#"{"s":[{"a":"?"}]}"#,
        r#"{"s":[{"a":"x"},{"a":"y"}]}"#,
        ".s: block set length changed from 1 to 2",
    ),
    ("s set { a }", r#"{"s":"?"}"#, r#"{"s":[{"a":"x"},{"a":"y"}]}"#, ""),
];

#[test]
fn outcomes() {
    for (schema, planned, actual, want) in ROWS {
        let block = block(schema);
        let [planned, actual] = [planned, actual].map(|text| object(&block, text));
        let found = assert_object_compatible(&block, &planned, &actual);
        let got: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(got.join("\n"), *want, "\n{schema}\nplanned {planned:?}\nactual {actual:?}");
    }
}

#[test]
fn promises_of_unknowns_are_kept() {
    let block = block("a");
    let planned = |r: Refinement| Value::object([("a", Value::refined(Type::String, r))]);
    let prefix = || Refinement { prefix: Some("ab".into()), ..Refinement::default() };
    let rows = [
        (Refinement::not_null(), "{}", false),
        (Refinement::not_null(), r#"{"a":"x"}"#, true),
        (prefix(), r#"{"a":"abc"}"#, true),
        (prefix(), r#"{"a":"xbc"}"#, false),
        (prefix(), "{}", true),
    ];
    for (refinement, actual, kept) in rows {
        let found = assert_object_compatible(&block, &planned(refinement), &object(&block, actual));
        assert_eq!(found.is_empty(), kept, "{actual} {found:?}");
    }
}

#[test]
fn large_sets_are_quick() {
    let block = block(r#"a : ["set","string"]"#);
    let set = |extra: &str| {
        let items = (0..20_000).map(|i| Value::string(format!("element-{i}"))).chain([Value::string(extra)]);
        Value::object([("a", Value::set(Type::String, items))])
    };
    assert_eq!(assert_object_compatible(&block, &set("x"), &set("y")).len(), 2);
}
