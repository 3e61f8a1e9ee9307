use crate::fixture::{block, object};
use crate::{assert_write_only_null, sensitive_paths, write_only_paths};
use value::Marks;

#[test]
fn sensitive_parts() {
    let rows = [
        ("a os; b", r#"{"a":"x"}"#, "a"),
        ("a os; b", "{}", "a"),
        ("a os", "null", ""),
        ("a os", r#""?""#, ""),
        ("n o single { a os }", r#"{"n":{"a":"x"}}"#, "n.a"),
        ("n o single { a os }", "{}", ""),
        ("n os single { a os }", r#"{"n":{"a":"x"}}"#, "n"),
        ("n o list { a os; b }", r#"{"n":[{},{}]}"#, "n[0].a n[1].a"),
        ("n o map { a os }", r#"{"n":{"k":{}}}"#, "n[\"k\"].a"),
        ("n o set { a os }", r#"{"n":[{"a":"x"},{"a":"y"}]}"#, "n"),
        ("b single { a os }", r#"{"b":{}}"#, "b.a"),
        ("b list { a os; c list { d os } }", r#"{"b":[{"c":[{}]}]}"#, "b[0].a b[0].c[0].d"),
        ("b set { a os; z os }", r#"{"b":[{"a":"x"},{"a":"y"}]}"#, "b"),
        ("b set { a os }", r#"{"b":[]}"#, ""),
        ("b set { c list { d os } }", r#"{"b":[{"c":[{}]}]}"#, "b"),
        ("b list { a os }", r#"{"b":"?"}"#, ""),
        ("b map { a os }", r#"{"b":{"k":{}}}"#, "b[\"k\"].a"),
    ];
    for (schema, value, want) in rows {
        let block = block(schema);
        let found = sensitive_paths(&block, &object(&block, value));
        assert!(found.iter().all(|(_, marks)| *marks == Marks::SENSITIVE));
        let got: Vec<String> = found.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(got.join(" "), want, "{schema} {value}");
    }
}

#[test]
fn write_only_parts() {
    let block = block("a ow; b; l list { c ow }; n o single { d ow }");
    let value = object(&block, r#"{"a":"x","l":[{},{"c":"y"}],"n":{}}"#);
    let paths: Vec<String> = write_only_paths(&block, &value).iter().map(ToString::to_string).collect();
    assert_eq!(paths.join(" "), "a n.d l[0].c l[1].c");
    let broken: Vec<String> = assert_write_only_null(&block, &value).iter().map(|b| b.path.to_string()).collect();
    assert_eq!(broken.join(" "), "a l[1].c");
    assert_eq!(assert_write_only_null(&block, &object(&block, r#"{"l":[{}]}"#)), []);
}
