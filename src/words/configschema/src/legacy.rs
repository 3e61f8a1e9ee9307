//! What providers on the old SDK answer, brought into the shape blocks have.

#[cfg(test)]
mod tests;

use crate::implied::{attribute_type, empty_blocks, implied_type};
use crate::{Block, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{PathStep, Value};

/// The object with blocks as configuration would give them: never null but for single ones, and a collection
/// that is unknown as one block of which nothing is known. Attributes stay as they are.
pub fn normalize_legacy(value: &Value, block: &Block) -> Value {
    if value.is_null() {
        return Value::null(implied_type(block)).marked(value.marks);
    }
    value.map_children(|step, part| match &step {
        PathStep::Attribute(name) => match block.blocks.get(name) {
            Some(nested) => normalize_blocks(nested, part),
            None => part.clone(),
        },
        PathStep::Index(_) | PathStep::Key(_) => part.clone(),
    })
}

fn normalize_blocks(nested: &NestedBlock, value: &Value) -> Value {
    let object = implied_type(&nested.block);
    if object.has_dynamic() {
        return value.clone();
    }
    let normal = match nested.nesting {
        Nesting::Single | Nesting::Group if !value.is_known() => stub(&nested.block),
        Nesting::Group if value.is_null() => empty_blocks(nested),
        Nesting::Single | Nesting::Group => return normalize_legacy(value, &nested.block),
        Nesting::Map => return value.clone(),
        Nesting::List if !value.is_known() => Value::list(object, [stub(&nested.block)]),
        Nesting::Set if !value.is_known() => Value::set(object, [stub(&nested.block)]),
        Nesting::List | Nesting::Set if value.is_null() => empty_blocks(nested),
        Nesting::List | Nesting::Set => {
            return value.map_children(|_, element| normalize_legacy(element, &nested.block));
        }
    };
    normal.marked(value.marks)
}

/// A block of which nothing is known.
fn stub(block: &Block) -> Value {
    let attributes = block.attributes.iter().map(|(name, a)| (name.clone(), Value::unknown(attribute_type(a))));
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let object = implied_type(&nested.block);
        let value = match nested.nesting {
            Nesting::Single | Nesting::Group => stub(&nested.block),
            Nesting::List => Value::list(object, [stub(&nested.block)]),
            Nesting::Set => Value::set(object, [stub(&nested.block)]),
            // Nothing to call the key.
            Nesting::Map => Value::map(object, BTreeMap::<Arc<str>, Value>::new()),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}
