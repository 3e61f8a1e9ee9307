//! A provider with every way in which blocks are collected. It makes nothing: its resources are only planned.

use configschema::{Attribute, Block, NestedBlock, Nesting, Schema};
use sdk::{ChangeRequest, Findings, Future, Object, Provider, Reply, Resource};
use std::sync::Arc;
use value::Type;

/// The provider.
pub struct Rack;

struct Shelf;

impl Provider for Rack {
    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("rack_shelf", Arc::new(Shelf))]
    }
}

/// Attributes and blocks of one block.
fn block(attributes: &[(&str, Attribute)], blocks: &[(&str, Nesting, Block)]) -> Block {
    let nested = |(name, nesting, block): &(&str, Nesting, Block)| {
        let nested = NestedBlock { nesting: *nesting, block: block.clone(), min_items: 0, max_items: 0 };
        ((*name).into(), nested)
    };
    Block {
        attributes: attributes.iter().map(|(name, attribute)| ((*name).into(), attribute.clone())).collect(),
        blocks: blocks.iter().map(nested).collect(),
        ..Block::default()
    }
}

impl Resource for Shelf {
    /// As `blocks.rs` writes it.
    fn schema(&self) -> Schema {
        let text = || ("text", Attribute::optional(Type::String));
        let size = || ("size", Attribute::optional(Type::Number));
        let list = || ("list", Attribute::optional(Type::List(Box::new(Type::String).into())));
        let bolt = block(&[text(), size(), ("mark", Attribute::computed(Type::String))], &[]);
        let pin = block(&[text(), size()], &[]);
        let slot = block(
            &[text(), size(), list(), ("mark", Attribute::optional_computed(Type::String))],
            &[("bolt", Nesting::List, bolt.clone()), ("pin", Nesting::Set, pin)],
        );
        let tag = block(&[text(), size(), list()], &[("bolt", Nesting::List, bolt.clone())]);
        let small = block(&[text(), list()], &[("bolt", Nesting::List, bolt)]);
        let block = block(
            &[("id", Attribute::computed(Type::String)), text()],
            &[
                ("slot", Nesting::List, slot),
                ("tag", Nesting::Set, tag),
                ("frame", Nesting::Single, small.clone()),
                ("door", Nesting::Map, small.clone()),
                ("box", Nesting::Group, small),
            ],
        );
        Schema { version: 0, block }
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move { Reply::done(current) })
    }

    fn create(&self, _: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async { Reply::failed("Nothing is made", "This provider only plans.") })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.create(request)
    }

    fn delete(&self, _: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async { Vec::new() })
    }
}
