//! Provider schemas to JSON: the same members in the same order as `terraform providers schema -json` of 1.11.
//!
//! That form has no word for whether destroys are planned, for `provider_meta` blocks, and for whether parameters take
//! unknowns: these do not come back.

use crate::{
    Attribute, AttributeType, Block, Function, FunctionParameter, NestedAttributes, NestedBlock, Nesting,
    ProviderSchema, Schema,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::{Node, type_to_json};

impl ProviderSchema {
    /// One entry of `provider_schemas`, as text without blanks.
    pub fn to_json(&self) -> String {
        self.to_node().print()
    }

    /// One entry of `provider_schemas`.
    pub fn to_node(&self) -> Node {
        let schemas =
            |all: &BTreeMap<Arc<str>, Arc<Schema>>| map(all, |schema| versioned(schema.version, &schema.block));
        object([
            ("provider", Some(versioned(0, &self.provider))),
            ("resource_schemas", schemas(&self.resources)),
            ("data_source_schemas", schemas(&self.data_sources)),
            ("ephemeral_resource_schemas", schemas(&self.ephemeral)),
            ("functions", map(&self.functions, function)),
        ])
    }
}

/// An object of the members that are there.
fn object<const N: usize>(members: [(&'static str, Option<Node>); N]) -> Node {
    Node::object(members.into_iter().filter_map(|(name, node)| Some((name, node?))))
}

/// An object of all entries; none when there are none.
fn map<T>(all: &BTreeMap<Arc<str>, T>, write: impl Fn(&T) -> Node) -> Option<Node> {
    (!all.is_empty()).then(|| Node::object(all.iter().map(|(name, entry)| (name.clone(), write(entry)))))
}

fn flag(set: bool) -> Option<Node> {
    set.then_some(Node::Bool(true))
}

fn text(text: &Arc<str>) -> Option<Node> {
    (!text.is_empty()).then(|| Node::string(text.clone()))
}

fn number(n: u64) -> Node {
    Node::Number(n.to_string().into())
}

fn items(n: u64) -> Option<Node> {
    (n > 0).then(|| number(n))
}

fn plain() -> Option<Node> {
    Some(Node::string("plain"))
}

fn versioned(version: u64, of: &Block) -> Node {
    object([("version", Some(number(version))), ("block", Some(block(of)))])
}

fn block(block: &Block) -> Node {
    object([
        ("attributes", map(&block.attributes, attribute)),
        ("block_types", map(&block.blocks, nested_block)),
        ("description", text(&block.description)),
        ("description_kind", plain()),
        ("deprecated", flag(block.deprecated.is_some())),
        ("deprecation_message", block.deprecated.as_ref().and_then(text)),
    ])
}

fn nested_block(nested: &NestedBlock) -> Node {
    object([
        ("nesting_mode", nesting(nested.nesting)),
        ("block", Some(block(&nested.block))),
        ("min_items", items(nested.min_items)),
        ("max_items", items(nested.max_items)),
    ])
}

fn attribute(attribute: &Attribute) -> Node {
    let (plain_type, nested_type) = match &attribute.ty {
        AttributeType::Plain(ty) => (Some(type_to_json(ty)), None),
        AttributeType::Nested(nested) => (None, Some(nested_attributes(nested))),
    };
    object([
        ("type", plain_type),
        ("nested_type", nested_type),
        ("description", text(&attribute.description)),
        ("description_kind", plain()),
        ("deprecated", flag(attribute.deprecated.is_some())),
        ("deprecation_message", attribute.deprecated.as_ref().and_then(text)),
        ("required", flag(attribute.required)),
        ("optional", flag(attribute.optional)),
        ("computed", flag(attribute.computed)),
        ("sensitive", flag(attribute.sensitive)),
        ("write_only", flag(attribute.write_only)),
    ])
}

fn nested_attributes(nested: &NestedAttributes) -> Node {
    object([("attributes", map(&nested.attributes, attribute)), ("nesting_mode", nesting(nested.nesting))])
}

fn nesting(nesting: Nesting) -> Option<Node> {
    Some(Node::string(match nesting {
        Nesting::Single => "single",
        Nesting::Group => "group",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }))
}

fn function(function: &Function) -> Node {
    let parameters = || Node::Array(function.parameters.iter().map(parameter).collect());
    object([
        ("description", text(&function.description)),
        ("summary", text(&function.summary)),
        ("deprecation_message", function.deprecated.as_ref().and_then(text)),
        ("return_type", Some(type_to_json(&function.result))),
        ("parameters", (!function.parameters.is_empty()).then(parameters)),
        ("variadic_parameter", function.variadic.as_ref().map(parameter)),
    ])
}

fn parameter(parameter: &FunctionParameter) -> Node {
    object([
        ("name", text(&parameter.name)),
        ("description", text(&parameter.description)),
        ("is_nullable", flag(parameter.allow_null)),
        ("type", Some(type_to_json(&parameter.ty))),
    ])
}
