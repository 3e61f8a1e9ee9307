use super::{IgnoreChanges, apply_ignore_changes};
use crate::fixture::{block, object, show};
use value::{Path, PathStep};

/// `a.b[0]["k"]`
fn path(text: &str) -> Path {
    let steps = text.split('/').map(|step| match (step.parse::<u64>(), step.strip_prefix('=')) {
        (Ok(i), _) => PathStep::Index(i),
        (_, Some(key)) => PathStep::Key(key.into()),
        _ => PathStep::Attribute(step.into()),
    });
    Path(steps.collect())
}

#[test]
fn parts() {
    let tags = r#"tags : ["map","string"]; a"#;
    let nested = "l list { x; y }; n o single { x; y }; a";
    let rows = [
        // Whole attributes.
        (tags, "a", r#"{"a":"old"}"#, r#"{"a":"new"}"#, r#"{"a":"old"}"#),
        (tags, "a", r#"{"a":"old"}"#, "{}", r#"{"a":"old"}"#),
        (tags, "a", "{}", r#"{"a":"new"}"#, "{}"),
        (tags, "a", r#"{"a":"old"}"#, r#"{"a":"?"}"#, r#"{"a":"old"}"#),
        (tags, "a", "null", r#"{"a":"new"}"#, r#"{"a":"new"}"#),
        (tags, "tags", r#"{"tags":{"k":"old"}}"#, r#"{"tags":{"l":"new"}}"#, r#"{"tags":{"k":"old"}}"#),
        // One element of a map.
        (
            tags,
            "tags/=k",
            r#"{"tags":{"k":"old"}}"#,
            r#"{"tags":{"k":"new","l":"new"}}"#,
            r#"{"tags":{"k":"old","l":"new"}}"#,
        ),
        (tags, "tags/=k", r#"{"tags":{"k":"old"}}"#, r#"{"tags":{"l":"new"}}"#, r#"{"tags":{"k":"old","l":"new"}}"#),
        (tags, "tags/=k", r#"{"tags":{"k":"old"}}"#, "{}", r#"{"tags":{"k":"old"}}"#),
        (tags, "tags/=k", r#"{"tags":{"l":"old"}}"#, r#"{"tags":{"k":"new","l":"new"}}"#, r#"{"tags":{"l":"new"}}"#),
        (tags, "tags/=k", r#"{"tags":{}}"#, r#"{"tags":{"k":"new"}}"#, r#"{"tags":{}}"#),
        (tags, "tags/=k", "{}", r#"{"tags":{"k":"new"}}"#, r#"{"tags":{}}"#),
        (tags, "tags/=k", "{}", "{}", "{}"),
        (tags, "tags/=k", r#"{"tags":{"k":"old"}}"#, r#"{"tags":"?"}"#, r#"{"tags":"?"}"#),
        (tags, "tags/=k", r#"{"tags":{"k":null}}"#, r#"{"tags":{"k":"new"}}"#, r#"{"tags":{}}"#),
        (
            tags,
            "tags/=k tags/=l",
            r#"{"tags":{"k":"old"}}"#,
            r#"{"tags":{"k":"new","l":"new"}}"#,
            r#"{"tags":{"k":"old"}}"#,
        ),
        // Inside blocks and nested attributes.
        (
            nested,
            "l/0/x",
            r#"{"l":[{"x":"old","y":"old"}]}"#,
            r#"{"l":[{"x":"new","y":"new"}]}"#,
            r#"{"l":[{"x":"old","y":"new"}]}"#,
        ),
        (
            nested,
            "l/1/x",
            r#"{"l":[{"x":"old"}]}"#,
            r#"{"l":[{"x":"new"},{"x":"new"}]}"#,
            r#"{"l":[{"x":"new"},{"x":"new"}]}"#,
        ),
        (nested, "l/0/x", r#"{"l":[{"x":"old"}]}"#, r#"{"l":[]}"#, r#"{"l":[]}"#),
        (nested, "l", r#"{"l":[{"x":"old"}]}"#, r#"{"l":[]}"#, r#"{"l":[{"x":"old"}]}"#),
        (nested, "l/0/x", r#"{"l":[{"x":"old"}]}"#, r#"{"l":"?"}"#, r#"{"l":"?"}"#),
        (
            nested,
            "n/x",
            r#"{"l":[],"n":{"x":"old"}}"#,
            r#"{"l":[],"n":{"x":"new","y":"new"}}"#,
            r#"{"l":[],"n":{"x":"old","y":"new"}}"#,
        ),
        (nested, "n/x", r#"{"l":[]}"#, r#"{"l":[],"n":{"x":"new"}}"#, r#"{"l":[],"n":{"x":"new"}}"#),
        (nested, "zz", r#"{"l":[]}"#, r#"{"l":[]}"#, r#"{"l":[]}"#),
    ];
    for (schema, paths, prior, config, want) in rows {
        let block = block(schema);
        let ignore = IgnoreChanges::Paths(paths.split(' ').map(path).collect());
        let got = apply_ignore_changes(&block, &object(&block, prior), &object(&block, config), &ignore);
        assert_eq!(show(&got), want, "{paths}: {prior} {config}");
    }
}

#[test]
fn everything() {
    let schema = "a; b oc; c c; l list { x; y c; z oc }; n o map { x; y c }";
    let rows = [
        (r#"{"a":"1","b":"2","c":"3","l":[]}"#, r#"{"l":[]}"#, r#"{"a":"1","b":"2","l":[]}"#),
        (r#"{"l":[{"x":"1","y":"2","z":"3"}]}"#, r#"{"l":[],"a":"x"}"#, r#"{"l":[{"x":"1","z":"3"}]}"#),
        (r#"{"l":[],"n":{"k":{"x":"1","y":"2"}}}"#, r#"{"l":[]}"#, r#"{"l":[],"n":{"k":{"x":"1"}}}"#),
        ("null", r#"{"a":"x","l":[]}"#, r#"{"a":"x","l":[]}"#),
    ];
    for (prior, config, want) in rows {
        let block = block(schema);
        let got = apply_ignore_changes(&block, &object(&block, prior), &object(&block, config), &IgnoreChanges::All);
        assert_eq!(show(&got), want, "{prior}");
    }
}
