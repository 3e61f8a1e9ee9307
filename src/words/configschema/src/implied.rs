//! What type a block's object has, and what it is when nothing is written.

#[cfg(test)]
mod tests;

use crate::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, PathStep, Type, Value};

/// The type of the object a block stands for: its attributes and nested block types by name.
///
/// Walks the whole schema; callers that need it often keep it.
pub fn implied_type(block: &Block) -> Type {
    let attributes = block.attributes.iter().map(|(name, a)| (name.clone(), attribute_type(a)));
    let blocks = block.blocks.iter().map(|(name, b)| (name.clone(), block_type(b)));
    Type::object(attributes.chain(blocks))
}

/// The type of an attribute, nested attributes included.
pub fn attribute_type(attribute: &Attribute) -> Type {
    match &attribute.ty {
        AttributeType::Plain(ty) => ty.without_optional(),
        AttributeType::Nested(nested) => {
            let object = nested_object_type(nested);
            match nested.nesting {
                Nesting::Single | Nesting::Group => object,
                Nesting::List => Type::list(object),
                Nesting::Set => Type::set(object),
                Nesting::Map => Type::map(object),
            }
        }
    }
}

fn nested_object_type(nested: &NestedAttributes) -> Type {
    Type::object(nested.attributes.iter().map(|(name, a)| (name.clone(), attribute_type(a))))
}

/// The type of a collection of blocks; `any` where elements may differ in type, so that there is no one type.
pub(crate) fn block_type(nested: &NestedBlock) -> Type {
    let object = implied_type(&nested.block);
    match nested.nesting {
        Nesting::Single | Nesting::Group => object,
        Nesting::Set => Type::set(object),
        Nesting::List | Nesting::Map if object.has_dynamic() => Type::Dynamic,
        Nesting::List => Type::list(object),
        Nesting::Map => Type::map(object),
    }
}

/// The object when nothing is written: attributes null, collections of blocks empty, single blocks null, groups
/// made up.
pub fn empty_value(block: &Block) -> Value {
    let attributes = block.attributes.iter().map(|(name, a)| (name.clone(), Value::null(attribute_type(a))));
    let blocks = block.blocks.iter().map(|(name, b)| (name.clone(), empty_blocks(b)));
    Value::object(attributes.chain(blocks))
}

/// A collection of blocks when none is written.
pub(crate) fn empty_blocks(nested: &NestedBlock) -> Value {
    let object = implied_type(&nested.block);
    match nested.nesting {
        Nesting::Single => Value::null(object),
        Nesting::Group => empty_value(&nested.block),
        Nesting::Set => Value::set(object, []),
        Nesting::List if object.has_dynamic() => Value::tuple([]),
        Nesting::List => Value::list(object, []),
        Nesting::Map if object.has_dynamic() => Value::object(BTreeMap::<Arc<str>, Value>::new()),
        Nesting::Map => Value::map(object, BTreeMap::<Arc<str>, Value>::new()),
    }
}

impl Block {
    /// The attribute a path leads to, if its last step is one in this schema; steps into a collection are passed.
    pub fn attribute_at(&self, path: &Path) -> Option<&Attribute> {
        let (attributes, blocks) = (&self.attributes, Some(&self.blocks));
        find(attributes, blocks, &path.0)
    }
}

fn find<'s>(
    attributes: &'s BTreeMap<Arc<str>, Attribute>,
    blocks: Option<&'s BTreeMap<Arc<str>, NestedBlock>>,
    steps: &[PathStep],
) -> Option<&'s Attribute> {
    let Some((PathStep::Attribute(name) | PathStep::Key(name), rest)) = steps.split_first() else {
        return None;
    };
    if let Some(attribute) = attributes.get(name) {
        if rest.is_empty() {
            return Some(attribute);
        }
        let AttributeType::Nested(nested) = &attribute.ty else {
            return None;
        };
        return find(&nested.attributes, None, inside(nested.nesting, rest)?);
    }
    let nested = blocks?.get(name)?;
    find(&nested.block.attributes, Some(&nested.block.blocks), inside(nested.nesting, rest)?)
}

/// The steps after the one that picks an element.
fn inside(nesting: Nesting, steps: &[PathStep]) -> Option<&[PathStep]> {
    match nesting {
        Nesting::Single | Nesting::Group => Some(steps),
        Nesting::List | Nesting::Set | Nesting::Map => steps.get(1..),
    }
}
