//! Schemas and values for tests, in few words.
//!
//! Schema: items separated by `;`. An attribute is `name flags : type` with flags `r` required, `o` optional,
//! `c` computed, `s` sensitive, `w` write-only (default `o`) and a type in JSON (default string); nested attributes
//! are `name flags nesting { items }`; a block is `name nesting { items }`.
//!
//! Value: JSON; `"?"` is unknown.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting, implied_type};
use std::sync::Arc;
use value::json::{Node, decode, parse, simple, type_from_json};
use value::{Content, PathStep, Type, Value};

pub(crate) fn block(text: &str) -> Block {
    let mut block = Block::default();
    for item in split(text) {
        let (head, inner) = match item.split_once('{') {
            Some((head, inner)) if !head.contains(':') => (head, Some(inner.trim().strip_suffix('}').unwrap())),
            _ => (item, None),
        };
        let (head, ty) = match head.split_once(':') {
            Some((head, ty)) => (head, type_from_json(&parse(ty.trim()).unwrap()).unwrap()),
            None => (head, Type::String),
        };
        let words: Vec<&str> = head.split_whitespace().collect();
        let nesting = words.iter().find_map(|w| nesting(w));
        let flags = words[1..].iter().find(|w| self::nesting(w).is_none());
        let name = words[0].into();
        match (inner, flags) {
            (Some(inner), None) => {
                let nested =
                    NestedBlock { nesting: nesting.unwrap(), block: self::block(inner), min_items: 0, max_items: 0 };
                block.blocks.insert(name, nested);
            }
            (inner, flags) => {
                let flags = flags.copied().unwrap_or("o");
                let ty = match inner {
                    Some(inner) => AttributeType::Nested(NestedAttributes {
                        nesting: nesting.unwrap(),
                        attributes: self::block(inner).attributes,
                    }),
                    None => AttributeType::Plain(ty),
                };
                let attribute = Attribute {
                    ty,
                    description: Arc::default(),
                    required: flags.contains('r'),
                    optional: flags.contains('o'),
                    computed: flags.contains('c'),
                    sensitive: flags.contains('s'),
                    write_only: flags.contains('w'),
                    deprecated: None,
                };
                block.attributes.insert(name, attribute);
            }
        }
    }
    block
}

fn nesting(word: &str) -> Option<Nesting> {
    Some(match word {
        "single" => Nesting::Single,
        "group" => Nesting::Group,
        "list" => Nesting::List,
        "set" => Nesting::Set,
        "map" => Nesting::Map,
        _ => return None,
    })
}

/// At `;` outside braces and brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ';' if depth == 0 => {
                items.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    items.push(&text[start..]);
    items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// The object of a block; `null` and `"?"` stand for a whole null or unknown one.
pub(crate) fn object(block: &Block, text: &str) -> Value {
    typed(&parse(text).unwrap_or_else(|e| panic!("{e}: {text}")), &implied_type(block))
}

pub(crate) fn typed(node: &Node, ty: &Type) -> Value {
    match (node, ty) {
        (Node::String(s), ty) if &**s == "?" => Value::unknown(ty.clone()),
        (Node::Array(items), Type::List(e)) => Value::list((**e).clone(), items.iter().map(|n| typed(n, e))),
        (Node::Array(items), Type::Set(e)) => Value::set((**e).clone(), items.iter().map(|n| typed(n, e))),
        (Node::Array(items), Type::Dynamic) => Value::tuple(items.iter().map(|n| typed(n, &Type::Dynamic))),
        (Node::Object(members), Type::Dynamic) => {
            Value::object(members.iter().map(|(k, n)| (k.clone(), typed(n, &Type::Dynamic))))
        }
        (Node::Object(members), Type::Map(e)) => {
            Value::map((**e).clone(), members.iter().map(|(k, n)| (k.clone(), typed(n, e))))
        }
        (Node::Object(members), Type::Object(o)) => {
            let unknown = members.iter().find(|(k, _)| !o.attributes.contains_key(k));
            assert!(unknown.is_none(), "{unknown:?}");
            let member = |name: &str, ty: &Type| node.get(name).map_or(Value::null(ty.clone()), |n| typed(n, ty));
            Value::object(o.attributes.iter().map(|(name, ty)| (name.clone(), member(name, ty))))
        }
        (node, Type::Dynamic) => value::json::implied(node).unwrap(),
        (node, ty) => decode(node, ty).unwrap_or_else(|e| panic!("{e}")),
    }
}

/// As [`object`] reads it, null members left out.
pub(crate) fn show(value: &Value) -> String {
    node(value).print()
}

fn node(value: &Value) -> Node {
    match &value.content {
        Content::Unknown(..) => Node::string("?"),
        Content::List(..) | Content::Set(..) | Content::Tuple(_) => {
            Node::Array(value.children().map(|(_, v)| node(v)).collect())
        }
        Content::Map(..) | Content::Object(_) => Node::object(value.children().filter_map(|(step, v)| {
            let (PathStep::Attribute(name) | PathStep::Key(name)) = step else { panic!() };
            (!v.is_null()).then(|| (name, node(v)))
        })),
        _ => simple(value).unwrap(),
    }
}
