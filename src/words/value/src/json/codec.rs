//! Values and types in JSON.

use super::Node;
use crate::{Content, ConvertError, Number, ObjectType, PathStep, Type, Value, convert};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The value as state files have it: where `ty` says `any`, an object of `value` and `type`.
///
/// Marks are not looked at: the caller has taken them off and written their paths down.
///
/// # Errors
/// For unknown and infinite parts, which JSON has no form for, and when the value does not conform to `ty`.
pub fn encode(value: &Value, ty: &Type) -> Result<Node, ConvertError> {
    if *ty == Type::Dynamic {
        let own = value.ty();
        if own == Type::Dynamic && value.is_null() {
            return Ok(Node::Null);
        }
        return Ok(Node::object([("value", encode(value, &own)?), ("type", type_to_json(&own))]));
    }
    match (&value.content, ty) {
        (Content::Null(_), _) => Ok(Node::Null),
        (Content::Unknown(..), _) => Err(ConvertError::new("value is not known")),
        (Content::List(..), Type::List(e)) | (Content::Set(..), Type::Set(e)) => array(value, |_| Some(e)),
        (Content::Map(..), Type::Map(e)) => object(value, |_| Some(e)),
        (Content::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => array(value, |i| types.get(i)),
        (Content::Object(attributes), Type::Object(o)) if attributes.keys().eq(o.attributes.keys()) => {
            object(value, |name| o.attributes.get(name))
        }
        (Content::Bool(b), Type::Bool) => Ok(Node::Bool(*b)),
        (Content::String(s), Type::String) => Ok(Node::String(s.clone())),
        (Content::Number(n), Type::Number) => number(n),
        _ => Err(ConvertError::new(format!("{} required", ty.friendly_constraint()))),
    }
}

fn array<'t>(value: &Value, ty: impl Fn(usize) -> Option<&'t Type>) -> Result<Node, ConvertError> {
    let items = value.as_items().unwrap_or_default().iter().enumerate();
    let one = |(i, item): (usize, &Value)| {
        encode(item, ty(i).unwrap_or(&Type::Dynamic)).map_err(|e| e.under(PathStep::Index(i as u64)))
    };
    Ok(Node::Array(items.map(one).collect::<Result<_, _>>()?))
}

fn object<'t>(value: &Value, ty: impl Fn(&str) -> Option<&'t Type>) -> Result<Node, ConvertError> {
    let one = |(step, part): (PathStep, &Value)| match &step {
        PathStep::Attribute(name) | PathStep::Key(name) => {
            let ty = ty(name).unwrap_or(&Type::Dynamic);
            Ok((name.clone(), encode(part, ty).map_err(|e| e.under(step.clone()))?))
        }
        PathStep::Index(_) => Err(ConvertError::new("object required")),
    };
    Ok(Node::Object(value.children().map(one).collect::<Result<_, _>>()?))
}

fn number(n: &Number) -> Result<Node, ConvertError> {
    if n.is_infinite() {
        return Err(ConvertError::new("cannot serialize infinity as JSON"));
    }
    Ok(Node::Number(n.to_string().into()))
}

/// The value a state file has there. Missing attributes become null; numbers may be strings, and strings
/// numbers or bools.
///
/// # Errors
/// When the JSON is of another shape.
pub fn decode(node: &Node, ty: &Type) -> Result<Value, ConvertError> {
    match (node, ty) {
        (Node::Null, _) => Ok(Value::null(ty.without_optional())),
        (_, Type::Dynamic) => decode_dynamic(node),
        (Node::Bool(b), Type::Bool) => Ok(Value::bool(*b)),
        (Node::Bool(b), Type::String) => Ok(Value::string(if *b { "true" } else { "false" })),
        (Node::String(s), Type::String) => Ok(Value::string(s.clone())),
        (Node::Number(n), Type::String) => Ok(Value::string(n.clone())),
        (Node::Number(n) | Node::String(n), Type::Number) => decode_number(n),
        (Node::String(_), Type::Bool) => convert(&decode(node, &Type::String)?, ty),
        (Node::Array(items), Type::List(e)) => Ok(Value::list(e.without_optional(), decode_items(items, |_| e)?)),
        (Node::Array(items), Type::Set(e)) => Ok(Value::set(e.without_optional(), decode_items(items, |_| e)?)),
        (Node::Array(items), Type::Tuple(types)) => {
            if items.len() != types.len() {
                return Err(ConvertError::new(format!("a tuple of {} elements is required", types.len())));
            }
            let ty = |i: usize| types.get(i).unwrap_or(&Type::Dynamic);
            Ok(Value::tuple(decode_items(items, ty)?))
        }
        (Node::Object(members), Type::Map(e)) => {
            let one = |(key, node): &(Arc<str>, Node)| {
                let value = decode(node, e).map_err(|why| why.under(PathStep::Key(key.clone())))?;
                Ok((normal(key), value))
            };
            Ok(Value::map(e.without_optional(), members.iter().map(one).collect::<Result<Vec<_>, _>>()?))
        }
        (Node::Object(members), Type::Object(o)) => decode_object(members, o),
        (_, ty) => Err(ConvertError::new(match ty {
            Type::Bool => "a bool is required".into(),
            Type::Number => "a number is required".into(),
            Type::String => "a string is required".into(),
            ty => format!("{} required", ty.friendly_constraint()),
        })),
    }
}

fn decode_number(text: &str) -> Result<Value, ConvertError> {
    Number::parse(text).map(Value::number).ok_or_else(|| ConvertError::new("a number is required"))
}

fn decode_items<'t>(items: &[Node], ty: impl Fn(usize) -> &'t Type) -> Result<Vec<Value>, ConvertError> {
    let one = |(i, item)| decode(item, ty(i)).map_err(|e| e.under(PathStep::Index(i as u64)));
    items.iter().enumerate().map(one).collect()
}

fn decode_object(members: &[(Arc<str>, Node)], ty: &ObjectType) -> Result<Value, ConvertError> {
    let mut attributes = BTreeMap::new();
    for (name, node) in members {
        let Some((name, ty)) = ty.attributes.get_key_value(name) else {
            return Err(ConvertError::new(format!("unsupported attribute {name:?}")));
        };
        let value = decode(node, ty).map_err(|e| e.under(PathStep::Attribute(name.clone())))?;
        attributes.insert(name.clone(), value);
    }
    for (name, ty) in &ty.attributes {
        if !attributes.contains_key(name) {
            attributes.insert(name.clone(), Value::null(ty.without_optional()));
        }
    }
    Ok(Content::Object(Arc::new(attributes)).into())
}

fn decode_dynamic(node: &Node) -> Result<Value, ConvertError> {
    let members = node.as_object().unwrap_or_default();
    let known = members.iter().all(|(name, _)| matches!(&**name, "value" | "type"));
    let (Some(value), Some(ty), true) = (node.get("value"), node.get("type"), known) else {
        return Err(ConvertError::new("an object with attributes \"value\" and \"type\" is required"));
    };
    decode(value, &type_from_json(ty)?)
}

/// Keys are text too.
fn normal(key: &Arc<str>) -> Arc<str> {
    Value::string(key.clone()).as_str().map_or_else(|| key.clone(), Into::into)
}

/// A type as schemas, state files and dynamic values write it: `["list","string"]`.
pub fn type_to_json(ty: &Type) -> Node {
    let of = |kind: &'static str, inner: Node| Node::Array(vec![Node::string(kind), inner]);
    match ty {
        Type::Dynamic => Node::string("dynamic"),
        Type::String => Node::string("string"),
        Type::Number => Node::string("number"),
        Type::Bool => Node::string("bool"),
        Type::List(e) => of("list", type_to_json(e)),
        Type::Set(e) => of("set", type_to_json(e)),
        Type::Map(e) => of("map", type_to_json(e)),
        Type::Tuple(types) => of("tuple", Node::Array(types.iter().map(type_to_json).collect())),
        Type::Object(o) => {
            let attributes = o.attributes.iter().map(|(name, ty)| (name.clone(), type_to_json(ty)));
            let mut parts = vec![Node::string("object"), Node::object(attributes)];
            if !o.optional.is_empty() {
                parts.push(Node::Array(o.optional.iter().map(|name| Node::String(name.clone())).collect()));
            }
            Node::Array(parts)
        }
    }
}

/// The type that is written so.
///
/// # Errors
/// When none is.
pub fn type_from_json(node: &Node) -> Result<Type, ConvertError> {
    let wrong = || ConvertError::new(format!("invalid type description {}", node.print()));
    match node {
        Node::String(name) => match &**name {
            "dynamic" => Ok(Type::Dynamic),
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            _ => Err(wrong()),
        },
        Node::Array(parts) => match (parts.first().and_then(Node::as_str), parts.get(1..)) {
            (Some("list"), Some([e])) => Ok(Type::list(type_from_json(e)?)),
            (Some("set"), Some([e])) => Ok(Type::set(type_from_json(e)?)),
            (Some("map"), Some([e])) => Ok(Type::map(type_from_json(e)?)),
            (Some("tuple"), Some([Node::Array(types)])) => {
                Ok(Type::tuple(types.iter().map(type_from_json).collect::<Result<Vec<_>, _>>()?))
            }
            (Some("object"), Some([Node::Object(attributes)])) => object_type(attributes, &[]),
            (Some("object"), Some([Node::Object(attributes), Node::Array(optional)])) => {
                object_type(attributes, optional)
            }
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn object_type(attributes: &[(Arc<str>, Node)], optional: &[Node]) -> Result<Type, ConvertError> {
    let one = |(name, ty): &(Arc<str>, Node)| Ok((normal(name), type_from_json(ty)?));
    let attributes = attributes.iter().map(one).collect::<Result<BTreeMap<_, _>, _>>()?;
    let mut names = BTreeSet::new();
    for node in optional {
        match node {
            Node::String(name) if attributes.contains_key(name) => names.insert(normal(name)),
            other => {
                return Err(ConvertError::new(format!("optional attribute {} is not declared", other.print())));
            }
        };
    }
    Ok(Type::Object(Arc::new(ObjectType { attributes, optional: names })))
}

/// The value as plain JSON, its types left out: `jsonencode`, `output -json`.
///
/// # Errors
/// For unknown and infinite parts, which JSON has no form for.
pub fn simple(value: &Value) -> Result<Node, ConvertError> {
    match &value.content {
        Content::Null(_) => Ok(Node::Null),
        Content::Unknown(..) => Err(ConvertError::new("value is not known")),
        Content::Bool(b) => Ok(Node::Bool(*b)),
        Content::String(s) => Ok(Node::String(s.clone())),
        Content::Number(n) => number(n),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            let one = |(i, item)| simple(item).map_err(|e| e.under(PathStep::Index(i as u64)));
            Ok(Node::Array(items.iter().enumerate().map(one).collect::<Result<_, _>>()?))
        }
        Content::Map(..) | Content::Object(_) => simple_object(value),
    }
}

fn simple_object(value: &Value) -> Result<Node, ConvertError> {
    let one = |(step, part): (PathStep, &Value)| match &step {
        PathStep::Attribute(name) | PathStep::Key(name) => {
            Ok((name.clone(), simple(part).map_err(|e| e.under(step.clone()))?))
        }
        PathStep::Index(_) => Err(ConvertError::new("object required")),
    };
    Ok(Node::Object(value.children().map(one).collect::<Result<_, _>>()?))
}

/// The value plain JSON stands for, as `jsondecode` takes it: arrays are tuples, objects are objects.
///
/// # Errors
/// For numbers out of range.
pub fn implied(node: &Node) -> Result<Value, ConvertError> {
    match node {
        Node::Null => Ok(Value::null(Type::Dynamic)),
        Node::Bool(b) => Ok(Value::bool(*b)),
        Node::Number(n) => decode_number(n),
        Node::String(s) => Ok(Value::string(s.clone())),
        Node::Array(items) => {
            let one = |(i, item)| implied(item).map_err(|e| e.under(PathStep::Index(i as u64)));
            Ok(Value::tuple(items.iter().enumerate().map(one).collect::<Result<Vec<_>, _>>()?))
        }
        Node::Object(members) => {
            let one = |(key, node): &(Arc<str>, Node)| {
                let value = implied(node).map_err(|e| e.under(PathStep::Attribute(key.clone())))?;
                Ok((normal(key), value))
            };
            Ok(Value::object(members.iter().map(one).collect::<Result<Vec<_>, _>>()?))
        }
    }
}
