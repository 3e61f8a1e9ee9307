#![allow(clippy::unwrap_used)]

use super::{Escape, Layout, Node, decode, encode, implied, parse, simple, type_from_json, type_to_json};
use crate::{Number, Type, Value};

#[test]
fn text_in_and_out() {
    let rows = [
        (r#" { "a" : 1.50 , "b" : [ ] , "c" : { } } "#, r#"{"a":1.50,"b":[],"c":{}}"#),
        (r#"[1e30,-0,0.10,1E+2]"#, r#"[1e30,-0,0.10,1E+2]"#),
        (r#""\u00e9\n\t\b\f\r\\\/\"""#, r#""é\n\t\b\f\r\\/\"""#),
        (r#""\ud83d\ude00""#, r#""😀""#),
        (r#""\ud83d""#, "\"\u{fffd}\""),
        (r#""\ud83dx\ude00""#, "\"\u{fffd}x\u{fffd}\""),
        (r#""\ud83d\u0041""#, "\"\u{fffd}A\""),
        (r#""<>&""#, r#""\u003c\u003e\u0026""#),
        ("\"\u{2028}\u{2029}\u{7f}\"", "\"\\u2028\\u2029\u{7f}\""),
        (r#""\u0000\u001f""#, r#""\u0000\u001f""#),
        (r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#),
        ("true", "true"),
        ("null", "null"),
    ];
    for (text, want) in rows {
        assert_eq!(parse(text).unwrap().print(), want, "{text}");
    }
    assert_eq!(parse(r#""<\u2028""#).unwrap().print_as(Layout::Compact, Escape::Plain), r#""<\u2028""#);
}

#[test]
fn indented_as_go() {
    let node = parse(r#"{"a":[1,{"b":null}],"c":[],"d":{}}"#).unwrap();
    let want = "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}";
    assert_eq!(node.print_as(Layout::Indented, Escape::Html), want);
}

#[test]
fn what_is_not_json() {
    let rows = [
        ("", 0, "EOF"),
        ("  ", 2, "EOF"),
        ("[1,]", 3, "invalid character ']' looking for beginning of value"),
        ("01", 1, "invalid character '1' after top-level value"),
        ("1 2", 2, "invalid character '2' after top-level value"),
        ("{a:1}", 1, "invalid character 'a' looking for beginning of object key string"),
        (r#"{"a" 1}"#, 5, "invalid character '1' after object key"),
        (r#"{"a":1 "b"}"#, 7, "invalid character '\"' after object key:value pair"),
        ("[1 2]", 3, "invalid character '2' after array element"),
        ("[1", 2, "unexpected end of JSON input"),
        ("\"a\nb\"", 2, "invalid character '\\n' in string literal"),
        (r#""\x""#, 2, "invalid character 'x' in string escape code"),
        (r#""\u12g4""#, 5, "invalid character 'g' in \\u hexadecimal character escape"),
        ("-", 1, "unexpected end of JSON input"),
        ("1.", 2, "unexpected end of JSON input"),
        ("1.x", 2, "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", 2, "invalid character 'x' in exponent of numeric literal"),
        ("trux", 3, "invalid character 'x' in literal true (expecting 'e')"),
        ("nul", 3, "unexpected end of JSON input"),
        ("+1", 0, "invalid character '+' looking for beginning of value"),
        ("é", 0, "invalid character 'Ã' looking for beginning of value"),
        ("\u{feff}1", 0, "invalid character 'ï' looking for beginning of value"),
    ];
    for (text, byte, want) in rows {
        let error = parse(text).unwrap_err();
        assert_eq!((error.byte, error.reason.as_str()), (byte, want), "{text}");
    }
}

#[test]
fn nesting_ends_where_it_does_for_go() {
    // The threads of the program have room for it, those of the tests have not.
    let deep = || {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&("[".repeat(10_000) + &"]".repeat(10_000))).is_ok());
        assert_eq!(parse(&"[".repeat(10_002)).unwrap_err().reason, "exceeded max depth");
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(deep).unwrap().join().unwrap();
}

#[test]
fn types() {
    for text in [
        r#""string""#,
        r#""dynamic""#,
        r#"["list",["set",["map","bool"]]]"#,
        r#"["tuple",["number","dynamic"]]"#,
        r#"["object",{"a":"string","b":["list","string"]}]"#,
        r#"["object",{"a":"string","b":"bool"},["b"]]"#,
    ] {
        let ty = type_from_json(&parse(text).unwrap()).unwrap();
        assert_eq!(type_to_json(&ty).print(), text);
    }
    for text in [
        r#""text""#,
        r#"["list"]"#,
        r#"["list","string","string"]"#,
        r#"["object",["a"]]"#,
        "1",
        r#"["object",{},["a"]]"#,
    ] {
        assert!(type_from_json(&parse(text).unwrap()).is_err(), "{text}");
    }
}

/// JSON, type, and what comes out again; the first is what a state file may hold.
#[test]
fn typed_values() {
    let rows = [
        ("\"x\"", "\"string\"", "\"x\""),
        ("1.50", "\"string\"", "\"1.50\""),
        ("true", "\"string\"", "\"true\""),
        ("\"12345678901234567890123\"", "\"number\"", "12345678901234567890123"),
        ("0.10", "\"number\"", "0.1"),
        ("\"true\"", "\"bool\"", "true"),
        ("null", "[\"list\",\"string\"]", "null"),
        (r#"["b","a","b"]"#, r#"["set","string"]"#, r#"["a","b"]"#),
        (r#"{"b":1,"a":2}"#, r#"["map","number"]"#, r#"{"a":2,"b":1}"#),
        (r#"{"a":"x"}"#, r#"["object",{"a":"string","b":["list","string"]}]"#, r#"{"a":"x","b":null}"#),
        (r#"[1,"x"]"#, r#"["tuple",["number","string"]]"#, r#"[1,"x"]"#),
        (
            r#"{"value":[1,"x",null],"type":["tuple",["number","string","dynamic"]]}"#,
            "\"dynamic\"",
            r#"{"value":[1,"x",null],"type":["tuple",["number","string","dynamic"]]}"#,
        ),
        (r#"{"type":"string","value":null}"#, "\"dynamic\"", r#"{"value":null,"type":"string"}"#),
        ("null", "\"dynamic\"", "null"),
        (r#"{"a":{"value":1,"type":"number"}}"#, r#"["map","dynamic"]"#, r#"{"a":{"value":1,"type":"number"}}"#),
        ("[]", "\"string\"", "a string is required"),
        ("\"x\"", "\"number\"", "a number is required"),
        ("1", "\"bool\"", "a bool is required"),
        ("\"yes\"", "\"bool\"", "a bool is required"),
        ("[[1],2]", r#"["list",["list","number"]]"#, "[1]: list of number required"),
        ("[1]", r#"["tuple",["number","string"]]"#, "a tuple of 2 elements is required"),
        (r#"{"a":{"c":1}}"#, r#"["object",{"a":["object",{"b":"string"}]}]"#, r#".a: unsupported attribute "c""#),
        (r#"{"value":1}"#, "\"dynamic\"", r#"an object with attributes "value" and "type" is required"#),
    ];
    for (text, ty, want) in rows {
        let ty = type_from_json(&parse(ty).unwrap()).unwrap();
        let got = match decode(&parse(text).unwrap(), &ty) {
            Ok(value) => encode(&value, &ty).unwrap().print(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{text} {ty}");
    }
}

#[test]
fn no_form_for_unknown_and_infinity() {
    let list = Value::list(Type::String, [Value::unknown(Type::String)]);
    assert_eq!(encode(&list, &list.ty()).unwrap_err().to_string(), "[0]: value is not known");
    assert!(simple(&list).is_err());
    let infinity = Value::number(Number::parse("Inf").unwrap());
    assert!(encode(&infinity, &Type::Number).is_err());
    assert!(simple(&infinity).is_err());
}

#[test]
fn plain_values() {
    let rows = [
        (
            r#"{"a":1.50,"b":[1,"x",null],"a":2}"#,
            r#"{"a":2,"b":[1,"x",null]}"#,
            r#"["object",{"a":"number","b":["tuple",["number","string","dynamic"]]}]"#,
        ),
        ("1e3", "1000", "\"number\""),
        ("null", "null", "\"dynamic\""),
        ("[]", "[]", r#"["tuple",[]]"#),
        ("\"e\u{301}\"", "\"é\"", "\"string\""),
    ];
    for (text, want, ty) in rows {
        let value = implied(&parse(text).unwrap()).unwrap();
        assert_eq!(simple(&value).unwrap().print(), want);
        assert_eq!(type_to_json(&value.ty()).print(), ty);
    }
    assert!(implied(&Node::Number("1e999999".into())).is_err());
}
