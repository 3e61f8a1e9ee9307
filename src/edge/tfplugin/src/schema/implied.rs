//! The type that values of a block have (plugin-protocol.md 7.1).
//!
//! TODO(configschema): moves there with the other rules about blocks.

use configschema::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Type;

/// The object type of a block: all attributes and all nested blocks.
pub fn implied_type(block: &Block) -> Type {
    let attributes = block.attributes.iter().map(|(name, attribute)| (name.clone(), attribute_type(attribute)));
    let blocks = block.blocks.iter().map(|(name, nested)| (name.clone(), nested_type(nested)));
    Type::object(attributes.chain(blocks))
}

fn attribute_type(attribute: &Attribute) -> Type {
    match &attribute.ty {
        AttributeType::Plain(ty) => ty.clone(),
        AttributeType::Nested(nested) => collected(nested.nesting, object(&nested.attributes)),
    }
}

fn object(attributes: &BTreeMap<Arc<str>, Attribute>) -> Type {
    Type::object(attributes.iter().map(|(name, attribute)| (name.clone(), attribute_type(attribute))))
}

/// Blocks with `any` inside may differ in type from each other: their collection has a type of its own each time.
fn nested_type(nested: &NestedBlock) -> Type {
    let inner = implied_type(&nested.block);
    match nested.nesting {
        Nesting::List | Nesting::Map if inner.has_dynamic() => Type::Dynamic,
        nesting => collected(nesting, inner),
    }
}

fn collected(nesting: Nesting, inner: Type) -> Type {
    match nesting {
        Nesting::Single | Nesting::Group => inner,
        Nesting::List => Type::list(inner),
        Nesting::Set => Type::set(inner),
        Nesting::Map => Type::map(inner),
    }
}
