use crate::fixture::{block, object};
use crate::replace_paths;
use value::{Path, PathStep};

fn path(text: &str) -> Path {
    let steps = text.split('/').map(|step| match (step.parse::<u64>(), step.strip_prefix('=')) {
        (Ok(i), _) => PathStep::Index(i),
        (_, Some(key)) => PathStep::Key(key.into()),
        _ => PathStep::Attribute(step.into()),
    });
    Path(steps.collect())
}

#[test]
fn only_what_changed() {
    let schema = r#"a; id c; w ow; t : ["map","string"]; l list { x; w ow }; n o single { x }"#;
    let rows = [
        ("a", "null", r#"{"a":"x"}"#, ""),
        ("a id", r#"{"a":"x","id":"1"}"#, r#"{"a":"x","id":"1"}"#, ""),
        ("a id a", r#"{"a":"x","id":"1"}"#, r#"{"a":"y","id":"?"}"#, "a id"),
        ("a", r#"{"a":"?"}"#, r#"{"a":"?"}"#, "a"),
        ("a", "{}", "{}", ""),
        ("a", "{}", r#"{"a":"x"}"#, "a"),
        ("w", "{}", "{}", "w"),
        ("l/0/x", r#"{"l":[{"x":"1"}]}"#, r#"{"l":[{"x":"2"}]}"#, "l[0].x"),
        ("l/0/x", r#"{"l":[{"x":"1"}]}"#, r#"{"l":[]}"#, "l[0].x"),
        ("l/0/x", r#"{"l":[{}]}"#, r#"{"l":[]}"#, ""),
        ("l/0/x", r#"{"l":[]}"#, r#"{"l":[{"x":"1"}]}"#, "l[0].x"),
        ("l/0/x", r#"{"l":[{"x":"1"}]}"#, r#"{"l":"?"}"#, "l[0].x"),
        ("l/0/w", r#"{"l":[{"x":"1"}]}"#, r#"{"l":[{"x":"1"}]}"#, "l[0].w"),
        ("l", r#"{"l":[{"x":"1"}]}"#, r#"{"l":[{"x":"1"}]}"#, ""),
        (
            "l/3/x",
            r#"{"l":[]}"#,
            r#"{"l":[]}"#,
            "! .l[3].x: requires replacement for an attribute path that does not exist",
        ),
        (
            "zz a",
            r#"{"a":"x"}"#,
            r#"{"a":"y"}"#,
            "! .zz: requires replacement for an attribute path that does not exist",
        ),
        ("t/=k", r#"{"t":{"k":"1"}}"#, r#"{"t":{"k":"1"}}"#, ""),
        ("t/k", r#"{"t":{"k":"1"}}"#, r#"{"t":{}}"#, "t.k"),
        ("n/x", r#"{"n":{"x":"1"}}"#, "{}", "n.x"),
        ("n/x", r#"{"n":{}}"#, "{}", ""),
    ];
    for (paths, prior, planned, want) in rows {
        let block = block(schema);
        let paths: Vec<Path> = paths.split(' ').map(path).collect();
        let got = match replace_paths(&paths, &object(&block, prior), &object(&block, planned), &block) {
            Ok(kept) => kept.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(broken) => broken.iter().map(|b| format!("! {b}")).collect::<Vec<_>>().join("\n"),
        };
        assert_eq!(got, want, "{paths:?} {prior} {planned}");
    }
}
