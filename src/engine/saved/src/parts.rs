//! Members of JSON objects, and what many of them are made of.

use crate::SavedError;
use addrs::{ConfigResource, InstanceKey, ModuleInstance, ModulePath, ProviderConfig, ResourceInstance};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use value::json::{Escape, Layout, Node};
use value::{Path, Value};

pub(crate) type Read<T> = Result<T, SavedError>;

/// The text of an entry.
pub(crate) fn print(node: &Node) -> String {
    node.print_as(Layout::Compact, Escape::Plain)
}

pub(crate) fn parse(text: &str, what: &str) -> Read<Node> {
    value::json::parse(text).map_err(|_| SavedError::part(what))
}

pub(crate) fn member<'n>(node: &'n Node, name: &str) -> Read<&'n Node> {
    node.get(name).ok_or_else(|| SavedError::part(name))
}

pub(crate) fn members(node: &Node) -> Read<&[(Arc<str>, Node)]> {
    node.as_object().ok_or_else(|| SavedError::part("an object"))
}

pub(crate) fn items(node: &Node) -> Read<&[Node]> {
    node.as_array().ok_or_else(|| SavedError::part("a list"))
}

/// The elements of a member; none where it is missing.
pub(crate) fn list<'n>(node: &'n Node, name: &str) -> Read<&'n [Node]> {
    node.get(name).map_or(Ok(&[]), items)
}

pub(crate) fn as_text(node: &Node) -> Read<Arc<str>> {
    match node {
        Node::String(text) => Ok(text.clone()),
        _ => Err(SavedError::part("a text")),
    }
}

pub(crate) fn text(node: &Node, name: &str) -> Read<Arc<str>> {
    as_text(member(node, name)?)
}

/// A text that may be missing or null.
pub(crate) fn text_or_none(node: &Node, name: &str) -> Read<Option<Arc<str>>> {
    match node.get(name) {
        None | Some(Node::Null) => Ok(None),
        Some(node) => as_text(node).map(Some),
    }
}

pub(crate) fn whole(node: &Node, name: &str) -> Read<u64> {
    member(node, name)?.as_u64().ok_or_else(|| SavedError::part(name))
}

/// A truth that is false where it is missing.
pub(crate) fn truth(node: &Node, name: &str) -> bool {
    node.get(name).and_then(Node::as_bool).unwrap_or(false)
}

pub(crate) fn number(n: impl ToString) -> Node {
    Node::Number(n.to_string().into())
}

pub(crate) fn optional(text: Option<&Arc<str>>) -> Node {
    text.map_or(Node::Null, |text| Node::String(text.clone()))
}

pub(crate) fn bytes_to(bytes: &[u8]) -> Node {
    Node::string(STANDARD.encode(bytes))
}

/// Bytes, none where they are missing.
pub(crate) fn bytes(node: &Node, name: &str) -> Read<Arc<[u8]>> {
    let Some(text) = text_or_none(node, name)? else { return Ok(Arc::from([])) };
    STANDARD.decode(text.as_bytes()).map(Arc::from).map_err(|_| SavedError::part(name))
}

pub(crate) fn value_to(value: &Value) -> Node {
    journal::values::to_plan_node(value)
}

pub(crate) fn as_value(node: &Node) -> Read<Value> {
    journal::values::from_node(node).ok_or_else(|| SavedError::part("a value"))
}

pub(crate) fn value(node: &Node, name: &str) -> Read<Value> {
    as_value(member(node, name)?)
}

pub(crate) fn path_to(path: &Path) -> Node {
    journal::values::path_to(path)
}

pub(crate) fn as_path(node: &Node) -> Read<Path> {
    journal::values::path_from(node).ok_or_else(|| SavedError::part("a path"))
}

pub(crate) fn as_address(node: &Node) -> Read<ResourceInstance> {
    address(&as_text(node)?)
}

pub(crate) fn address(text: &str) -> Read<ResourceInstance> {
    addrs::parse_resource_instance(text).map_err(|_| SavedError::part("an address"))
}

pub(crate) fn as_resource(node: &Node) -> Read<ConfigResource> {
    Ok(as_address(node)?.config())
}

pub(crate) fn as_provider(node: &Node) -> Read<ProviderConfig> {
    provider(&as_text(node)?)
}

pub(crate) fn provider(text: &str) -> Read<ProviderConfig> {
    addrs::parse_provider_config(text).map_err(|_| SavedError::part("a provider configuration"))
}

/// A module, as the list of the names on the way to it.
pub(crate) fn module_to(path: &ModulePath) -> Node {
    Node::Array(path.0.iter().map(|name| Node::String(name.clone())).collect())
}

pub(crate) fn as_module(node: &Node) -> Read<ModulePath> {
    items(node)?.iter().map(as_text).collect::<Read<Vec<_>>>().map(ModulePath)
}

/// A module instance, as the list of names and keys on the way to it.
pub(crate) fn instance_to(module: &ModuleInstance) -> Node {
    let step = |(name, key): &(Arc<str>, InstanceKey)| {
        let key = match key {
            InstanceKey::None => Node::Null,
            InstanceKey::Int(key) => number(key),
            InstanceKey::String(key) => Node::String(key.clone()),
        };
        Node::Array(vec![Node::String(name.clone()), key])
    };
    Node::Array(module.0.iter().map(step).collect())
}

pub(crate) fn as_instance(node: &Node) -> Read<ModuleInstance> {
    let step = |node: &Node| {
        let [name, key] = items(node)? else { return Err(SavedError::part("a module instance")) };
        let key = match key {
            Node::Null => InstanceKey::None,
            Node::String(key) => InstanceKey::String(key.clone()),
            key => match key.as_u64().and_then(|key| u32::try_from(key).ok()) {
                Some(key) => InstanceKey::Int(key),
                None => return Err(SavedError::part("a key")),
            },
        };
        Ok((as_text(name)?, key))
    };
    items(node)?.iter().map(step).collect::<Read<Vec<_>>>().map(ModuleInstance)
}
