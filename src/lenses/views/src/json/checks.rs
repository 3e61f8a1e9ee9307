//! `checks`: what became of conditions.

use super::values::{Members, index, member, mode, text};
use addrs::ResourceInstance;
use value::json::Node;

/// The form of `check_results` of a state; `None` where there are no conditions.
pub(crate) fn checks(check_results: Option<&str>) -> Option<Node> {
    let results = value::json::parse(check_results?).ok()?;
    let mut blocks: Vec<Node> = results.as_array()?.iter().filter_map(block).collect();
    sort(&mut blocks);
    (!blocks.is_empty()).then_some(Node::Array(blocks))
}

fn block(result: &Node) -> Option<Node> {
    let kind = result.get("object_kind")?.as_str()?;
    let addr = result.get("config_addr")?.as_str()?;
    let mut address = vec![text("to_display", addr)];
    let parsed = parsed(addr);
    address.push(text("kind", if kind == "output" { "output_value" } else { kind }));
    if let Some(parsed) = &parsed {
        if kind == "resource" {
            address.push(text("mode", mode(parsed.resource.mode)));
            address.push(text("type", parsed.resource.kind.clone()));
        }
        address.push(text("name", parsed.resource.name.clone()));
        module(parsed, &mut address);
    }
    let mut members = vec![member("address", by_name(address)), member("status", result.get("status")?.clone())];
    let objects = result.get("objects").and_then(Node::as_array).unwrap_or_default();
    let mut objects: Vec<Node> = objects.iter().filter_map(|result| object(kind, result)).collect();
    sort(&mut objects);
    if !objects.is_empty() {
        members.push(member("instances", Node::Array(objects)));
    }
    Some(Node::Object(members))
}

fn object(kind: &str, result: &Node) -> Option<Node> {
    let addr = result.get("object_addr")?.as_str()?;
    let mut address = vec![text("to_display", addr)];
    if let Some(parsed) = parsed(addr) {
        module(&parsed, &mut address);
        if kind == "resource"
            && let Some(key) = index(&parsed.key)
        {
            address.push(member("instance_key", key));
        }
    }
    let mut members = vec![member("address", by_name(address)), member("status", result.get("status")?.clone())];
    let failures = result.get("failure_messages").and_then(Node::as_array).unwrap_or_default();
    let mut failures: Vec<&str> = failures.iter().filter_map(Node::as_str).collect();
    failures.sort_unstable();
    if !failures.is_empty() {
        let problem = |message: &&str| Node::Object(vec![text("message", *message)]);
        members.push(member("problems", Node::Array(failures.iter().map(problem).collect())));
    }
    Some(Node::Object(members))
}

/// Outputs, variables and checks have addresses of the form of a resource's: `module.a.output.x`.
fn parsed(addr: &str) -> Option<ResourceInstance> {
    addrs::parse_resource_instance(addr).ok()
}

fn module(addr: &ResourceInstance, address: &mut Members) {
    if !addr.module.is_root() {
        address.push(text("module", addr.module.to_string()));
    }
}

fn by_name(mut address: Members) -> Node {
    address.sort_by(|a, b| a.0.cmp(&b.0));
    Node::Object(address)
}

fn sort(nodes: &mut [Node]) {
    let shown = |node: &Node| node.get("address").and_then(|a| a.get("to_display")).map(Node::print);
    nodes.sort_by_cached_key(shown);
}
