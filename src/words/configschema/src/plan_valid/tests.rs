use crate::assert_plan_valid;
use crate::fixture::{block, object};

/// Schema, prior, config, planned, what is wrong (empty: nothing).
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("a", "null", "null", "null", ""),
    ("a", "null", r#"{"a":"x"}"#, "null", "planned for absence but config wants existence"),
    ("a", r#"{"a":"x"}"#, "null", r#"{"a":"x"}"#, "planned for existence but config wants absence"),
    // Attributes.
    ("a", "null", r#"{"a":"x"}"#, r#"{"a":"x"}"#, ""),
    ("a", "null", r#"{"a":"x"}"#, r#"{"a":"y"}"#, r#".a: planned value "y" does not match config value "x""#),
    ("a", r#"{"a":"y"}"#, r#"{"a":"x"}"#, r#"{"a":"y"}"#, ""),
    (
        "a",
        r#"{"a":"z"}"#,
        r#"{"a":"x"}"#,
        r#"{"a":"y"}"#,
        r#".a: planned value "y" does not match config value "x" or prior value "z""#,
    ),
    (
        "a os",
        r#"{"a":"z"}"#,
        r#"{"a":"x"}"#,
        r#"{"a":"y"}"#,
        ".a: sensitive planned value does not match config value or prior value",
    ),
    ("a", "null", r#"{"a":"?"}"#, r#"{"a":"?"}"#, ""),
    ("a", "null", r#"{"a":"?"}"#, r#"{"a":"y"}"#, r#".a: planned value "y" does not match config value (unknown)"#),
    ("a", "null", r#"{"a":"x"}"#, r#"{"a":"?"}"#, r#".a: planned value (unknown) does not match config value "x""#),
    ("a", "null", r#"{"a":"x"}"#, "{}", r#".a: planned value null does not match config value "x""#),
    ("a", "null", "{}", r#"{"a":"y"}"#, r#".a: planned "y" for a non-computed attribute"#),
    ("a", "null", "{}", r#"{"a":"?"}"#, ".a: planned (unknown) for a non-computed attribute"),
    ("a os", "null", "{}", r#"{"a":"y"}"#, ".a: planned a sensitive value for a non-computed attribute"),
    ("a", r#"{"a":"y"}"#, "{}", r#"{"a":"y"}"#, r#".a: planned "y" for a non-computed attribute"#),
    ("a oc", "null", "{}", r#"{"a":"y"}"#, ""),
    ("a oc", "null", "{}", r#"{"a":"?"}"#, ""),
    ("a oc", "null", r#"{"a":"x"}"#, r#"{"a":"y"}"#, r#".a: planned value "y" does not match config value "x""#),
    ("a c", r#"{"a":"x"}"#, "{}", r#"{"a":"?"}"#, ""),
    ("a ow", "null", r#"{"a":"x"}"#, "{}", ""),
    ("a ow", "null", "{}", r#"{"a":"y"}"#, ".a: planned a value for a write-only attribute"),
    (r#"a : "number""#, "null", r#"{"a":0.1}"#, r#"{"a":0.10}"#, ""),
    (r#"a : ["set","string"]"#, "null", r#"{"a":["x","y"]}"#, r#"{"a":["y","x"]}"#, ""),
    // Nested attributes.
    ("n o single { a; b oc }", "null", r#"{"n":{"a":"x"}}"#, r#"{"n":{"a":"x","b":"?"}}"#, ""),
    (
        "n o single { a; b oc }",
        "null",
        r#"{"n":{"a":"x"}}"#,
        r#"{"n":{"a":"y"}}"#,
        r#".n.a: planned value "y" does not match config value "x""#,
    ),
    (
        "n o single { a; b oc }",
        "null",
        r#"{"n":{"a":"x"}}"#,
        "{}",
        ".n: planned for absence but config wants existence",
    ),
    (
        "n o single { a; b oc }",
        "null",
        "{}",
        r#"{"n":{}}"#,
        ".n: planned {\"a\":null,\"b\":null} for a non-computed attribute",
    ),
    (
        "n o single { a os; b oc }",
        "null",
        "{}",
        r#"{"n":{"a":"secret"}}"#,
        ".n: planned a sensitive value for a non-computed attribute",
    ),
    ("n oc single { a; b oc }", "null", "{}", r#"{"n":{"b":"y"}}"#, ""),
    (
        "n oc single { a; b oc }",
        "null",
        r#"{"n":{"a":"x"}}"#,
        r#"{"n":"?"}"#,
        ".n: planned unknown for configured value",
    ),
    ("n o list { a; b oc }", "null", r#"{"n":[{"a":"x"}]}"#, r#"{"n":[{"a":"x","b":"y"}]}"#, ""),
    (
        "n o list { a; b oc }",
        "null",
        r#"{"n":[{"a":"x"}]}"#,
        r#"{"n":[]}"#,
        ".n: element count in plan (0) disagrees with count in config (1)",
    ),
    ("n o list { a; b oc }", r#"{"n":[{"a":"z"}]}"#, r#"{"n":[{"a":"x"}]}"#, r#"{"n":[{"a":"z","b":"q"}]}"#, ""),
    ("n o map { a; b oc }", "null", r#"{"n":{"k":{"a":"x"}}}"#, r#"{"n":{"k":{"a":"x","b":"y"}}}"#, ""),
    (
        "n o map { a; b oc }",
        "null",
        r#"{"n":{"k":{"a":"x"}}}"#,
        r#"{"n":{"l":{"a":"x"}}}"#,
        ".n[\"l\"]: element in plan is not in config\n.n[\"k\"]: element in config is not in plan",
    ),
    (
        "n o map { a; b oc }",
        "null",
        r#"{"n":{"k":{"a":"x"}}}"#,
        r#"{"n":{"k":{"a":"y"}}}"#,
        r#".n["k"].a: planned value "y" does not match config value "x""#,
    ),
    ("n o set { a; b oc }", "null", r#"{"n":[{"a":"x"}]}"#, r#"{"n":[{"a":"y","b":"z"}]}"#, ""),
    (
        "n o set { a; b oc }",
        "null",
        r#"{"n":[{"a":"x"}]}"#,
        r#"{"n":[{"a":"y"},{"a":"z"}]}"#,
        ".n: count in plan (2) disagrees with count in config (1)",
    ),
    // Blocks.
    ("l list { a; b oc }", "null", r#"{"l":[{"a":"x"}]}"#, r#"{"l":[{"a":"x","b":"?"}]}"#, ""),
    (
        "l list { a; b oc }",
        "null",
        r#"{"l":[{"a":"x"}]}"#,
        r#"{"l":[{"a":"y"}]}"#,
        r#".l[0].a: planned value "y" does not match config value "x""#,
    ),
    (
        "l list { a; b oc }",
        "null",
        r#"{"l":[]}"#,
        r#"{"l":[{"a":"y"}]}"#,
        ".l: block count in plan (1) disagrees with count in config (0)",
    ),
    ("l list { a; b oc }", "null", r#"{"l":[]}"#, "{}", ".l: planned null for a block, which is never null"),
    (
        "l list { a; b oc }",
        "null",
        r#"{"l":[]}"#,
        r#"{"l":"?"}"#,
        ".l: planned unknown for blocks that are known in the configuration",
    ),
    ("l list { a; b oc }", "null", r#"{"l":"?"}"#, r#"{"l":"?"}"#, ""),
    (
        "l list { a; b oc }",
        "null",
        r#"{"l":"?"}"#,
        r#"{"l":[]}"#,
        ".l: planned a value for blocks that are not known in the configuration",
    ),
    ("m map { a; b oc }", "null", r#"{"m":{"k":{"a":"x"}}}"#, r#"{"m":{"k":{"a":"x","b":"y"}}}"#, ""),
    (
        "m map { a; b oc }",
        "null",
        r#"{"m":{"k":{"a":"x"}}}"#,
        r#"{"m":{}}"#,
        ".m[\"k\"]: block in config is not in plan",
    ),
    ("s set { a; b oc }", "null", r#"{"s":[{"a":"x"}]}"#, r#"{"s":[{"a":"q"}]}"#, ""),
    ("s set { a; b oc }", "null", r#"{"s":[{"a":"x"}]}"#, r#"{"s":["?"]}"#, ".s: planned an unknown block"),
    ("b single { a; b oc }", "null", "{}", "{}", ""),
    ("b single { a; b oc }", "null", r#"{"b":{"a":"x"}}"#, "{}", ".b: planned for absence but config wants existence"),
    ("b single { a; b oc }", "null", "{}", r#"{"b":{}}"#, ".b: planned for existence but config wants absence"),
    ("b group { a; b oc }", "null", r#"{"b":{"a":"x"}}"#, r#"{"b":{"a":"x","b":"y"}}"#, ""),
    (
        "l list { m list { a } }",
        "null",
        r#"{"l":[{"m":[{"a":"x"}]}]}"#,
        r#"{"l":[{"m":[{"a":"y"}]}]}"#,
        r#".l[0].m[0].a: planned value "y" does not match config value "x""#,
    ),
];

#[test]
fn promises_of_a_plan() {
    for (schema, prior, config, planned, want) in ROWS {
        let block = block(schema);
        let [prior, config, planned] = [prior, config, planned].map(|text| object(&block, text));
        let found = assert_plan_valid(&block, &prior, &config, &planned);
        let got: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(got.join("\n"), *want, "\n{schema}\nprior {prior:?}\nconfig {config:?}\nplanned {planned:?}");
    }
}
