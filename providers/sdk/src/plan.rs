//! The usual plan: what most resources want, and what hosts check.

#[cfg(test)]
mod tests;

use crate::Private;
use configschema::{Attribute, AttributeType, Block, NestedBlock, Nesting, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Path, Type, Value};

/// A change to be planned: a create or an update.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanRequest {
    /// Before; null for a create.
    pub prior: Value,
    /// The host's proposal: configuration and prior merged.
    pub proposed: Value,
    /// The configuration; may hold unknowns.
    pub config: Value,
    /// What is kept with the prior object.
    pub private: Private,
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// After; unknown where only the change will tell.
    pub value: Value,
    /// Attributes that force a replacement.
    pub requires_replace: Vec<Path>,
    /// What is to be kept with the plan.
    pub private: Private,
}

impl Planned {
    /// Makes a top-level attribute unknown: the update will change it.
    pub fn unknown(&mut self, name: &str) {
        let Some(attribute) = self.value.get(name) else { return };
        self.set(name, Value::unknown(attribute.ty()));
    }

    /// Sets a top-level attribute. Only computed ones: hosts refuse other changes.
    pub fn set(&mut self, name: &str, value: Value) {
        let mut attributes = self.value.as_object().cloned().unwrap_or_default();
        attributes.insert(name.into(), value);
        self.value = Value::object(attributes);
    }
}

/// The host's proposal with every computed attribute unknown that is new and not configured, so that a create may fill
/// it in; what is there is kept, and write-only attributes are null. Of the attributes named, those that change force a replacement.
pub fn default_plan(schema: &Schema, forces_replacement: &[&str], request: &PlanRequest) -> Planned {
    let prior = (!request.prior.is_null()).then_some(&request.prior);
    let value = filled(&schema.block, &request.proposed, prior);
    let changes = |name: &&str| prior.is_some_and(|prior| prior.get(name) != value.get(name));
    let requires_replace = forces_replacement.iter().copied().filter(changes).map(Path::attribute).collect();
    Planned { value, requires_replace, private: request.private.clone() }
}

/// The object with its new computed attributes unknown; `prior` is the same object before, if there was one.
fn filled(block: &Block, object: &Value, prior: Option<&Value>) -> Value {
    let Some(attributes) = object.as_object() else { return object.clone() };
    let mut out = with_attributes(&block.attributes, attributes, prior);
    for (name, nested) in &block.blocks {
        if let Some(value) = attributes.get(name) {
            let before = prior.and_then(|prior| prior.get(name));
            out.insert(name.clone(), filled_block(nested, value, before));
        }
    }
    Value::object(out)
}

type Attributes = BTreeMap<Arc<str>, Value>;

fn with_attributes(schema: &BTreeMap<Arc<str>, Attribute>, values: &Attributes, prior: Option<&Value>) -> Attributes {
    let mut out = values.clone();
    for (name, attribute) in schema {
        let Some(value) = values.get(name) else { continue };
        let before = prior.and_then(|prior| prior.get(name));
        let new = match &attribute.ty {
            _ if attribute.write_only => Value::null(value.ty()),
            _ if value.is_null() && attribute.computed && before.is_none() => match &attribute.ty {
                AttributeType::Plain(ty) => Value::unknown(ty.clone()),
                AttributeType::Nested(_) => Value::unknown(value.ty()),
            },
            AttributeType::Nested(nested) => {
                collected(nested.nesting, value, before, &|object, before| match object.as_object() {
                    Some(values) => Value::object(with_attributes(&nested.attributes, values, before)),
                    None => object.clone(),
                })
            }
            AttributeType::Plain(_) => continue,
        };
        out.insert(name.clone(), new);
    }
    out
}

fn filled_block(nested: &NestedBlock, value: &Value, prior: Option<&Value>) -> Value {
    collected(nested.nesting, value, prior, &|object, before| filled(&nested.block, object, before))
}

/// Applies `fill` to each object of a collection, with the object that it was before: by place in lists, by key in
/// maps, by equality in sets.
fn collected(
    nesting: Nesting,
    value: &Value,
    prior: Option<&Value>,
    fill: &dyn Fn(&Value, Option<&Value>) -> Value,
) -> Value {
    let prior = prior.filter(|prior| !prior.is_null());
    match (nesting, &value.content) {
        (Nesting::Single | Nesting::Group, _) => fill(value, prior),
        (_, Content::Set(element, items)) => {
            let was = |item: &Value| prior.and_then(|p| p.as_items()).and_then(|all| all.iter().find(|p| *p == item));
            Value::set(element.clone(), items.iter().map(|item| fill(item, was(item))))
        }
        (_, Content::List(..) | Content::Tuple(_) | Content::Map(..) | Content::Object(_)) => {
            value.map_children(|step, item| fill(item, prior.and_then(|prior| Path(vec![step]).get(prior))))
        }
        _ => value.clone(),
    }
}

/// The object with empty collections where a stored one has null for nested blocks: blocks are never null but single
/// ones.
pub(crate) fn with_empty_blocks(block: &Block, object: &Value) -> Value {
    let Some(attributes) = object.as_object() else { return object.clone() };
    let mut out = attributes.clone();
    for (name, nested) in &block.blocks {
        let Some(value) = attributes.get(name) else { continue };
        let full = match (&value.content, nested.nesting) {
            (Content::Null(Type::List(element)), _) => Value::list((**element).clone(), []),
            (Content::Null(Type::Set(element)), _) => Value::set((**element).clone(), []),
            (Content::Null(Type::Map(element)), _) => Value::map((**element).clone(), Vec::<(Arc<str>, Value)>::new()),
            (_, Nesting::Single | Nesting::Group) => with_empty_blocks(&nested.block, value),
            _ => value.map_children(|_, item| with_empty_blocks(&nested.block, item)),
        };
        out.insert(name.clone(), full);
    }
    Value::object(out)
}
