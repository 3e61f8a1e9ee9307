//! What a plan leaves to later waves.

use crate::SavedError;
use crate::names::{action, reason};
use crate::parts::{
    Read, as_address, as_instance, as_provider, as_resource, as_text, instance_to, items, list, member, optional, text,
    text_or_none, value, value_to,
};
use crate::plan_text::{range_from, range_to};
use crate::schema_of;
use addrs::{PartialInstance, ResourceInstance, calls_below};
use plan::{Because, Deferred, Schemas, Waiting};
use std::sync::Arc;
use value::json::Node;

pub(crate) fn deferred_to(deferred: &Deferred) -> Node {
    let Deferred {
        addr,
        deposed,
        provider,
        schema: _,
        action: act,
        reason: why,
        because,
        before,
        after,
        there,
        declared_at,
    } = deferred;
    let because = match because {
        Because::Keys(waiting) => Node::Array(vec![Node::string("keys"), waiting_to(waiting)]),
        Because::Prerequisite(of) => Node::Array(vec![Node::string("prerequisite"), Node::String(of.clone())]),
        Because::Used(by) => Node::Array(vec![Node::string("used"), Node::String(by.clone())]),
    };
    Node::object([
        ("addr", addr_to(addr)),
        ("deposed", optional(deposed.as_ref())),
        ("provider", Node::string(provider.to_string())),
        ("action", Node::string(action::name(*act))),
        ("reason", Node::string(reason::name(*why))),
        ("because", because),
        ("before", value_to(before)),
        ("after", value_to(after)),
        ("there", Node::Array(there.iter().map(|addr| Node::string(addr.to_string())).collect())),
        ("declared_at", declared_at.as_ref().map_or(Node::Null, range_to)),
    ])
}

pub(crate) fn deferred_from(node: &Node, schemas: &Schemas) -> Read<Deferred> {
    let addr = addr_from(member(node, "addr")?)?;
    let provider = as_provider(member(node, "provider")?)?;
    // A schema is the same for all keys.
    let ResourceInstance { module, resource, .. } = first(&addr);
    let any = ResourceInstance { module, resource, key: addrs::InstanceKey::None };
    Ok(Deferred {
        schema: schema_of(schemas, &provider.provider, &any),
        addr,
        provider,
        deposed: text_or_none(node, "deposed")?,
        action: action::named(&text(node, "action")?)?,
        reason: reason::named(&text(node, "reason")?)?,
        because: because_from(member(node, "because")?)?,
        before: value(node, "before")?,
        after: value(node, "after")?,
        there: list(node, "there")?.iter().map(as_address).collect::<Read<_>>()?,
        declared_at: match member(node, "declared_at")? {
            Node::Null => None,
            range => Some(range_from(range)?),
        },
    })
}

fn first(addr: &PartialInstance) -> ResourceInstance {
    let key = addr.key.clone().unwrap_or_default();
    ResourceInstance { module: addr.module.clone(), resource: addr.resource.clone(), key }
}

/// One instance is text; many are the module instance as far as it is known, and the resource.
fn addr_to(addr: &PartialInstance) -> Node {
    match addr.instance() {
        Some(one) => Node::string(one.to_string()),
        None => Node::Array(vec![instance_to(&addr.module), Node::string(addr.config().to_string())]),
    }
}

fn addr_from(node: &Node) -> Read<PartialInstance> {
    match node {
        Node::String(_) => Ok(PartialInstance::one(&as_address(node)?)),
        node => match items(node)? {
            [module, resource] => {
                let (module, resource) = (as_instance(module)?, as_resource(resource)?);
                let below = calls_below(&module, &resource.module);
                Ok(PartialInstance::all(module, below, resource.resource))
            }
            _ => Err(SavedError::part("an address")),
        },
    }
}

fn because_from(node: &Node) -> Read<Because> {
    let wrong = || SavedError::part("what something waits for");
    let [kind, of] = items(node)? else { return Err(wrong()) };
    Ok(match kind.as_str() {
        Some("keys") => Because::Keys(Arc::new(waiting_from(of)?)),
        Some("prerequisite") => Because::Prerequisite(as_text(of)?),
        Some("used") => Because::Used(as_text(of)?),
        _ => return Err(wrong()),
    })
}

pub(crate) fn waiting_to(waiting: &Waiting) -> Node {
    let Waiting { block, argument, range, on } = waiting;
    Node::object([
        ("block", Node::String(block.clone())),
        ("argument", Node::String(argument.clone())),
        ("range", range_to(range)),
        ("on", Node::Array(on.iter().cloned().map(Node::String).collect())),
    ])
}

pub(crate) fn waiting_from(node: &Node) -> Read<Waiting> {
    Ok(Waiting {
        block: text(node, "block")?,
        argument: text(node, "argument")?,
        range: range_from(member(node, "range")?)?,
        on: list(node, "on")?.iter().map(as_text).collect::<Read<_>>()?,
    })
}
