#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::{carried, convert};
use crate::json::{Node, decode, implied, parse, simple, type_from_json, type_to_json};
use crate::{Marks, Number, Origin, Path, Refinement, Type, Value};
use std::sync::Arc;

fn ty(text: &str) -> Type {
    type_from_json(&parse(text).unwrap()).unwrap()
}

fn value(text: &str) -> Value {
    implied(&parse(text).unwrap()).unwrap()
}

/// `TYPE <- VALUE => [RESULT, ITS TYPE]` or `!! message`, as terraform 1.11.4 takes a default of a variable.
#[test]
fn conversions_are_terraforms() {
    let mut wrong = Vec::new();
    for line in include_str!("oracle.txt").lines() {
        let (to, rest) = line.split_once(" <- ").unwrap();
        let (given, want) = match rest.split_once(" => ") {
            Some((given, want)) => (given, parse(want).unwrap().print()),
            None => {
                let (given, error) = rest.split_once(" !! ").unwrap();
                (given, format!("!! {error}"))
            }
        };
        let got = match convert(&value(given), &ty(to)) {
            Ok(v) => Node::Array(vec![simple(&v).unwrap(), type_to_json(&v.ty())]).print(),
            Err(error) => format!("!! {error}"),
        };
        if got != want {
            wrong.push(format!("{to} <- {given}\n   got {got}\n  want {want}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn between_collections() {
    let set = decode(&parse(r#"["b","a"]"#).unwrap(), &ty(r#"["set","string"]"#)).unwrap();
    let rows = [
        (set.clone(), r#"["list","string"]"#, r#"["a","b"]"#),
        (set.clone(), r#"["list","dynamic"]"#, r#"["a","b"]"#),
        (set.clone(), r#"["set","dynamic"]"#, r#"["a","b"]"#),
        (set.clone(), r#"["list","number"]"#, "a number is required"),
        (set.clone(), r#"["list",["list","string"]]"#, "incorrect list element type: list of string required"),
        (set.clone(), r#"["map","string"]"#, "map of string required"),
        (set, r#"["tuple",["string","string"]]"#, "tuple required"),
        (Value::list(Type::String, []), r#"["set","number"]"#, "[]"),
        (
            Value::list(Type::list(Type::String), []),
            r#"["set","number"]"#,
            "incorrect set element type: number required",
        ),
        (Value::list(Type::String, ["b", "a", "b"].map(Value::string)), r#"["set","string"]"#, r#"["a","b"]"#),
        (Value::map(Type::String, [("a", Value::string("1"))]), r#"["object",{"a":"number"}]"#, r#"{"a":1}"#),
        (
            Value::map(Type::String, [("a", Value::string("x"))]),
            r#"["object",{"a":"number"}]"#,
            r#"["a"]: a number is required"#,
        ),
        (
            Value::map(Type::String, [("a", Value::string("1"))]),
            r#"["object",{"a":"number","b":"string"},["b"]]"#,
            r#"{"a":1,"b":null}"#,
        ),
        (Value::map(Type::Number, [("b", Value::int(1))]), r#"["object",{"a":["list","string"]}]"#, "object required"),
    ];
    for (from, to, want) in rows {
        let got = match convert(&from, &ty(to)) {
            Ok(v) => simple(&v).unwrap().print(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{to}");
    }
}

#[test]
fn nothing_is_lost_on_the_way() {
    let unknown = Value::refined(Type::Number, Refinement::not_null());
    let text = convert(&unknown, &Type::String).unwrap();
    assert_eq!(text.ty(), Type::String);
    assert!(text.is_never_null());

    let origin = Value::unknown(Type::String).with_origin(&Arc::from("a.b"));
    let converted = convert(&origin, &Type::Number).unwrap();
    assert_eq!(converted.origin(), Some(&Origin { address: "a.b".into(), path: Path::ROOT }));

    let secret = Value::string("1").marked(Marks::SENSITIVE);
    assert_eq!(convert(&secret, &Type::Number).unwrap(), Value::int(1).marked(Marks::SENSITIVE));
    let inside = Value::tuple([secret.clone(), Value::int(2)]);
    let list = convert(&inside, &Type::list(Type::Number)).unwrap();
    assert_eq!((list.marks, list.as_items().unwrap()[0].marks), (Marks::NONE, Marks::SENSITIVE));
    assert_eq!(convert(&inside, &Type::set(Type::Number)).unwrap().marks, Marks::SENSITIVE);

    let null = convert(&Value::null(Type::Dynamic), &ty(r#"["list","string"]"#)).unwrap();
    assert_eq!(null, Value::null(Type::list(Type::String)));
    assert!(convert(&Value::null(Type::String), &ty(r#"["list","string"]"#)).is_err());
    let unknown = convert(&Value::dynamic(), &ty(r#"["object",{"a":"string"},["a"]]"#)).unwrap();
    assert_eq!(unknown, Value::unknown(ty(r#"["object",{"a":"string"}]"#)));
    assert!(convert(&Value::unknown(Type::Bool), &Type::Number).is_err());
    assert_eq!(
        convert(&Value::unknown(ty(r#"["tuple",["number","string"]]"#)), &ty(r#"["list","dynamic"]"#)).unwrap(),
        Value::unknown(Type::list(Type::String))
    );
    let mixed = Value::tuple([Value::object([("a", Value::int(1))]), Value::dynamic()]);
    assert!(!convert(&mixed, &Type::list(Type::Dynamic)).unwrap().is_known());
}

#[test]
fn promises_that_stay_true() {
    let all = Refinement {
        not_null: true,
        length_min: Some(2),
        length_max: Some(5),
        lower: Some((Number::ZERO, true)),
        ..Refinement::default()
    };
    let strings = Type::list(Type::String);
    let kept = carried(&all, &strings, &Type::set(Type::String));
    assert_eq!((kept.length_min, kept.length_max, kept.not_null), (Some(1), Some(5), true));
    let kept = carried(&all, &strings, &Type::list(Type::Number));
    assert_eq!((kept.length_min, kept.length_max), (Some(2), Some(5)));
    let kept = carried(&all, &Type::Number, &Type::String);
    assert_eq!(kept, Refinement::not_null());
    assert!(carried(&Refinement::default(), &Type::Number, &Type::String).is_empty());
}
