#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say so")]

use super::*;
use configschema::{Attribute, NestedBlock};
use value::Type;

const BODY: &str = r#"
name = "n"
tags = {
  Name  = "tagged"
  "a b" = "quoted"
}
zones = ["z0", "z1"]
groups = ["g0", "g1"]
disk {
  size = 10
}
disk {
  size = 20
  deep { on = true }
}
rule { port = 1 }
rule { port = 2 }
lone { port = 3 }
dynamic "made" {
  for_each = [1]
  content {
    port = 4
  }
}
by "label" { port = 5 }
"#;

fn schema() -> Schema {
    let block = |attributes: &[&str]| Schema {
        attributes: attributes.iter().map(|name| ((*name).into(), Attribute::optional(Type::Number))).collect(),
        ..Schema::default()
    };
    let nested = |nesting, block| NestedBlock { nesting, block, min_items: 0, max_items: 0 };
    let mut disk = block(&["size"]);
    disk.blocks.insert("deep".into(), nested(Nesting::Single, block(&["on"])));
    Schema {
        attributes: [
            ("name".into(), Attribute::optional(Type::String)),
            ("tags".into(), Attribute::optional(Type::map(Type::String))),
            ("zones".into(), Attribute::optional(Type::list(Type::String))),
            ("groups".into(), Attribute::optional(Type::set(Type::String))),
        ]
        .into(),
        blocks: [
            ("disk".into(), nested(Nesting::List, disk)),
            ("rule".into(), nested(Nesting::Set, block(&["port"]))),
            ("lone".into(), nested(Nesting::Set, block(&["port"]))),
            ("made".into(), nested(Nesting::List, block(&["port"]))),
            ("by".into(), nested(Nesting::Map, block(&["port"]))),
        ]
        .into(),
        ..Schema::default()
    }
}

/// `disk.1.size`: whole numbers are places.
fn part(text: &str) -> Vec<PartStep> {
    let step = |step: &str| step.parse().map_or_else(|_| PartStep::Name(step.into()), PartStep::Place);
    text.split('.').map(step).collect()
}

#[test]
fn the_nearest_that_is_sure() {
    let (file, troubles) = syntax::parse("main.tf".into(), BODY.into());
    assert!(troubles.is_empty(), "{troubles:?}");
    let rows = [
        ("name", Some("name = \"n\"")),
        ("name.0", Some("name = \"n\"")),
        ("tags.Name", Some("\"tagged\"")),
        ("tags.a b", Some("\"quoted\"")),
        ("zones.1", Some("\"z1\"")),
        ("groups.1", Some("groups = [\"g0\", \"g1\"]")),
        ("disk.0.size", Some("size = 10")),
        ("disk.1.size", Some("size = 20")),
        ("disk.1.deep.on", Some("on = true")),
        ("disk.1.deep.off", Some("deep")),
        ("disk.1", Some("disk")),
        ("disk.7.size", None),
        // Which one of a set is meant, nobody knows, unless there is only one.
        ("rule.0.port", None),
        ("lone.0.port", Some("port = 3")),
        ("made.0.port", Some("port = 4")),
        ("by.label.port", Some("port = 5")),
        ("nowhere", None),
    ];
    for (text, expected) in rows {
        let found = nearest(&file.body, &schema(), &part(text));
        assert_eq!(found.map(|range| &BODY[range.start as usize..range.end as usize]), expected, "{text}");
    }
}
