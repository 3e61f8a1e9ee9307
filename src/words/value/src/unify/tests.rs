#![allow(clippy::unwrap_used)]

use super::{unify, unify_safely};
use crate::Type;
use crate::json::{parse, type_from_json, type_to_json};

/// Types of both arms and of `true ? a : b`, as terraform 1.11.4 gives them; `-` where it refuses.
#[test]
fn conditionals() {
    let rows = [
        (r#"["list","string"]"#, r#"["tuple",[]]"#, r#"["list","string"]"#),
        (r#"["map","string"]"#, r#"["object",{}]"#, r#"["map","string"]"#),
        (r#"["map","string"]"#, r#"["object",{"b":["tuple",[]]}]"#, "-"),
        (r#"["map","string"]"#, r#"["object",{"b":"number"}]"#, r#"["map","string"]"#),
        (r#"["map","number"]"#, r#"["object",{"b":"string"}]"#, r#"["map","string"]"#),
        (r#"["set","string"]"#, r#"["tuple",["string"]]"#, r#"["set","string"]"#),
        (r#"["set","number"]"#, r#"["tuple",["string"]]"#, r#"["set","number"]"#),
        (r#"["set","string"]"#, r#"["list","string"]"#, r#"["list","string"]"#),
        (r#"["set","string"]"#, r#"["tuple",[]]"#, r#"["set","string"]"#),
        (r#"["set","string"]"#, r#"["list","number"]"#, r#"["list","number"]"#),
        (r#"["list","string"]"#, r#"["set","number"]"#, r#"["list","string"]"#),
        (r#"["set","dynamic"]"#, r#"["tuple",["string"]]"#, r#"["set","dynamic"]"#),
        (r#"["tuple",["number","string"]]"#, r#"["tuple",["string"]]"#, r#"["list","string"]"#),
        (r#"["tuple",["number","string"]]"#, r#"["tuple",["string","string"]]"#, r#"["tuple",["string","string"]]"#),
        (r#"["tuple",["number",["tuple",[]]]]"#, r#"["tuple",["string","string"]]"#, "-"),
        (r#"["tuple",["number",["tuple",[]]]]"#, r#"["tuple",["string"]]"#, "-"),
        (r#"["tuple",["number","number"]]"#, r#"["tuple",["bool","string"]]"#, "-"),
        (r#"["tuple",["number"]]"#, r#"["tuple",["bool","string"]]"#, r#"["list","string"]"#),
        (r#"["tuple",["number"]]"#, r#"["tuple",["bool","bool"]]"#, "-"),
        (r#"["tuple",[]]"#, r#"["tuple",["number","string"]]"#, r#"["list","string"]"#),
        (r#"["tuple",["dynamic"]]"#, r#"["tuple",["number","number"]]"#, r#"["list","number"]"#),
        (r#"["object",{"a":"number"}]"#, r#"["object",{"b":"number"}]"#, r#"["map","number"]"#),
        (r#"["object",{"a":"number"}]"#, r#"["object",{"b":"bool"}]"#, "-"),
        (r#"["object",{"a":"number","b":"number"}]"#, r#"["object",{"a":"string","b":"bool"}]"#, "-"),
        (r#"["object",{"a":"number","b":"string"}]"#, r#"["object",{"c":"bool","b":"string"}]"#, r#"["map","string"]"#),
        (r#"["object",{}]"#, r#"["object",{"a":"number"}]"#, r#"["map","number"]"#),
        (r#"["object",{"a":"dynamic"}]"#, r#"["object",{"b":"number"}]"#, r#"["map","number"]"#),
        (r#"["object",{"a":"dynamic"}]"#, r#"["object",{"a":"number"}]"#, r#"["object",{"a":"number"}]"#),
        (r#"["object",{"a":"number"}]"#, r#"["tuple",[]]"#, "-"),
        (r#"["tuple",[]]"#, r#"["object",{}]"#, "-"),
        (r#""number""#, r#""bool""#, "-"),
        (r#""number""#, r#""string""#, r#""string""#),
        (r#""bool""#, r#""string""#, r#""string""#),
        (r#""dynamic""#, r#""number""#, r#""number""#),
        (r#""dynamic""#, r#"["list","string"]"#, r#""dynamic""#),
        (r#"["list","number"]"#, r#"["tuple",["string"]]"#, r#"["list","string"]"#),
        (r#"["list","number"]"#, r#"["tuple",[["tuple",[]]]]"#, "-"),
        (r#"["list","dynamic"]"#, r#"["list","number"]"#, r#"["list","number"]"#),
        (r#"["list","dynamic"]"#, r#"["tuple",["number"]]"#, r#"["list","number"]"#),
        (r#"["map","dynamic"]"#, r#"["object",{"a":"number"}]"#, r#"["map","number"]"#),
        (r#"["map","number"]"#, r#"["map","string"]"#, r#"["map","string"]"#),
        (
            r#"["tuple",[["list","dynamic"]]]"#,
            r#"["tuple",[["tuple",["string"]]]]"#,
            r#"["tuple",[["list","string"]]]"#,
        ),
        (
            r#"["tuple",[["object",{"a":"number"}]]]"#,
            r#"["tuple",[["object",{"a":"string"}],["object",{"b":"number"}]]]"#,
            r#"["list",["map","string"]]"#,
        ),
    ];
    for (a, b, want) in rows {
        for pair in [[a, b], [b, a]] {
            let types = pair.map(|t| type_from_json(&parse(t).unwrap()).unwrap());
            let got = unify(&types).map_or("-".into(), |t| type_to_json(&t).print());
            assert_eq!(got, want, "{pair:?}");
        }
    }
}

#[test]
fn many() {
    use Type::{Bool, Number, String};
    assert_eq!(unify(&[]), Some(Type::Dynamic));
    assert_eq!(unify(&[Number, Bool, String]), Some(String));
    assert_eq!(unify(&[Number, Bool]), None);
    let tuple = || Type::tuple([Number]);
    assert_eq!(unify(&[tuple(), Type::list(String), Type::set(String)]), Some(Type::list(String)));
    assert_eq!(unify_safely(&[tuple(), Type::set(String)]), Some(Type::set(String)));
    assert_eq!(unify_safely(&[Type::tuple([String]), Type::set(Number)]), None);
}
