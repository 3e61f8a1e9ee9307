#![allow(clippy::unwrap_used)]

use super::conforms;
use crate::json::{decode, implied, parse, type_from_json};
use crate::{Type, Value};

#[test]
fn values_and_types() {
    let ty = |text: &str| type_from_json(&parse(text).unwrap()).unwrap();
    let typed = |value: &str, own: &str| decode(&parse(value).unwrap(), &ty(own)).unwrap();
    let plain = |text: &str| implied(&parse(text).unwrap()).unwrap();
    let rows = [
        (plain("1"), r#""number""#, ""),
        (plain("1"), r#""string""#, "string required"),
        (plain("null"), r#""string""#, ""),
        (Value::null(Type::Bool), r#""string""#, "string required"),
        (Value::unknown(Type::Bool), r#""bool""#, ""),
        (plain("[1]"), r#"["list","number"]"#, "list of number required"),
        (typed("[1]", r#"["list","number"]"#), r#"["list","number"]"#, ""),
        (typed("[1]", r#"["list","number"]"#), r#"["list","dynamic"]"#, ""),
        (typed("[1]", r#"["list","number"]"#), r#"["list","string"]"#, "[0]: string required"),
        (typed("[1]", r#"["list","number"]"#), r#"["set","number"]"#, "set of number required"),
        (plain(r#"{"a":1}"#), r#"["object",{"a":"dynamic"}]"#, ""),
        (plain(r#"{"a":1}"#), r#"["object",{"a":"string"}]"#, ".a: string required"),
        (plain(r#"{"a":1}"#), r#"["object",{"a":"number","b":"string"}]"#, r#"attribute "b" is required"#),
        (plain(r#"{"a":1,"b":2}"#), r#"["object",{"a":"number"}]"#, r#"unsupported attribute "b""#),
        (
            plain(r#"{"a":{"b":[1,"x"]}}"#),
            r#"["object",{"a":["object",{"b":["tuple",["number","bool"]]}]}]"#,
            ".a.b[1]: bool required",
        ),
        (typed(r#"[{"a":null}]"#, r#"["set",["object",{"a":"string"}]]"#), r#"["set",["object",{"a":"string"}]]"#, ""),
    ];
    for (value, to, want) in rows {
        let got = conforms(&value, &ty(to)).err().map_or(String::new(), |e| e.to_string());
        assert_eq!(got, want, "{value:?} {to}");
    }
}
