//! The state, format 1.0.

use super::checks::checks;
use super::values::{Members, index, known, member, mode, sensitive, text};
use addrs::{ModuleInstance, ResourceInstance};
use state::{DecodedObject, OutputState, State, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::json::Node;

/// A state with its objects as [`state::DecodedObject`]s, in address order. A state without objects and outputs has its
/// version alone.
pub fn state(state: &State, objects: &[DecodedObject]) -> Node {
    let mut members = vec![text("format_version", "1.0")];
    if objects.is_empty() && state.outputs.is_empty() {
        return Node::Object(members);
    }
    members.push(text("terraform_version", state.terraform_version.clone()));
    let mut values: Members = Vec::new();
    if !state.outputs.is_empty() {
        let outputs = state.outputs.iter().map(|(name, output)| (name.clone(), output_value(output)));
        values.push(member("outputs", Node::Object(outputs.collect())));
    }
    let resources = objects.iter().map(|object| (&object.addr, resource(state, object)));
    values.push(member("root_module", modules(resources)));
    members.push(member("values", Node::Object(values)));
    if let Some(checks) = checks(state.check_results.as_deref()) {
        members.push(member("checks", checks));
    }
    Node::Object(members)
}

fn output_value(output: &OutputState) -> Node {
    Node::Object(vec![
        member("sensitive", Node::Bool(output.sensitive)),
        member("value", known(&output.value).unwrap_or(Node::Null)),
        member("type", value::json::type_to_json(&output.ty)),
    ])
}

/// Resources of one module, by module instance.
type ByModule = BTreeMap<ModuleInstance, Vec<Node>>;

/// The tree of modules with what each holds; resources come in the order in which they are given.
pub(crate) fn modules<'a>(resources: impl IntoIterator<Item = (&'a ResourceInstance, Node)>) -> Node {
    let mut by_module = ByModule::new();
    for (addr, resource) in resources {
        by_module.entry(addr.module.clone()).or_default().push(resource);
    }
    let mut children: BTreeMap<ModuleInstance, BTreeSet<ModuleInstance>> = BTreeMap::new();
    for module in by_module.keys() {
        let mut at = module.clone();
        while let Some((parent, ..)) = at.parent() {
            children.entry(parent.clone()).or_default().insert(at);
            at = parent;
        }
    }
    Node::Object(content(&ModuleInstance::ROOT, &mut by_module, &children))
}

fn content(
    module: &ModuleInstance,
    by_module: &mut ByModule,
    children: &BTreeMap<ModuleInstance, BTreeSet<ModuleInstance>>,
) -> Members {
    let mut members = Vec::new();
    if let Some(resources) = by_module.remove(module) {
        members.push(member("resources", Node::Array(resources)));
    }
    if !module.is_root() {
        members.push(text("address", module.to_string()));
    }
    if let Some(called) = children.get(module) {
        let mut called: Vec<(String, Node)> =
            called.iter().map(|c| (c.to_string(), Node::Object(content(c, by_module, children)))).collect();
        called.sort_by(|a, b| a.0.cmp(&b.0));
        members.push(member("child_modules", Node::Array(called.into_iter().map(|(_, node)| node).collect())));
    }
    members
}

/// What says which resource instance it is, as far as states and planned values name it alike.
pub(crate) fn named(addr: &ResourceInstance, provider: &addrs::Provider) -> Members {
    let mut members = vec![
        text("address", addr.to_string()),
        text("mode", mode(addr.resource.mode)),
        text("type", addr.resource.kind.clone()),
        text("name", addr.resource.name.clone()),
    ];
    members.extend(index(&addr.key).map(|key| member("index", key)));
    members.push(text("provider_name", provider.to_string()));
    members
}

fn resource(state: &State, decoded: &DecodedObject) -> Node {
    let object = state.object(&decoded.addr, decoded.deposed.as_ref());
    let instance = state.instances.get(&decoded.addr);
    let mut members = match instance {
        Some(instance) => named(&decoded.addr, &instance.provider.provider),
        None => Vec::new(),
    };
    // Of deposed objects Terraform does not say it.
    let version = object.filter(|_| decoded.deposed.is_none()).map_or(0, |object| object.schema_version);
    members.push(member("schema_version", Node::Number(version.to_string().into())));
    members.extend(known(&decoded.value).filter(|values| !values.is_null()).map(|values| member("values", values)));
    members.push(member("sensitive_values", sensitive(&decoded.value)));
    let dependencies = object.map(|object| &object.dependencies[..]).unwrap_or_default();
    if !dependencies.is_empty() {
        let names = dependencies.iter().map(|dependency| Node::string(dependency.to_string()));
        members.push(member("depends_on", Node::Array(names.collect())));
    }
    if decoded.status == Status::Tainted {
        members.push(member("tainted", Node::Bool(true)));
    }
    if let Some(key) = &decoded.deposed {
        members.push(text("deposed_key", Arc::clone(key)));
    }
    Node::Object(members)
}
