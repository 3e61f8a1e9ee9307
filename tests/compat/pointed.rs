//! What a provider says of a nested argument is shown at that argument.

use crate::hosted::Hosted;
use crate::tool::Tool;
use configschema::{Attribute, Block, NestedBlock, Nesting, Schema};
use sdk::{ChangeRequest, Findings, Future, Object, Provider, Reply, Resource, error_at, warning_at};
use std::sync::Arc;
use value::{Path, PathStep, Type, Value};

const BLOCKS: &str = r#"
provider "picky" {
  place = "nowhere"
}
resource "picky_thing" "x" {
  disk {
    size = 10
  }
  disk {
    size = 20
  }
  rule {
    port = 30
  }
  rule {
    port = 40
  }
}
"#;

fn block(name: &str) -> Block {
    Block { attributes: [(name.into(), Attribute::optional(Type::Number))].into(), ..Block::default() }
}

struct Thing;

impl Resource for Thing {
    fn schema(&self) -> Schema {
        let nested = |nesting, block| NestedBlock { nesting, block, min_items: 0, max_items: 0 };
        let blocks = [
            ("disk".into(), nested(Nesting::List, block("size"))),
            ("rule".into(), nested(Nesting::Set, block("port"))),
        ];
        Schema { version: 0, block: Block { blocks: blocks.into(), ..Block::default() } }
    }

    fn validate(&self, _: &Value) -> Findings {
        let second = |block: &str| Path::attribute(block).then(PathStep::Index(1));
        let inside = |block: &str, name: &str| second(block).then(PathStep::Attribute(name.into()));
        vec![
            error_at(inside("disk", "size"), "Too big", "A disk has at most 15."),
            error_at(inside("rule", "port"), "Taken", "A port is taken."),
        ]
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move { Reply::done(current) })
    }

    fn create(&self, _: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async { Reply::failed("Not made", "Nothing is made here.") })
    }

    fn update(&self, _: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async { Reply::failed("Not made", "Nothing is made here.") })
    }

    fn delete(&self, _: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async { Vec::new() })
    }
}

struct Picky;

impl Provider for Picky {
    fn schema(&self) -> Block {
        Block { attributes: [("place".into(), Attribute::optional(Type::String))].into(), ..Block::default() }
    }

    fn validate(&self, _: &Value) -> Findings {
        vec![warning_at(Path::attribute("place"), "Far away", "It takes long.")]
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("picky_thing", Arc::new(Thing))]
    }
}

#[test]
fn the_excerpt_is_of_the_argument() {
    let hosted = Hosted::new("picky", Picky, BLOCKS);
    let ran = Tool::Drform.run(hosted.dir.path(), &hosted.setting, &["plan"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    let text = ran.text();
    // Of two blocks in a set nobody knows which is meant: the resource stands for them.
    for (summary, line) in [
        ("Warning: Far away", "place = \"nowhere\""),
        ("Error: Too big", "size = 20"),
        ("Error: Taken", "resource \"picky_thing\" \"x\" {"),
    ] {
        let at = text.find(summary).unwrap_or_else(|| panic!("{summary}: {text}"));
        let excerpt = &text[at..];
        let underlined = excerpt.lines().zip(excerpt.lines().skip(1)).find(|(_, below)| below.contains('^'));
        assert!(underlined.is_some_and(|(shown, _)| shown.contains(line)), "{summary}: {text}");
    }
}
