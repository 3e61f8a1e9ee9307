//! The proposed new value: configuration, filled up from what the provider decided before.

#[cfg(test)]
mod tests;

use crate::implied::{attribute_type, block_type, empty_value, implied_type};
use crate::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, PathStep, Type, Value};

/// Merges what the provider computed before into the configuration.
///
/// Configuration wins wherever it says something. Elements of lists pair by place, of maps by key, of sets by
/// whether the earlier element could have come from the configured one. Values come without marks; `prior` is
/// known, `config` may hold unknowns.
pub fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    if prior.is_null() && config.is_null() {
        return prior.clone();
    }
    if prior.is_null() {
        return merge_block(block, &empty_value(block), config);
    }
    merge_block(block, prior, config)
}

/// The planned object of a data source whose read has to wait: as configured, all the provider decides unknown.
pub fn planned_unknown_object(block: &Block, config: &Value) -> Value {
    proposed_new(block, &Value::unknown(implied_type(block)), config)
}

fn merge_block(block: &Block, prior: &Value, config: &Value) -> Value {
    let Some(given) = config.as_object() else {
        return prior.clone();
    };
    let merged = given.iter().map(|(name, config)| {
        let value = if let Some(attribute) = block.attributes.get(name) {
            merge_attribute(attribute, &part(prior, name, || attribute_type(attribute)), config)
        } else if let Some(nested) = block.blocks.get(name) {
            merge_blocks(nested, &part(prior, name, || block_type(nested)), config)
        } else {
            config.clone()
        };
        (name.clone(), value)
    });
    Value::object(merged)
}

/// An attribute or element of what was there before: unknown in an unknown, null where there is none.
fn part(prior: &Value, name: &str, ty: impl Fn() -> Type) -> Value {
    match prior.get(name) {
        Some(found) => found.clone(),
        None if prior.is_known() => Value::null(ty()),
        None => Value::unknown(ty()),
    }
}

fn merge_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.computed && config.is_null() {
        // What the provider could not have decided was configured then, and is not any more.
        let removed = match &attribute.ty {
            AttributeType::Nested(nested) => attribute.optional && holds_configured(nested, prior),
            AttributeType::Plain(_) => false,
        };
        return if removed { config.clone() } else { prior.clone() };
    }
    match &attribute.ty {
        AttributeType::Nested(nested) => merge_nested(nested, prior, config),
        AttributeType::Plain(_) => config.clone(),
    }
}

/// True when a nested attribute that only configuration can set is set.
fn holds_configured(nested: &NestedAttributes, value: &Value) -> bool {
    let in_object = |object: &Value| {
        nested.attributes.iter().any(|(name, attribute)| match object.get(name) {
            None => false,
            Some(v) if v.is_null() => false,
            Some(_) if !attribute.computed => true,
            Some(v) => match &attribute.ty {
                AttributeType::Nested(deeper) => holds_configured(deeper, v),
                AttributeType::Plain(_) => false,
            },
        })
    };
    match nested.nesting {
        Nesting::Single | Nesting::Group => in_object(value),
        Nesting::List | Nesting::Set | Nesting::Map => value.children().any(|(_, object)| in_object(object)),
    }
}

fn merge_nested(nested: &NestedAttributes, prior: &Value, config: &Value) -> Value {
    if !config.is_known() || config.is_null() {
        return config.clone();
    }
    let merge = |prior: &Value, config: &Value| {
        let Some(given) = config.as_object() else {
            return config.clone();
        };
        let merged = given.iter().map(|(name, config)| {
            let value = match nested.attributes.get(name) {
                Some(attribute) => merge_attribute(attribute, &part(prior, name, || attribute_type(attribute)), config),
                None => config.clone(),
            };
            (name.clone(), value)
        });
        Value::object(merged)
    };
    let shape = Shape { attributes: &nested.attributes, blocks: None };
    let object = Type::object(nested.attributes.iter().map(|(n, a)| (n.clone(), attribute_type(a))));
    match nested.nesting {
        Nesting::Single | Nesting::Group => merge(prior, config),
        Nesting::List => merge_list(prior, config, &object, merge),
        Nesting::Map => merge_map(prior, config, &object, merge),
        Nesting::Set => merge_set(shape, prior, config, &object, merge),
    }
}

fn merge_blocks(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    let merge = |prior: &Value, config: &Value| proposed_new(&nested.block, prior, config);
    let shape = Shape { attributes: &nested.block.attributes, blocks: Some(&nested.block.blocks) };
    match nested.nesting {
        Nesting::Single if config.is_null() => config.clone(),
        Nesting::Single | Nesting::Group => merge(prior, config),
        _ if config.children().next().is_none() => config.clone(),
        Nesting::List => merge_list(prior, config, &implied_type(&nested.block), merge),
        Nesting::Map => merge_map(prior, config, &implied_type(&nested.block), merge),
        Nesting::Set => merge_set(shape, prior, config, &implied_type(&nested.block), merge),
    }
}

fn merge_list(prior: &Value, config: &Value, object: &Type, merge: impl Fn(&Value, &Value) -> Value) -> Value {
    config.map_children(|step, element| {
        let earlier = match step {
            PathStep::Index(i) => prior.as_items().and_then(|items| items.get(usize::try_from(i).ok()?)),
            PathStep::Attribute(_) | PathStep::Key(_) => None,
        };
        match earlier {
            Some(earlier) => merge(earlier, element),
            None if prior.is_known() => element.clone(),
            None => merge(&Value::unknown(object.clone()), element),
        }
    })
}

fn merge_map(prior: &Value, config: &Value, object: &Type, merge: impl Fn(&Value, &Value) -> Value) -> Value {
    config.map_children(|step, element| match step {
        PathStep::Key(key) | PathStep::Attribute(key) => merge(&part(prior, &key, || object.clone()), element),
        PathStep::Index(_) => element.clone(),
    })
}

fn merge_set(
    shape: Shape<'_>,
    prior: &Value,
    config: &Value,
    object: &Type,
    merge: impl Fn(&Value, &Value) -> Value,
) -> Value {
    let mut unused: Vec<Option<&Value>> = prior.as_items().unwrap_or_default().iter().map(Some).collect();
    config.map_children(|_, element| {
        if !prior.is_known() {
            return merge(&Value::unknown(object.clone()), element);
        }
        let source = |slot: &&mut Option<&Value>| slot.is_some_and(|p| could_have_come_from(shape, p, element));
        match unused.iter_mut().find(source).and_then(Option::take) {
            Some(earlier) => merge(earlier, element),
            None => merge(&Value::null(object.clone()), element),
        }
    })
}

/// The names in an object, whether it is a block or an object of nested attributes.
#[derive(Clone, Copy)]
struct Shape<'s> {
    attributes: &'s BTreeMap<Arc<str>, Attribute>,
    blocks: Option<&'s BTreeMap<Arc<str>, NestedBlock>>,
}

/// True when `prior` is `config` but for computed attributes that are not configured.
fn could_have_come_from(shape: Shape<'_>, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    prior.children().all(|(step, before)| {
        let Some(now) = child(config, &step) else {
            return false;
        };
        if *before == *now {
            return true;
        }
        // Elements of sets have no lasting place to look for them at.
        if is_set(now) {
            return false;
        }
        let (PathStep::Attribute(name) | PathStep::Key(name)) = &step else {
            return false;
        };
        if let Some(attribute) = shape.attributes.get(name) {
            return match &attribute.ty {
                AttributeType::Plain(_) => attribute.computed && now.is_null(),
                AttributeType::Nested(nested) => {
                    let inner = Shape { attributes: &nested.attributes, blocks: None };
                    could_collection(nested.nesting, inner, before, now)
                }
            };
        }
        match shape.blocks.and_then(|blocks| blocks.get(name)) {
            None => true,
            Some(nested) => {
                let inner = Shape { attributes: &nested.block.attributes, blocks: Some(&nested.block.blocks) };
                could_collection(nested.nesting, inner, before, now)
            }
        }
    })
}

fn could_collection(nesting: Nesting, shape: Shape<'_>, prior: &Value, config: &Value) -> bool {
    match nesting {
        Nesting::Single | Nesting::Group => could_have_come_from(shape, prior, config),
        Nesting::List | Nesting::Set | Nesting::Map => prior
            .children()
            .all(|(step, before)| child(config, &step).is_some_and(|now| could_have_come_from(shape, before, now))),
    }
}

/// A part of a configured value; the unknown itself stands for all parts of an unknown.
fn child<'v>(value: &'v Value, step: &PathStep) -> Option<&'v Value> {
    if !value.is_known() {
        return Some(value);
    }
    match step {
        PathStep::Attribute(name) | PathStep::Key(name) => value.get(name),
        PathStep::Index(i) => value.as_items()?.get(usize::try_from(*i).ok()?),
    }
}

fn is_set(value: &Value) -> bool {
    match &value.content {
        Content::Set(..) => true,
        Content::Null(ty) | Content::Unknown(ty, ..) => matches!(ty, Type::Set(_)),
        _ => false,
    }
}
