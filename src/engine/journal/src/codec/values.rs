//! Values as JSON that describes itself: unknowns, marks, types of nulls and collections are kept.
//!
//! Bools, strings and objects stand for themselves, whole numbers too; everything else is an array that begins
//! with a letter (`schema/journal.md`).

use std::sync::Arc;
use value::json::{Node, type_from_json, type_to_json};
use value::{Content, Marks, Number, Origin, Path, PathStep, Refinement, Type, Value};

/// Marks as bits of the format; they do not follow the bits in memory.
const MARKS: [(u64, Marks); 2] = [(1, Marks::SENSITIVE), (2, Marks::EPHEMERAL)];

fn tagged(tag: &str, rest: impl IntoIterator<Item = Node>) -> Node {
    Node::Array(std::iter::once(Node::string(tag)).chain(rest).collect())
}

/// What is written of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// Everything but where unknown parts come from.
    Journal,
    /// That too, but nothing that is ephemeral: it is unknown.
    Plan,
}

/// Writes a value for the journal, without the origins of what is unknown in it.
pub fn to_node(value: &Value) -> Node {
    value_to(value, Keeping::Journal)
}

/// Writes a value for a saved plan: with the origins of what is unknown; what is ephemeral is written as unknown.
pub fn to_plan_node(value: &Value) -> Node {
    value_to(value, Keeping::Plan)
}

fn value_to(value: &Value, keeping: Keeping) -> Node {
    let node = if keeping == Keeping::Plan && value.marks.contains(Marks::EPHEMERAL) && !value.is_null() {
        tagged("u", [type_to_json(&value.ty())])
    } else {
        content_to(&value.content, keeping)
    };
    if value.marks.is_empty() {
        return node;
    }
    let bits = MARKS.iter().filter(|(_, mark)| value.marks.contains(*mark)).map(|(bit, _)| bit).sum::<u64>();
    tagged("k", [Node::Number(bits.to_string().into()), node])
}

fn content_to(content: &Content, keeping: Keeping) -> Node {
    let to_node = |value: &Value| value_to(value, keeping);
    let all = |items: &[Value]| Node::Array(items.iter().map(to_node).collect());
    match content {
        Content::Null(ty) => tagged("n", [type_to_json(ty)]),
        Content::Unknown(ty, refinement, Some(origin)) if keeping == Keeping::Plan => {
            let promises = refinement.as_ref().map_or(Node::Null, |r| refinement_to(r));
            let origin = Node::Array(vec![Node::String(origin.address.clone()), path_to(&origin.path)]);
            tagged("u", [type_to_json(ty), promises, origin])
        }
        Content::Unknown(ty, refinement, _) => {
            tagged("u", [type_to_json(ty)].into_iter().chain(refinement.as_ref().map(|r| refinement_to(r))))
        }
        Content::Bool(b) => Node::Bool(*b),
        Content::Number(n) => number_to(n),
        Content::String(s) => Node::String(s.clone()),
        Content::List(e, items) => tagged("l", [type_to_json(e), all(items)]),
        Content::Set(e, items) => tagged("s", [type_to_json(e), all(items)]),
        Content::Map(e, items) => {
            tagged("m", [type_to_json(e), Node::object(items.iter().map(|(k, v)| (k.clone(), to_node(v))))])
        }
        Content::Tuple(items) => tagged("t", [all(items)]),
        Content::Object(items) => Node::object(items.iter().map(|(k, v)| (k.clone(), to_node(v)))),
    }
}

/// Whole numbers of 64 bits as they are; hardware floats by their bits, because their shortest text means
/// another number in 512 bits; the rest as text.
fn number_to(n: &Number) -> Node {
    match n.to_i64() {
        Some(whole) => Node::int(whole),
        None if n.is_f64() => tagged("f", [Node::Number(n.to_f64().to_bits().to_string().into())]),
        None => tagged("d", [Node::string(n.to_string())]),
    }
}

fn refinement_to(refinement: &Refinement) -> Node {
    let bound = |b: &Option<(Number, bool)>| {
        b.as_ref().map(|(n, inclusive)| Node::Array(vec![number_to(n), Node::Bool(*inclusive)]))
    };
    let length = |l: Option<u64>| l.map(|l| Node::Number(l.to_string().into()));
    let parts = [
        ("not_null", refinement.not_null.then_some(Node::Bool(true))),
        ("prefix", refinement.prefix.clone().map(Node::String)),
        ("lower", bound(&refinement.lower)),
        ("upper", bound(&refinement.upper)),
        ("length_min", length(refinement.length_min)),
        ("length_max", length(refinement.length_max)),
    ];
    Node::object(parts.into_iter().filter_map(|(name, node)| Some((name, node?))))
}

/// Reads a value.
pub fn from_node(node: &Node) -> Option<Value> {
    match node {
        Node::Null => None,
        Node::Bool(b) => Some(Value::bool(*b)),
        Node::Number(n) => n.parse().ok().map(Value::int),
        // Not normalised again: it is what was written.
        Node::String(s) => Some(Content::String(s.clone()).into()),
        Node::Object(members) => {
            let all = members.iter().map(|(k, v)| Some((k.clone(), from_node(v)?))).collect::<Option<Vec<_>>>()?;
            Some(Value::object(all))
        }
        Node::Array(parts) => tagged_from(parts),
    }
}

fn tagged_from(parts: &[Node]) -> Option<Value> {
    let (tag, rest) = parts.split_first()?;
    let all = |node: &Node| node.as_array()?.iter().map(from_node).collect::<Option<Vec<_>>>();
    let ty = |node: &Node| -> Option<Type> { type_from_json(node).ok() };
    Some(match (tag.as_str()?, rest) {
        ("k", [bits, of]) => {
            let bits = bits.as_u64()?;
            let marks =
                MARKS.iter().filter(|(bit, _)| bits & bit != 0).fold(Marks::NONE, |all, (_, mark)| all.union(*mark));
            from_node(of)?.marked(marks)
        }
        ("n", [of]) => Value::null(ty(of)?),
        ("u", [of]) => Value::unknown(ty(of)?),
        ("u", [of, refinement]) => Value::refined(ty(of)?, refinement_from(refinement)?),
        ("u", [of, refinement, origin]) => {
            let promises = match refinement {
                Node::Null => None,
                refinement => Some(Arc::new(refinement_from(refinement)?)),
            };
            let [address, path] = origin.as_array()? else { return None };
            let origin = Origin { address: address.as_str()?.into(), path: path_from(path)? };
            Content::Unknown(ty(of)?, promises, Some(Arc::new(origin))).into()
        }
        ("f" | "d", [_]) => Value::number(number_from(&Node::Array(parts.to_vec()))?),
        ("l", [e, items]) => Value::list(ty(e)?, all(items)?),
        ("s", [e, items]) => Value::set(ty(e)?, all(items)?),
        ("m", [e, items]) => {
            let all =
                items.as_object()?.iter().map(|(k, v)| Some((k.clone(), from_node(v)?))).collect::<Option<Vec<_>>>()?;
            Value::map(ty(e)?, all)
        }
        ("t", [items]) => Value::tuple(all(items)?),
        _ => return None,
    })
}

fn number_from(node: &Node) -> Option<Number> {
    match node {
        Node::Number(n) => n.parse::<i64>().ok().map(Number::from),
        Node::Array(parts) => match (parts.first()?.as_str()?, parts.get(1)?) {
            ("f", bits) => Number::from_f64(f64::from_bits(bits.as_u64()?)),
            ("d", text) => Number::parse(text.as_str()?),
            _ => None,
        },
        _ => None,
    }
}

fn refinement_from(node: &Node) -> Option<Refinement> {
    let bound = |name: &str| match node.get(name) {
        None => Some(None),
        Some(pair) => {
            let [n, inclusive] = pair.as_array()? else { return None };
            Some(Some((number_from(n)?, inclusive.as_bool()?)))
        }
    };
    Some(Refinement {
        not_null: node.get("not_null").is_some(),
        prefix: node.get("prefix").and_then(Node::as_str).map(Arc::from),
        lower: bound("lower")?,
        upper: bound("upper")?,
        length_min: node.get("length_min").and_then(Node::as_u64),
        length_max: node.get("length_max").and_then(Node::as_u64),
    })
}

/// Writes a path: text is an attribute, a number an index, `["k", text]` a key.
pub fn path_to(path: &Path) -> Node {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => Node::String(name.clone()),
        PathStep::Index(i) => Node::Number(i.to_string().into()),
        PathStep::Key(key) => tagged("k", [Node::String(key.clone())]),
    };
    Node::Array(path.0.iter().map(step).collect())
}

/// Reads a path.
pub fn path_from(node: &Node) -> Option<Path> {
    let step = |step: &Node| match step {
        Node::String(name) => Some(PathStep::Attribute(name.clone())),
        Node::Number(_) => step.as_u64().map(PathStep::Index),
        Node::Array(parts) => match parts.as_slice() {
            [tag, Node::String(key)] if tag.as_str() == Some("k") => Some(PathStep::Key(key.clone())),
            _ => None,
        },
        _ => None,
    };
    node.as_array()?.iter().map(step).collect::<Option<Vec<_>>>().map(Path)
}
