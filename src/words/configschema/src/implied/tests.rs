use crate::fixture::{block, show};
use crate::{empty_value, implied_type};
use value::json::type_to_json;
use value::{Path, PathStep};

#[test]
fn types_and_empty_values() {
    let rows = [
        ("", r#"["object",{}]"#, "{}"),
        ("a; b c : \"number\"", r#"["object",{"a":"string","b":"number"}]"#, "{}"),
        (
            r#"a : ["object",{"x":"string","y":"string"},["y"]]"#,
            r#"["object",{"a":["object",{"x":"string","y":"string"}]}]"#,
            "{}",
        ),
        ("a o single { x }", r#"["object",{"a":["object",{"x":"string"}]}]"#, "{}"),
        ("a o list { x }", r#"["object",{"a":["list",["object",{"x":"string"}]]}]"#, "{}"),
        ("a o set { x }", r#"["object",{"a":["set",["object",{"x":"string"}]]}]"#, "{}"),
        (
            "a o map { x o list { y } }",
            r#"["object",{"a":["map",["object",{"x":["list",["object",{"y":"string"}]]}]]}]"#,
            "{}",
        ),
        ("b single { x }", r#"["object",{"b":["object",{"x":"string"}]}]"#, "{}"),
        (
            "b group { x; c list { y } }",
            r#"["object",{"b":["object",{"c":["list",["object",{"y":"string"}]],"x":"string"}]}]"#,
            r#"{"b":{"c":[]}}"#,
        ),
        ("b list { x }", r#"["object",{"b":["list",["object",{"x":"string"}]]}]"#, r#"{"b":[]}"#),
        ("b set { x }", r#"["object",{"b":["set",["object",{"x":"string"}]]}]"#, r#"{"b":[]}"#),
        ("b map { x }", r#"["object",{"b":["map",["object",{"x":"string"}]]}]"#, r#"{"b":{}}"#),
        ("b list { x : \"dynamic\" }", r#"["object",{"b":"dynamic"}]"#, r#"{"b":[]}"#),
        ("b map { x : \"dynamic\" }", r#"["object",{"b":"dynamic"}]"#, r#"{"b":{}}"#),
        ("b single { x : \"dynamic\" }", r#"["object",{"b":["object",{"x":"dynamic"}]}]"#, "{}"),
    ];
    for (schema, ty, empty) in rows {
        let block = block(schema);
        assert_eq!(type_to_json(&implied_type(&block)).print(), ty, "{schema}");
        assert_eq!(show(&empty_value(&block)), empty, "{schema}");
        assert_eq!(value::conforms(&empty_value(&block), &implied_type(&block)), Ok(()), "{schema}");
    }
}

#[test]
fn attributes_by_path() {
    let block = block("a s; n o list { x s }; b list { y s; c single { z s } }; m map { k s }");
    let name = |n: &str| PathStep::Attribute(n.into());
    let rows = [
        (vec![name("a")], true),
        (vec![name("n"), PathStep::Index(0), name("x")], true),
        (vec![name("b"), PathStep::Index(3), name("y")], true),
        (vec![name("b"), PathStep::Index(3), name("c"), name("z")], true),
        (vec![name("m"), PathStep::Key("q".into()), name("k")], true),
        (vec![name("n")], false),
        (vec![name("b")], false),
        (vec![name("b"), PathStep::Index(0)], false),
        (vec![name("a"), PathStep::Key("q".into())], false),
        (vec![name("zz")], false),
        (vec![], false),
    ];
    for (steps, found) in rows {
        assert_eq!(block.attribute_at(&Path(steps.clone())).is_some_and(|a| a.sensitive), found, "{steps:?}");
    }
}
