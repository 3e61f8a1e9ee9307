//! `ignore_changes`: the configuration as if it still said what is there.

#[cfg(test)]
mod tests;

use crate::implied::attribute_type;
use crate::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Path, PathStep, Type, Value};

/// What to leave as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IgnoreChanges {
    /// These parts; a last step by key into a map means that element alone.
    Paths(Vec<Path>),
    /// Everything.
    All,
}

/// The configuration with ignored parts taken from `prior`; unchanged when there is nothing prior.
pub fn apply_ignore_changes(block: &Block, prior: &Value, config: &Value, ignore: &IgnoreChanges) -> Value {
    if prior.is_null() || config.is_null() {
        return config.clone();
    }
    match ignore {
        IgnoreChanges::All => without_computed(block, prior),
        IgnoreChanges::Paths(paths) => paths.iter().fold(config.clone(), |config, path| keep(prior, &config, path)),
    }
}

fn keep(prior: &Value, config: &Value, path: &Path) -> Value {
    if let Some((PathStep::Key(key), to_map)) = path.0.split_last() {
        let Some(before) = Path(to_map.to_vec()).get(prior) else {
            return config.clone();
        };
        return change_at(config, to_map, &|now| keep_element(before, now, key));
    }
    match path.get(prior) {
        Some(before) => change_at(config, &path.0, &|_| before.clone()),
        None => config.clone(),
    }
}

/// The map with one element as before, or without it when there was none.
fn keep_element(before: &Value, now: &Value, key: &Arc<str>) -> Value {
    let (element, mut elements) = match &now.content {
        Content::Map(element, elements) => (element.clone(), BTreeMap::clone(elements)),
        Content::Null(Type::Map(element)) => (Type::clone(element), BTreeMap::new()),
        // An unknown map cannot be split, and other types are for validation to refuse.
        _ => return now.clone(),
    };
    match before.get(key) {
        Some(kept) => elements.insert(key.clone(), kept.clone()),
        None => elements.remove(key),
    };
    if elements.is_empty() && now.is_null() { now.clone() } else { Value::map(element, elements) }
}

/// The value with one part changed; as it is where the path leads nowhere.
fn change_at(value: &Value, steps: &[PathStep], change: &dyn Fn(&Value) -> Value) -> Value {
    let Some((first, rest)) = steps.split_first() else {
        return change(value);
    };
    if Path(vec![first.clone()]).get(value).is_none() {
        return value.clone();
    }
    value.map_children(|step, part| {
        let here = match (&step, first) {
            (PathStep::Index(a), PathStep::Index(b)) => a == b,
            (PathStep::Attribute(a) | PathStep::Key(a), PathStep::Attribute(b) | PathStep::Key(b)) => a == b,
            _ => false,
        };
        if here { change_at(part, rest, change) } else { part.clone() }
    })
}

/// What is there, as if it had been configured: attributes nobody can configure are null.
fn without_computed(block: &Block, value: &Value) -> Value {
    value.map_children(|step, part| match &step {
        PathStep::Attribute(name) => {
            if let Some(attribute) = block.attributes.get(name) {
                configured_part(attribute, part)
            } else if let Some(nested) = block.blocks.get(name) {
                configured_blocks(nested, part)
            } else {
                part.clone()
            }
        }
        PathStep::Index(_) | PathStep::Key(_) => part.clone(),
    })
}

fn configured_blocks(nested: &NestedBlock, value: &Value) -> Value {
    match nested.nesting {
        Nesting::Single | Nesting::Group => without_computed(&nested.block, value),
        Nesting::List | Nesting::Set | Nesting::Map => {
            value.map_children(|_, element| without_computed(&nested.block, element))
        }
    }
}

fn configured_part(attribute: &Attribute, value: &Value) -> Value {
    if attribute.computed && !attribute.optional {
        return Value::null(attribute_type(attribute));
    }
    let AttributeType::Nested(nested) = &attribute.ty else {
        return value.clone();
    };
    let object = |object: &Value| {
        object.map_children(|step, part| match &step {
            PathStep::Attribute(name) => match nested.attributes.get(name) {
                Some(attribute) => configured_part(attribute, part),
                None => part.clone(),
            },
            PathStep::Index(_) | PathStep::Key(_) => part.clone(),
        })
    };
    match nested.nesting {
        Nesting::Single | Nesting::Group => object(value),
        Nesting::List | Nesting::Set | Nesting::Map => value.map_children(|_, element| object(element)),
    }
}
