//! Parts of records: addresses, objects, outputs, bytes.

use super::{Refusal, values};
use addrs::{ConfigResource, ProviderConfig, ResourceInstance};
use state::{DeposedKey, InstanceState, Object, OutputState, Status};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::{Node, type_from_json, type_to_json};

/// The member of that name.
pub(super) fn member<'n>(node: &'n Node, name: &str) -> Result<&'n Node, Refusal> {
    node.get(name).ok_or_else(|| Refusal::of(name))
}

/// All members.
pub(super) fn members(node: &Node) -> Result<&[(Arc<str>, Node)], Refusal> {
    node.as_object().ok_or_else(|| Refusal::Malformed("a part of a record is not an object".into()))
}

/// A text that must be there.
pub(super) fn text(node: &Node, name: &str) -> Result<Arc<str>, Refusal> {
    text_or_none(node, name)?.ok_or_else(|| Refusal::of(name))
}

/// A text that may be missing.
pub(super) fn text_or_none(node: &Node, name: &str) -> Result<Option<Arc<str>>, Refusal> {
    match node.get(name) {
        None => Ok(None),
        Some(Node::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::of(name)),
    }
}

/// A whole number that must be there.
pub(super) fn whole(node: &Node, name: &str) -> Result<u64, Refusal> {
    member(node, name)?.as_u64().ok_or_else(|| Refusal::of(name))
}

/// The elements of a list; none when it is missing.
pub(super) fn list<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    node.get(name).and_then(Node::as_array).unwrap_or(&[])
}

/// The address of a record.
pub(super) fn address(node: &Node) -> Result<ResourceInstance, Refusal> {
    addrs::parse_resource_instance(&text(node, "addr")?).map_err(|_| Refusal::of("addr"))
}

/// The provider configuration of a record.
pub(super) fn provider(node: &Node) -> Result<ProviderConfig, Refusal> {
    addrs::parse_provider_config(&text(node, "provider")?).map_err(|_| Refusal::of("provider"))
}

/// The key of a deposed object, if there is one.
pub(super) fn deposed(node: &Node) -> Result<Option<DeposedKey>, Refusal> {
    text_or_none(node, "deposed")
}

/// The address of a resource.
pub(super) fn resource(node: &Node) -> Result<ConfigResource, Refusal> {
    let text = node.as_str().ok_or_else(|| Refusal::of("dependencies"))?;
    addrs::parse_resource_instance(text).map(|addr| addr.config()).map_err(|_| Refusal::of("dependencies"))
}

/// Writes all objects of an instance.
pub(super) fn instance_to(instance: &InstanceState) -> Node {
    let mut all = vec![("provider".into(), Node::string(instance.provider.to_string()))];
    all.extend(instance.current.iter().map(|object| (Arc::from("current"), object_to(object))));
    if !instance.deposed.is_empty() {
        let deposed = instance.deposed.iter().map(|(key, object)| (key.clone(), object_to(object)));
        all.push(("deposed".into(), Node::object(deposed)));
    }
    Node::Object(all)
}

/// Reads all objects of an instance.
pub(super) fn instance_from(node: &Node) -> Result<InstanceState, Refusal> {
    let deposed = node.get("deposed").map_or(Ok(&[] as &[_]), members)?;
    let deposed = deposed.iter().map(|(key, object)| Ok((key.clone(), Arc::new(object_from(object)?))));
    Ok(InstanceState {
        provider: provider(node)?,
        current: node.get("current").map(object_from).transpose()?.map(Arc::new),
        deposed: deposed.collect::<Result<_, Refusal>>()?,
    })
}

/// Writes an object. Attributes are text within the text, so that they stay verbatim.
pub(super) fn object_to(object: &Object) -> Node {
    let mut all: Vec<(Arc<str>, Node)> = vec![
        ("schema_version".into(), Node::Number(object.schema_version.to_string().into())),
        ("attributes".into(), Node::String(object.attributes.clone())),
    ];
    if let Some(flat) = &object.flat_attributes {
        all.push(("attributes_flat".into(), texts_to(flat)));
    }
    if !object.sensitive.is_empty() {
        all.push(("sensitive".into(), Node::Array(object.sensitive.iter().map(values::path_to).collect())));
    }
    if !object.private.is_empty() {
        all.push(("private".into(), bytes::to_node(&object.private)));
    }
    if object.status == Status::Tainted {
        all.push(("tainted".into(), Node::Bool(true)));
    }
    if !object.dependencies.is_empty() {
        let dependencies = object.dependencies.iter().map(|d| Node::string(d.to_string()));
        all.push(("dependencies".into(), Node::Array(dependencies.collect())));
    }
    if object.create_before_destroy {
        all.push(("create_before_destroy".into(), Node::Bool(true)));
    }
    if object.skip_destroy {
        all.push(("skip_destroy".into(), Node::Bool(true)));
    }
    if !object.unread.is_empty() {
        all.push(("unread".into(), texts_to(&object.unread)));
    }
    Node::Object(all)
}

/// Reads an object.
pub(super) fn object_from(node: &Node) -> Result<Object, Refusal> {
    let truth = |name: &str| node.get(name).and_then(Node::as_bool).unwrap_or(false);
    let paths = list(node, "sensitive").iter().map(values::path_from).collect::<Option<Vec<_>>>();
    Ok(Object {
        schema_version: whole(node, "schema_version")?,
        attributes: text(node, "attributes")?,
        flat_attributes: node.get("attributes_flat").map(texts_from).transpose()?.map(Arc::new),
        sensitive: paths.ok_or_else(|| Refusal::of("sensitive"))?.into(),
        private: bytes::from_member(node, "private")?,
        status: if truth("tainted") { Status::Tainted } else { Status::Ready },
        dependencies: list(node, "dependencies").iter().map(resource).collect::<Result<Vec<_>, _>>()?.into(),
        create_before_destroy: truth("create_before_destroy"),
        skip_destroy: truth("skip_destroy"),
        unread: node.get("unread").map_or(Ok(BTreeMap::new()), texts_from)?,
    })
}

fn texts_to(texts: &BTreeMap<Arc<str>, Arc<str>>) -> Node {
    Node::object(texts.iter().map(|(k, v)| (k.clone(), Node::String(v.clone()))))
}

fn texts_from(node: &Node) -> Result<BTreeMap<Arc<str>, Arc<str>>, Refusal> {
    let text = |(name, node): &(Arc<str>, Node)| match node {
        Node::String(text) => Ok((name.clone(), text.clone())),
        _ => Err(Refusal::of(name)),
    };
    members(node)?.iter().map(text).collect()
}

/// Writes outputs.
pub(super) fn outputs_to(outputs: &BTreeMap<Arc<str>, OutputState>) -> Node {
    Node::object(outputs.iter().map(|(name, output)| {
        let mut all = vec![("value", values::to_node(&output.value)), ("type", type_to_json(&output.ty))];
        if output.sensitive {
            all.push(("sensitive", Node::Bool(true)));
        }
        (name.clone(), Node::object(all))
    }))
}

/// Reads outputs.
pub(super) fn outputs_from(node: &Node) -> Result<BTreeMap<Arc<str>, OutputState>, Refusal> {
    let output = |(name, node): &(Arc<str>, Node)| {
        let value = values::from_node(member(node, "value")?).ok_or_else(|| Refusal::of("value"))?;
        let ty = type_from_json(member(node, "type")?).map_err(|_| Refusal::of("type"))?;
        Ok((name.clone(), OutputState { value, ty, sensitive: node.get("sensitive") == Some(&Node::Bool(true)) }))
    };
    members(node)?.iter().map(output).collect()
}

/// Bytes as base64.
pub(super) mod bytes {
    use super::Refusal;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use std::sync::Arc;
    use value::json::Node;

    /// Writes bytes.
    pub(crate) fn to_node(bytes: &[u8]) -> Node {
        Node::string(STANDARD.encode(bytes))
    }

    /// Reads bytes; none when the member is missing.
    pub(crate) fn from_member(node: &Node, name: &str) -> Result<Arc<[u8]>, Refusal> {
        match node.get(name) {
            None => Ok(Arc::from([])),
            Some(member) => {
                let text = member.as_str().ok_or_else(|| Refusal::of(name))?;
                STANDARD.decode(text).map(Arc::from).map_err(|_| Refusal::of(name))
            }
        }
    }
}
