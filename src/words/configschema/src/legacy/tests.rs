use crate::fixture::{block, object, show};
use crate::normalize_legacy;

#[test]
fn shapes_of_blocks() {
    let rows = [
        ("a; b single { x }", "null", "null"),
        ("a; b single { x }", r#"{"a":"?"}"#, r#"{"a":"?"}"#),
        ("b single { x }", r#"{"b":"?"}"#, r#"{"b":{"x":"?"}}"#),
        ("b group { x; l list { y } }", "{}", r#"{"b":{"l":[]}}"#),
        ("b group { x; l list { y } }", r#"{"b":"?"}"#, r#"{"b":{"l":[{"y":"?"}],"x":"?"}}"#),
        ("l list { x }", "{}", r#"{"l":[]}"#),
        ("l list { x }", r#"{"l":"?"}"#, r#"{"l":[{"x":"?"}]}"#),
        ("l list { x }", r#"{"l":[]}"#, r#"{"l":[]}"#),
        ("l list { x; m set { y } }", r#"{"l":[{"x":"1"}]}"#, r#"{"l":[{"m":[],"x":"1"}]}"#),
        ("l list { x; m set { y } }", r#"{"l":[{"x":"1","m":"?"}]}"#, r#"{"l":[{"m":[{"y":"?"}],"x":"1"}]}"#),
        ("l list { m map { y }; s single { z } }", r#"{"l":"?"}"#, r#"{"l":[{"m":{},"s":{"z":"?"}}]}"#),
        ("s set { x }", "{}", r#"{"s":[]}"#),
        (
            "s set { x; t list { y } }",
            r#"{"s":[{"x":"1"},{"x":"2","t":[{"y":"3"}]}]}"#,
            r#"{"s":[{"t":[{"y":"3"}],"x":"2"},{"t":[],"x":"1"}]}"#,
        ),
        ("m map { x }", "{}", "{}"),
        ("m map { x }", r#"{"m":"?"}"#, r#"{"m":"?"}"#),
        (r#"l list { x : "dynamic" }"#, r#"{"l":"?"}"#, r#"{"l":"?"}"#),
        (r#"a : ["list",["object",{"x":"string"}]]"#, "{}", "{}"),
        (r#"a : ["list",["object",{"x":"string"}]]"#, r#"{"a":"?"}"#, r#"{"a":"?"}"#),
    ];
    for (schema, value, want) in rows {
        let block = block(schema);
        let normal = normalize_legacy(&object(&block, value), &block);
        assert_eq!(show(&normal), want, "{schema} {value}");
        assert_eq!(value::conforms(&normal, &crate::implied_type(&block)), Ok(()));
    }
}
