//! Bodies of JSON files give what the same bodies of the native syntax give.

use super::blocks::{decoded_of, legacy_schema};
use super::support::{answer, load, run, told};
use configschema::{Block, NestedBlock, Nesting};

/// The schema of a legacy provider, with a block that holds blocks.
fn schema() -> Block {
    let inner = NestedBlock { nesting: Nesting::List, block: legacy_schema(), min_items: 0, max_items: 0 };
    let mut schema = legacy_schema();
    schema.blocks.insert("deep".into(), inner);
    schema
}

fn native(body: &str) -> String {
    decoded_of(&schema(), &format!("resource \"test_thing\" \"t\" {{\n{body}\n}}"))
}

fn json(body: &str) -> String {
    decoded_of(&schema(), &format!("#- x.tf.json\n{{\"resource\": {{\"test_thing\": {{\"t\": {body}}}}}}}"))
}

#[test]
fn the_same_in_both_forms() {
    for (form, other) in [
        ("ami = 5", r#"{"ami": 5}"#),
        (
            "ami = \"${var.list[1].kind}-x\"\nsize = -1.50",
            r#"{"ami": "${var.list[1].kind}-x", "size": -1.50, "//": "${nothing.here}"}"#,
        ),
        ("ami = var.list[1].kind", r#"{"ami": "${var.list[1].kind}"}"#),
        (
            "ami = \"a\"\ntags = { \"//\" = 1, \"b${1 + 1}\" = true }",
            r#"{"ami": "a", "tags": {"//": 1, "b${1 + 1}": true}}"#,
        ),
        // One block, several, none.
        ("ami = \"a\"\ndisk { size = 1 }", r#"{"ami": "a", "disk": {"size": 1}}"#),
        (
            "ami = \"a\"\ndisk { size = 1 }\ndisk {\nsize = 2\nkind = null\n}",
            r#"{"ami": "a", "disk": [{"size": 1}, {"size": "2", "kind": null}]}"#,
        ),
        ("ami = \"a\"", r#"{"ami": "a", "disk": [], "timeouts": null}"#),
        ("ami = \"a\"\ntimeouts {}\nopts { x = true }", r#"{"ami": "a", "timeouts": {}, "opts": {"x": "true"}}"#),
        // An array of objects is one body where a body is wanted.
        ("ami = \"a\"\ndisk {\nsize = 1\nkind = \"k\"\n}", r#"{"ami": "a", "disk": [[{"size": 1}, {"kind": "k"}]]}"#),
        // Labels: an object, an array of objects.
        (
            "ami = \"a\"\nzone \"p\" { n = 1 }\nzone \"q\" { n = 2 }",
            r#"{"ami": "a", "zone": {"p": {"n": 1}, "q": {"n": 2}}}"#,
        ),
        (
            "ami = \"a\"\nzone \"p\" { n = 1 }\nzone \"q\" { n = 2 }",
            r#"{"ami": "a", "zone": [{"p": {"n": 1}}, {"q": [{"n": 2}]}]}"#,
        ),
        // Repeated properties are more blocks.
        (
            "ami = \"a\"\nnet { name = \"b\" }\nnet { name = \"c\" }",
            r#"{"ami": "a", "net": {"name": "b"}, "net": {"name": "c"}}"#,
        ),
        // What may be written both ways is an attribute here.
        (
            "ami = \"a\"\ningress = [{ port = 1, who = [\"x\"] }]",
            r#"{"ami": "a", "ingress": [{"port": 1, "who": ["x"]}]}"#,
        ),
        ("ami = \"a\"\ningress = []", r#"{"ami": "a", "ingress": []}"#),
        // Dynamic blocks.
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = var.list\ncontent {\nsize = disk.value.size\nkind = \"k-${disk.key}\"\n}\n}",
            r#"{"ami": "a", "dynamic": {"disk": {"for_each": "${var.list}", "content": {"//": "${disk.comment}", "size": "${disk.value.size}", "kind": "k-${disk.key}"}}}}"#,
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = { k = 5 }\niterator = it\ncontent {\nsize = it.value\nkind = it.key\n}\n}",
            r#"{"ami": "a", "dynamic": [{"disk": [{"for_each": {"k": 5}, "iterator": "it", "content": [{"size": "${it.value}", "kind": "${it.key}"}]}]}]}"#,
        ),
        (
            "ami = \"a\"\ndynamic \"zone\" {\nfor_each = toset([\"p\", \"q\"])\nlabels = [zone.key]\ncontent { n = 1 }\n}",
            r#"{"ami": "a", "dynamic": {"zone": {"for_each": "${toset([\"p\", \"q\"])}", "labels": ["${zone.key}"], "content": {"n": 1}}}}"#,
        ),
        (
            "ami = \"a\"\ndeep {\nami = \"b\"\ndynamic \"disk\" {\nfor_each = [1]\ncontent { size = disk.value }\n}\n}",
            r#"{"ami": "a", "deep": {"//": "${no}", "ami": "b", "dynamic": {"disk": {"for_each": [1], "content": {"size": "${disk.value}"}}}}}"#,
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = terraform_data.later.output\ncontent { size = disk.value }\n}",
            r#"{"ami": "a", "dynamic": {"disk": {"for_each": "${terraform_data.later.output}", "content": {"size": "${disk.value}"}}}}"#,
        ),
        // The escape block.
        ("ami = \"a\"\n_ { size = 3 }", r#"{"_": {"ami": "a", "size": 3}}"#),
    ] {
        let expected = native(form);
        assert!(!expected.contains("Error"), "{form}: {expected}");
        assert_eq!(json(other), expected, "{other}");
    }
}

#[test]
fn mistakes_in_bodies() {
    for (body, expected) in [
        (
            r#"{"ami": "a", "sise": 1}"#,
            "Error: Extraneous JSON object property: No argument or block type is named \"sise\".",
        ),
        (r#"{"ami": "a", "ami": "b"}"#, "Error: Duplicate argument: The argument \"ami\" was already set."),
        (
            r#"{"size": 1}"#,
            "Error: Missing required argument: The argument \"ami\" is required, but no definition was found.",
        ),
        (
            r#"{"ami": "a", "disk": "x"}"#,
            "Error: Incorrect JSON value type: Either a JSON object or a JSON array is required, representing the contents of \
             one or more \"disk\" blocks.",
        ),
        (
            r#"{"ami": "a", "zone": {}}"#,
            "Error: Missing block label: At least one object property is required, whose name represents the zone block's key.",
        ),
        (
            r#"{"ami": "a", "size": "${1 +}"}"#,
            "Error: Invalid expression: Expected the start of an expression, but the template sequence ends here.",
        ),
        (
            r#"{"ami": "a", "id": "b"}"#,
            "Error: Value for unconfigurable attribute: Can't configure a value for \"id\": its value will be decided \
             automatically based on the result of applying this configuration.",
        ),
    ] {
        assert_eq!(json(body), expected, "{body}");
    }
}

#[test]
fn references_in_undecided_properties() {
    let loaded = load(
        r#"#- x.tf.json
{
  "locals": {"a": {"x": 1}, "b": "${local.a.x + 1}"},
  "resource": {"test_thing": {"t": {
    "plain": "${local.b}",
    "block": {"//": "${local.none}", "inner": "${local.none_either}"},
    "nested": [{"dynamic": {"d": {"for_each": "${local.none_at_all}", "content": {"v": "${d.value.x} ${local.lost}"}}}}]
  }}}
}"#,
    );
    let lost = told(&loaded.diagnostics);
    let named = ["none_either", "none_at_all", "lost"];
    assert_eq!(loaded.diagnostics.len(), named.len(), "{lost}");
    for name in named {
        assert!(lost.contains(&format!("{name:?}")), "{name}: {lost}");
    }
}

#[test]
fn values_are_exact() {
    let loaded = load(
        r#"#- x.tf.json
{
  "variable": {
    "lit": {"default": "${not.evaluated} %{ if"},
    "typed": {"type": "object({a=optional(string,\"x\"), b=list(number)})", "default": {"b": ["1"]}}
  },
  "locals": {
    "big": 123456789012345678901234567890.125, "e": 1e400, "zero": -0, "neg": -1.5e-3,
    "one": "${[1]}", "text": "a${1}", "escaped": "$${x} \u00e9\"", "null": null,
    "keys": {"${local.text}": 1, "a": "%{ for x in [1, 2] }${x}%{ endfor }"}
  }
}"#,
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(diagnostics.is_empty(), "{}", told(&diagnostics));
    let e400 = format!("1{}", "0".repeat(400));
    for (expression, expected) in [
        ("local.big", "123456789012345678901234567890.125"),
        ("local.e", &e400),
        ("local.zero", "0"),
        ("local.neg", "-0.0015"),
        ("local.one[0]", "1"),
        ("local.text", "\"a1\""),
        ("local.escaped", "\"${x} é\\\"\""),
        ("local.null == null", "true"),
        ("local.keys.a1", "1"),
        ("local.keys.a", "\"12\""),
        ("var.lit == \"$${not.evaluated} %%{ if\"", "true"),
        ("var.typed.a", "\"x\""),
        ("var.typed.b[0]", "1"),
    ] {
        assert_eq!(answer(&evaluator, expression), expected, "{expression}");
    }
}
