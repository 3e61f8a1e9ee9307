//! The execution graph as JSON.

use crate::SavedError;
use crate::names::joined;
use crate::parts::{
    Read, as_address, as_instance, as_module, as_provider, as_resource, as_text, instance_to, items, list, module_to,
    number, optional,
};
use eval::ExprNode;
use plan::{ExecutionGraph, Join, Step};
use state::DeposedKey;
use value::json::Node;

pub(crate) fn graph_to(graph: &ExecutionGraph) -> Node {
    let after = graph.after.iter().map(|before| Node::Array(before.iter().map(number).collect()));
    Node::object([
        ("steps", Node::Array(graph.steps.iter().map(step_to).collect())),
        ("after", Node::Array(after.collect())),
    ])
}

/// Reads a graph, and makes sure that it is one: every step waits for steps only that are there, and none for itself.
pub(crate) fn graph_from(node: &Node) -> Read<ExecutionGraph> {
    let steps = list(node, "steps")?.iter().map(step_from).collect::<Read<Vec<_>>>()?;
    let count = steps.len();
    let place = |node: &Node| {
        let place = node.as_u64().and_then(|place| usize::try_from(place).ok());
        place.filter(|place| *place < count).ok_or_else(|| SavedError::part("a step"))
    };
    let before = |node: &Node| items(node)?.iter().map(place).collect::<Read<Vec<_>>>();
    let after = list(node, "after")?.iter().map(before).collect::<Read<Vec<_>>>()?;
    if after.len() != count || !ends(&after) {
        return Err(SavedError::part("the order of the steps"));
    }
    Ok(ExecutionGraph { steps, after })
}

/// Whether all steps come to their turn.
fn ends(after: &[Vec<usize>]) -> bool {
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    let mut waiting: Vec<usize> = after.iter().map(Vec::len).collect();
    for (place, before) in after.iter().enumerate() {
        for step in before {
            if let Some(followers) = followers.get_mut(*step) {
                followers.push(place);
            }
        }
    }
    let mut ready: Vec<usize> = waiting.iter().enumerate().filter(|(_, n)| **n == 0).map(|(place, _)| place).collect();
    let mut done = 0;
    while let Some(step) = ready.pop() {
        done += 1;
        for follower in followers.get(step).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(*follower) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(*follower);
                }
            }
        }
    }
    done == after.len()
}

fn words(kind: &str, rest: impl IntoIterator<Item = Node>) -> Node {
    Node::Array(std::iter::once(Node::string(kind)).chain(rest).collect())
}

fn named(thing: &impl ToString) -> Node {
    Node::string(thing.to_string())
}

fn step_to(step: &Step) -> Node {
    match step {
        Step::Evaluate(node) => words("evaluate", [expression_to(node)]),
        Step::Configure(provider) => words("configure", [named(provider)]),
        Step::Open(addr, provider) => words("open", [named(addr), named(provider)]),
        Step::Close(resource) => words("close", [named(resource)]),
        Step::ReadData(addr) => words("read", [named(addr)]),
        Step::Depose(addr, key) => words("depose", [named(addr), Node::String(key.clone())]),
        Step::Create(addr) => words("create", [named(addr)]),
        Step::Update(addr) => words("update", [named(addr)]),
        Step::Delete(addr, key) => words("delete", [named(addr), optional(key.as_ref())]),
        Step::Forget(addr, key) => words("forget", [named(addr), optional(key.as_ref())]),
        Step::Complete(resource) => words("complete", [named(resource)]),
        Step::Join(join) => words(
            "join",
            [
                Node::string(joined::name(join.what)),
                named(&join.resource),
                join.within.as_ref().map_or(Node::Null, instance_to),
            ],
        ),
    }
}

fn step_from(node: &Node) -> Read<Step> {
    let wrong = || SavedError::part("a step");
    let (kind, rest) = items(node)?.split_first().ok_or_else(wrong)?;
    Ok(match (as_text(kind)?.as_ref(), rest) {
        ("evaluate", [node]) => Step::Evaluate(expression_from(node)?),
        ("configure", [provider]) => Step::Configure(as_provider(provider)?),
        ("open", [addr, provider]) => Step::Open(as_address(addr)?, as_provider(provider)?),
        ("close", [resource]) => Step::Close(as_resource(resource)?),
        ("read", [addr]) => Step::ReadData(as_address(addr)?),
        ("depose", [addr, key]) => Step::Depose(as_address(addr)?, as_text(key)?),
        ("create", [addr]) => Step::Create(as_address(addr)?),
        ("update", [addr]) => Step::Update(as_address(addr)?),
        ("delete", [addr, key]) => Step::Delete(as_address(addr)?, deposed(key)?),
        ("forget", [addr, key]) => Step::Forget(as_address(addr)?, deposed(key)?),
        ("complete", [resource]) => Step::Complete(as_resource(resource)?),
        ("join", [what, resource, within]) => Step::Join(Join {
            what: joined::named(&as_text(what)?)?,
            resource: as_resource(resource)?,
            within: match within {
                Node::Null => None,
                within => Some(as_instance(within)?),
            },
        }),
        _ => return Err(wrong()),
    })
}

fn deposed(node: &Node) -> Read<Option<DeposedKey>> {
    match node {
        Node::Null => Ok(None),
        node => as_text(node).map(Some),
    }
}

fn expression_to(node: &ExprNode) -> Node {
    let inside = |kind, path, name: &std::sync::Arc<str>| words(kind, [module_to(path), Node::String(name.clone())]);
    match node {
        ExprNode::ModuleCall(path) => words("module", [module_to(path)]),
        ExprNode::Variable(path, name) => inside("variable", path, name),
        ExprNode::VariableRules(path, name) => inside("variable_rules", path, name),
        ExprNode::Local(path, name) => inside("local", path, name),
        ExprNode::Provider(provider) => words("provider", [named(provider)]),
        ExprNode::Resource(resource) => words("resource", [named(resource)]),
        ExprNode::Output(path, name) => inside("output", path, name),
        ExprNode::Check(path, name) => inside("check", path, name),
        ExprNode::ModuleDone(path) => words("module_done", [module_to(path)]),
    }
}

fn expression_from(node: &Node) -> Read<ExprNode> {
    let wrong = || SavedError::part("what a step evaluates");
    let (kind, rest) = items(node)?.split_first().ok_or_else(wrong)?;
    Ok(match (as_text(kind)?.as_ref(), rest) {
        ("module", [path]) => ExprNode::ModuleCall(as_module(path)?),
        ("variable", [path, name]) => ExprNode::Variable(as_module(path)?, as_text(name)?),
        ("variable_rules", [path, name]) => ExprNode::VariableRules(as_module(path)?, as_text(name)?),
        ("local", [path, name]) => ExprNode::Local(as_module(path)?, as_text(name)?),
        ("provider", [provider]) => ExprNode::Provider(as_provider(provider)?),
        ("resource", [resource]) => ExprNode::Resource(as_resource(resource)?),
        ("output", [path, name]) => ExprNode::Output(as_module(path)?, as_text(name)?),
        ("check", [path, name]) => ExprNode::Check(as_module(path)?, as_text(name)?),
        ("module_done", [path]) => ExprNode::ModuleDone(as_module(path)?),
        _ => return Err(wrong()),
    })
}
