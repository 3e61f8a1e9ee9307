//! Type constraints and their defaults.

use crate::parse_type;
use expect_test::{Expect, expect};
use value::{Type, convert};

fn check(source: &str, expected: &str) {
    let (expression, _) = syntax::parse_expression("t".into(), source);
    let (ty, _, diagnostics) = parse_type(&expression);
    assert!(diagnostics.is_empty(), "{source}: {diagnostics:?}");
    assert_eq!(ty.to_string(), expected, "{source}");
}

#[test]
fn types() {
    for (source, expected) in [
        ("string", "string"),
        ("any", "any"),
        ("list", "list(any)"),
        ("map", "map(any)"),
        ("set(number)", "set(number)"),
        ("map(list(bool))", "map(list(bool))"),
        ("tuple([string, any])", "tuple([string, any])"),
        ("object({})", "object({})"),
        (
            "object({ a = string, \"b\" = optional(number), c : bool })",
            "object({ a = string, b = optional(number), c = bool })",
        ),
    ] {
        check(source, expected);
    }
}

/// The value after defaults and conversion.
fn check_value(ty: &str, source: &str, expected: Expect) {
    let (expression, _) = syntax::parse_expression("t".into(), ty);
    let (ty, defaults, diagnostics) = parse_type(&expression);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (source, _) = syntax::parse_expression("v".into(), source);
    let value = crate::constant::literal(&source.root).unwrap();
    let value = convert(&defaults.apply(&value), &ty).unwrap();
    expected.assert_eq(&value::json::simple(&value).unwrap().print());
}

#[test]
fn defaults() {
    let ty = "list(object({ a = optional(string, \"x\"), b = optional(object({ c = optional(number, 1) }), {}), d = optional(bool) }))";
    check_value(
        ty,
        "[{}, { a = null, b = { c = 2 } }, { b = null }]",
        expect![[r#"[{"a":"x","b":{"c":1},"d":null},{"a":"x","b":{"c":2},"d":null},{"a":"x","b":{"c":1},"d":null}]"#]],
    );
    check_value(ty, "[]", expect!["[]"]);
    check_value("map(object({ a = optional(string, \"x\") }))", "{ k = {} }", expect![[r#"{"k":{"a":"x"}}"#]]);
    check_value(
        "tuple([string, object({ a = optional(number, \"5\") })])",
        "[\"k\", {}]",
        expect![[r#"["k",{"a":5}]"#]],
    );
    check_value("object({ a = optional(list(string), [\"x\"]) })", "{}", expect![[r#"{"a":["x"]}"#]]);
}

#[test]
fn mistakes() {
    let mut text = String::new();
    for source in [
        "strin",
        "\"string\"",
        "list()",
        "list(string, number)",
        "set",
        "object",
        "tuple(string)",
        "object([string])",
        "string(1)",
        "optional(string)",
        "lst(string)",
        "1",
        "object({ a = optional() })",
        "object({ a = optional(number, \"x\") })",
        "object({ a = optional(string, var.x) })",
        "map(list(strng))",
    ] {
        let (expression, _) = syntax::parse_expression("t".into(), source);
        let (ty, _, diagnostics) = parse_type(&expression);
        for diagnostic in diagnostics.iter() {
            let at = diagnostic.subject.as_ref().unwrap();
            let under = &source[at.start as usize..at.end as usize];
            let next = diagnostic.next_step.as_ref().unwrap();
            text.push_str(&format!("{source} ({ty}): {} [{under}] {next}\n", diagnostic.detail));
        }
        assert!(!diagnostics.is_empty(), "{source}");
        assert!(ty.has_dynamic() || ty != Type::Dynamic);
    }
    expect![[r#"
        strin (any): The keyword "strin" is not a valid type specification. [strin] Did you mean "string"?
        "string" (any): Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated. ["string"] Remove the quotes around "string".
        list() (any): The list type constructor requires one argument. [list()] Give list(…) exactly one argument.
        list(string, number) (any): The list type constructor requires one argument. [list(string, number)] Give list(…) exactly one argument.
        set (any): The set type constructor requires one argument specifying the element type. [set] Write set(string), or another element type.
        object (any): The object type constructor requires one argument specifying the attribute types and values as a map. [object] Write object({ name = string }).
        tuple(string) (any): Tuple type constructor requires a list of element types. [string] Write tuple([string, number]).
        object([string]) (any): Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types. [[string]] Write object({ name = string }).
        string(1) (any): Primitive type keyword "string" does not expect arguments. [string(1)] Write string without parentheses.
        optional(string) (any): Keyword "optional" is valid only as a modifier for object type attributes. [optional(string)] Use it inside object({…}), around the type of an attribute.
        lst(string) (any): Keyword "lst" is not a valid type constructor. [lst(string)] Did you mean "list"?
        1 (any): A type specification is either a primitive type keyword (bool, number, string), "any", or a complex type constructor call, like list(string). [1] Write a type, such as string or list(string).
        object({ a = optional() }) (object({ a = optional(any) })): Optional attribute modifier requires the attribute type as its argument, and accepts at most a default value beside it. [optional()] Write optional(string) or optional(string, "default").
        object({ a = optional(number, "x") }) (object({ a = optional(number) })): This default value is not compatible with the attribute's type constraint: a number is required. ["x"] Write a value of type number.
        object({ a = optional(string, var.x) }) (object({ a = optional(string) })): The default value of an optional attribute must be a constant. [var.x] Write a literal value.
        map(list(strng)) (map(list(any))): The keyword "strng" is not a valid type specification. [strng] Did you mean "string"?
    "#]].assert_eq(&text);
}
