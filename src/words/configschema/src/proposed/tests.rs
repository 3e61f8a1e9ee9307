use super::planned_unknown_object;
use crate::fixture::{block, object, show};
use crate::proposed_new;

/// Schema, prior, config, proposed.
const ROWS: &[(&str, &str, &str, &str)] = &[
    // Nothing there, nothing wanted.
    ("a", "null", "null", "null"),
    ("a", r#"{"a":"x"}"#, "null", r#"{"a":"x"}"#),
    ("a", r#"{"a":"x"}"#, r#""?""#, r#"{"a":"x"}"#),
    ("a oc; b", "null", r#"{"b":"x"}"#, r#"{"b":"x"}"#),
    // Attributes.
    ("a", r#"{"a":"x"}"#, "{}", "{}"),
    ("a", r#"{"a":"x"}"#, r#"{"a":"y"}"#, r#"{"a":"y"}"#),
    ("a oc", r#"{"a":"x"}"#, "{}", r#"{"a":"x"}"#),
    ("a oc", r#"{"a":"x"}"#, r#"{"a":"y"}"#, r#"{"a":"y"}"#),
    ("a oc", r#"{"a":"x"}"#, r#"{"a":"?"}"#, r#"{"a":"?"}"#),
    ("a c", r#"{"a":"x"}"#, "{}", r#"{"a":"x"}"#),
    ("a c", "{}", "{}", "{}"),
    (r#"a oc : ["map","string"]"#, r#"{"a":{"k":"x"}}"#, r#"{"a":{}}"#, r#"{"a":{}}"#),
    (r#"a oc : ["map","string"]"#, r#"{"a":{"k":"x"}}"#, "{}", r#"{"a":{"k":"x"}}"#),
    // Nested attributes.
    ("n o single { a; b oc }", r#"{"n":{"a":"x","b":"y"}}"#, r#"{"n":{"a":"z"}}"#, r#"{"n":{"a":"z","b":"y"}}"#),
    ("n o single { a; b oc }", r#"{"n":{"a":"x","b":"y"}}"#, "{}", "{}"),
    ("n o single { a; b oc }", "{}", r#"{"n":{"a":"z"}}"#, r#"{"n":{"a":"z"}}"#),
    ("n o single { a; b oc }", r#"{"n":{"a":"x","b":"y"}}"#, r#"{"n":"?"}"#, r#"{"n":"?"}"#),
    // Optional and computed: gone from the configuration, unless the provider may have made it up.
    ("n oc single { a; b oc }", r#"{"n":{"a":"x","b":"y"}}"#, "{}", "{}"),
    ("n oc single { a; b oc }", r#"{"n":{"b":"y"}}"#, "{}", r#"{"n":{"b":"y"}}"#),
    ("n oc single { a oc; b oc }", r#"{"n":{"a":"x","b":"y"}}"#, "{}", r#"{"n":{"a":"x","b":"y"}}"#),
    ("n c single { a; b c }", r#"{"n":{"a":"x"}}"#, "{}", r#"{"n":{"a":"x"}}"#),
    ("n oc list { a; b oc }", r#"{"n":[{"b":"y"},{"a":"x"}]}"#, "{}", "{}"),
    ("n oc list { a; b oc }", r#"{"n":[{"b":"y"}]}"#, "{}", r#"{"n":[{"b":"y"}]}"#),
    ("n oc set { a; b oc }", r#"{"n":[{"a":"x"}]}"#, "{}", "{}"),
    ("n oc map { m oc single { a } }", r#"{"n":{"k":{"m":{"a":"x"}}}}"#, "{}", "{}"),
    ("n oc map { m oc single { a c } }", r#"{"n":{"k":{"m":{"a":"x"}}}}"#, "{}", r#"{"n":{"k":{"m":{"a":"x"}}}}"#),
    // Lists pair by place.
    (
        "n o list { a; b oc }",
        r#"{"n":[{"a":"1","b":"p"},{"a":"2","b":"q"}]}"#,
        r#"{"n":[{"a":"2"}]}"#,
        r#"{"n":[{"a":"2","b":"p"}]}"#,
    ),
    (
        "n o list { a; b oc }",
        r#"{"n":[{"a":"1","b":"p"}]}"#,
        r#"{"n":[{"a":"1"},{"a":"2"}]}"#,
        r#"{"n":[{"a":"1","b":"p"},{"a":"2"}]}"#,
    ),
    ("n o list { a; b oc }", r#"{"n":[{"a":"1","b":"p"}]}"#, r#"{"n":[]}"#, r#"{"n":[]}"#),
    (
        "l list { a; b oc }",
        r#"{"l":[{"a":"1","b":"p"},{"a":"2","b":"q"}]}"#,
        r#"{"l":[{"a":"2"},{"a":"1","b":"r"},{"a":"3"}]}"#,
        r#"{"l":[{"a":"2","b":"p"},{"a":"1","b":"r"},{"a":"3"}]}"#,
    ),
    ("l list { a; b oc }", r#"{"l":[{"a":"1","b":"p"}]}"#, r#"{"l":[]}"#, r#"{"l":[]}"#),
    ("l list { a; b oc }", r#"{"l":[{"a":"1","b":"p"}]}"#, r#"{"l":"?"}"#, r#"{"l":"?"}"#),
    ("l list { a; b oc }", r#"{"l":[{"a":"1","b":"p"}]}"#, r#"{"l":[{"a":"?"}]}"#, r#"{"l":[{"a":"?","b":"p"}]}"#),
    (
        "l list { a; m list { c oc } }",
        r#"{"l":[{"m":[{"c":"x"}]}]}"#,
        r#"{"l":[{"m":[{}]}]}"#,
        r#"{"l":[{"m":[{"c":"x"}]}]}"#,
    ),
    (
        r#"l list { a : "dynamic"; b oc }"#,
        r#"{"l":[{"a":1,"b":"p"}]}"#,
        r#"{"l":[{"a":"x","b":null},{"a":[],"b":null}]}"#,
        r#"{"l":[{"a":"x","b":"p"},{"a":[]}]}"#,
    ),
    // Maps pair by key.
    (
        "m map { a; b oc }",
        r#"{"m":{"k":{"a":"1","b":"p"},"l":{"b":"q"}}}"#,
        r#"{"m":{"k":{"a":"2"},"n":{"a":"3"}}}"#,
        r#"{"m":{"k":{"a":"2","b":"p"},"n":{"a":"3"}}}"#,
    ),
    (
        "n o map { a; b oc }",
        r#"{"n":{"k":{"b":"p"}}}"#,
        r#"{"n":{"k":{"a":"2"},"l":{}}}"#,
        r#"{"n":{"k":{"a":"2","b":"p"},"l":{}}}"#,
    ),
    ("m map { a; g group { c oc } }", "{\"m\":{}}", r#"{"m":{"k":{"g":{}}}}"#, r#"{"m":{"k":{"g":{}}}}"#),
    // Single and group.
    ("b single { a; c oc }", r#"{"b":{"a":"1","c":"p"}}"#, r#"{"b":{}}"#, r#"{"b":{"c":"p"}}"#),
    ("b single { a; c oc }", r#"{"b":{"a":"1","c":"p"}}"#, "{}", "{}"),
    ("b single { a; c oc }", "{}", r#"{"b":{"a":"1"}}"#, r#"{"b":{"a":"1"}}"#),
    ("b group { a; c oc }", r#"{"b":{"a":"1","c":"p"}}"#, r#"{"b":{}}"#, r#"{"b":{"c":"p"}}"#),
    // Sets pair by what could have come from what.
    (
        "s set { a; b oc }",
        r#"{"s":[{"a":"1","b":"p"},{"a":"2","b":"q"}]}"#,
        r#"{"s":[{"a":"2"},{"a":"3"}]}"#,
        r#"{"s":[{"a":"2","b":"q"},{"a":"3"}]}"#,
    ),
    (
        "s set { a; b oc }",
        r#"{"s":[{"a":"1","b":"p"}]}"#,
        r#"{"s":[{"a":"1","b":"x"}]}"#,
        r#"{"s":[{"a":"1","b":"x"}]}"#,
    ),
    ("s set { a; b oc }", r#"{"s":[{"a":"1","b":"p"}]}"#, r#"{"s":[{"a":"?"}]}"#, r#"{"s":[{"a":"?"}]}"#),
    // Each earlier element is used once.
    (
        "s set { a; b oc; c oc }",
        r#"{"s":[{"a":"1","b":"p"},{"a":"1","b":"q"}]}"#,
        r#"{"s":[{"a":"1"},{"a":"1","b":"q"}]}"#,
        r#"{"s":[{"a":"1","b":"p"},{"a":"1","b":"q"}]}"#,
    ),
    (
        "s set { a; b c; l list { x; y oc } }",
        r#"{"s":[{"a":"1","b":"p","l":[{"x":"1","y":"q"}]}]}"#,
        r#"{"s":[{"a":"1","l":[{"x":"1"}]}]}"#,
        r#"{"s":[{"a":"1","b":"p","l":[{"x":"1","y":"q"}]}]}"#,
    ),
    (
        "s set { a; b c; l list { x; y oc } }",
        r#"{"s":[{"a":"1","b":"p","l":[{"x":"1","y":"q"}]}]}"#,
        r#"{"s":[{"a":"1","l":[{"x":"2"}]}]}"#,
        r#"{"s":[{"a":"1","l":[{"x":"2"}]}]}"#,
    ),
    // Sets inside sets cannot be looked into.
    (
        "s set { a; b oc; t set { x; y oc } }",
        r#"{"s":[{"a":"1","b":"p","t":[{"x":"1","y":"q"}]}]}"#,
        r#"{"s":[{"a":"1","t":[{"x":"1"}]}]}"#,
        r#"{"s":[{"a":"1","t":[{"x":"1"}]}]}"#,
    ),
    (
        "s set { a; b oc; t set { x; y oc } }",
        r#"{"s":[{"a":"1","b":"p","t":[{"x":"1"}]}]}"#,
        r#"{"s":[{"a":"1","t":[{"x":"1"}]}]}"#,
        r#"{"s":[{"a":"1","b":"p","t":[{"x":"1"}]}]}"#,
    ),
    (
        "n o set { a; b oc }",
        r#"{"n":[{"a":"1","b":"p"},{"a":"2","b":"q"}]}"#,
        r#"{"n":[{"a":"2"}]}"#,
        r#"{"n":[{"a":"2","b":"q"}]}"#,
    ),
    (
        "n o set { a; m o single { x; y oc } }",
        r#"{"n":[{"a":"1","m":{"x":"1","y":"q"}}]}"#,
        r#"{"n":[{"a":"1","m":{"x":"1"}}]}"#,
        r#"{"n":[{"a":"1","m":{"x":"1","y":"q"}}]}"#,
    ),
    (
        "n o set { a; m o single { x; y oc } }",
        r#"{"n":[{"a":"1","m":{"x":"1","y":"q"}}]}"#,
        r#"{"n":[{"a":"1"}]}"#,
        r#"{"n":[{"a":"1"}]}"#,
    ),
    // A computed whole set.
    ("n oc set { a c }", r#"{"n":[{"a":"1"}]}"#, "{}", r#"{"n":[{"a":"1"}]}"#),
];

#[test]
fn merges() {
    for (schema, prior, config, want) in ROWS {
        let block = block(schema);
        let got = proposed_new(&block, &object(&block, prior), &object(&block, config));
        assert_eq!(show(&got), *want, "\nschema {schema}\nprior  {prior}\nconfig {config}");
        assert_eq!(value::conforms(&got, &crate::implied_type(&block)), Ok(()));
    }
}

#[test]
fn configured_again_changes_nothing() {
    for (schema, prior, config, want) in ROWS {
        let block = block(schema);
        let proposed = proposed_new(&block, &object(&block, prior), &object(&block, config));
        if *config == "null" || *config == r#""?""# || want.contains('?') {
            continue;
        }
        let again = proposed_new(&block, &proposed, &object(&block, config));
        assert_eq!(show(&again), *want, "\nschema {schema}\nprior  {prior}\nconfig {config}");
    }
}

#[test]
fn data_sources_that_wait() {
    let rows = [
        ("a; b oc; c c", r#"{"a":"x"}"#, r#"{"a":"x","b":"?","c":"?"}"#),
        ("a; b oc; c c", r#"{"a":"x","b":"y"}"#, r#"{"a":"x","b":"y","c":"?"}"#),
        ("l list { a; c c }", r#"{"l":[{"a":"x"},{}]}"#, r#"{"l":[{"a":"x","c":"?"},{"c":"?"}]}"#),
        ("l list { a; c c }", r#"{"l":[]}"#, r#"{"l":[]}"#),
        ("m map { a; c c }", r#"{"m":{"k":{"a":"x"}}}"#, r#"{"m":{"k":{"a":"x","c":"?"}}}"#),
        ("s set { a; c c }", r#"{"s":[{"a":"x"}]}"#, r#"{"s":[{"a":"x","c":"?"}]}"#),
        ("b single { a; c c }", "{}", "{}"),
        ("b single { a; c c }", r#"{"b":{}}"#, r#"{"b":{"c":"?"}}"#),
        ("n o single { a; c c }", r#"{"n":{"a":"x"}}"#, r#"{"n":{"a":"x","c":"?"}}"#),
        ("n oc single { a; c c }", "{}", r#"{"n":"?"}"#),
        ("n o list { a; c c }", r#"{"n":[{"a":"x"}]}"#, r#"{"n":[{"a":"x","c":"?"}]}"#),
    ];
    for (schema, config, want) in rows {
        let block = block(schema);
        assert_eq!(show(&planned_unknown_object(&block, &object(&block, config))), want, "{schema} {config}");
    }
}
