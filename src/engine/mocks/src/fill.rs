//! Values of a type: completed from what is given, or made up.

use crate::populate::Draw;
use configschema::{Attribute, AttributeType, NestedAttributes, Nesting, attribute_type};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Type, Value, convert};

/// The given value brought to an attribute; what is missing of objects is made up. On an error `place` is where it is.
pub(crate) fn attribute(
    given: &Value,
    attribute: &Attribute,
    draw: &Draw,
    place: &mut Vec<Arc<str>>,
) -> Result<Value, String> {
    match &attribute.ty {
        AttributeType::Plain(ty) => fill(given, ty, draw, place),
        AttributeType::Nested(nested) => {
            let Some(members) = given.as_object() else {
                return Err(format!("incompatible types; expected object type, found {}", given.ty().friendly_name()));
            };
            if !matches!(nested.nesting, Nesting::Single | Nesting::Group) {
                return Ok(empty(&attribute_type(attribute)));
            }
            let mut filled: BTreeMap<Arc<str>, Value> = BTreeMap::new();
            for (name, inner) in &nested.attributes {
                place.push(name.clone());
                let value = match members.get(name) {
                    Some(given) => self::attribute(given, inner, draw, place)?,
                    None => generated_attribute(inner, draw, place),
                };
                place.pop();
                filled.insert(name.clone(), value);
            }
            Ok(Value::object(filled))
        }
    }
}

/// A value for an attribute of which nothing is given.
pub(crate) fn generated_attribute(attribute: &Attribute, draw: &Draw, place: &mut Vec<Arc<str>>) -> Value {
    match &attribute.ty {
        AttributeType::Plain(ty) => generated(ty, draw, place),
        AttributeType::Nested(nested @ NestedAttributes { nesting: Nesting::Single | Nesting::Group, .. }) => {
            let inner = nested.attributes.iter().map(|(name, inner)| {
                place.push(name.clone());
                let value = generated_attribute(inner, draw, place);
                place.pop();
                (name.clone(), value)
            });
            Value::object(inner.collect::<Vec<_>>())
        }
        AttributeType::Nested(_) => empty(&attribute_type(attribute)),
    }
}

/// A string of eight letters and digits, zero, false, nothing in collections; null where any type would do.
fn generated(ty: &Type, draw: &Draw, place: &mut Vec<Arc<str>>) -> Value {
    match ty {
        Type::String => Value::string(draw.string(place)),
        Type::Number => Value::int(0),
        Type::Bool => Value::bool(false),
        Type::Object(members) => {
            let members = members.attributes.iter().map(|(name, member)| {
                place.push(name.clone());
                let value = generated(member, draw, place);
                place.pop();
                (name.clone(), value)
            });
            Value::object(members.collect::<Vec<_>>())
        }
        Type::Tuple(items) => {
            let items: Vec<Value> = items.iter().map(|item| generated(item, draw, place)).collect();
            Value::tuple(items)
        }
        Type::Dynamic => Value::null(Type::Dynamic),
        _ => empty(ty),
    }
}

fn empty(ty: &Type) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), []),
        Type::Set(element) => Value::set((**element).clone(), []),
        Type::Map(element) => Value::map((**element).clone(), Vec::<(Arc<str>, Value)>::new()),
        other => Value::null(other.clone()),
    }
}

/// The given value as one of the type: missing attributes of objects are made up, superfluous ones dropped.
fn fill(given: &Value, ty: &Type, draw: &Draw, place: &mut Vec<Arc<str>>) -> Result<Value, String> {
    let other =
        || Err(format!("incompatible types; expected {}, found {}", ty.friendly_name(), given.ty().friendly_name()));
    let holds_objects = ty.element().is_some_and(|element| matches!(element, Type::Object(_)));
    if !matches!(ty, Type::Object(_)) && !holds_objects {
        return convert(given, ty).map_err(|error| error.to_string());
    }
    let named = |value: &Value| match &value.content {
        Content::Object(members) | Content::Map(_, members) => Some(members.clone()),
        _ => None,
    };
    let listed = |value: &Value| match &value.content {
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => Some(items.clone()),
        _ => None,
    };
    match ty {
        Type::Object(members) => {
            let Some(given) = named(given) else { return other() };
            let mut filled: BTreeMap<Arc<str>, Value> = BTreeMap::new();
            for (name, member) in &members.attributes {
                place.push(name.clone());
                let value = match given.get(name) {
                    Some(given) => fill(given, member, draw, place)?,
                    None => generated(member, draw, place),
                };
                place.pop();
                filled.insert(name.clone(), value);
            }
            Ok(Value::object(filled))
        }
        Type::Map(element) => {
            let Some(given) = named(given) else { return other() };
            let mut filled = Vec::new();
            for (key, value) in given.iter() {
                place.push(key.clone());
                filled.push((key.clone(), fill(value, element, draw, place)?));
                place.pop();
            }
            Ok(Value::map((**element).clone(), filled))
        }
        Type::List(element) | Type::Set(element) => {
            let Some(given) = listed(given) else { return other() };
            let mut filled = Vec::new();
            for (at, value) in given.iter().enumerate() {
                place.push(at.to_string().into());
                filled.push(fill(value, element, draw, place)?);
                place.pop();
            }
            Ok(match ty {
                Type::Set(_) => Value::set((**element).clone(), filled),
                _ => Value::list((**element).clone(), filled),
            })
        }
        _ => other(),
    }
}
