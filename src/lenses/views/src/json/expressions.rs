//! Expressions that nobody evaluated: constants, and what others refer to.

use super::values::{Members, known, member};
use addrs::{InstanceKey, Resource};
use configschema::{Block, Nesting};
use diag::{Diagnostics, SourceTexts};
use eval::{Reference, ReferenceStep, Referent, references};
use std::sync::Arc;
use syntax::json::{Reading, Role};
use syntax::{Body, Expression};
use value::json::Node;

/// The constant that an expression is, or what it refers to; neither for one that calls functions with constants.
pub(crate) fn expression(texts: &SourceTexts, expr: &Expression) -> Members {
    let mut members: Members = constant(texts, expr).map(|node| member("constant_value", node)).into_iter().collect();
    let names: Vec<Node> = references(expr).0.iter().flat_map(names).map(Node::string).collect();
    if !names.is_empty() {
        members.push(member("references", Node::Array(names)));
    }
    members
}

/// The value of an expression without references. In JSON it is what is written, templates as they stand.
fn constant(texts: &SourceTexts, expr: &Expression) -> Option<Node> {
    if expr.file.ends_with(".json") {
        let text = texts.get(&expr.file)?.get(expr.root.span.start as usize..expr.root.span.end as usize)?;
        return known(&value::json::implied(&value::json::parse(text).ok()?).ok()?);
    }
    let (value, troubles) = eval::constant(expr);
    if troubles.has_errors() || !value.is_wholly_known() { None } else { known(&value) }
}

/// The names of a reference, the longest first.
fn names(reference: &Reference) -> Vec<String> {
    let Subject { mut name, steps, outer } = subject(reference);
    let mut all = vec![name.clone()];
    for step in steps {
        match step {
            ReferenceStep::Attribute(attribute) => name.push_str(&format!(".{attribute}")),
            ReferenceStep::Key(key) => name.push_str(&InstanceKey::String(key.clone()).to_string()),
            ReferenceStep::Index(place) => name.push_str(&format!("[{place}]")),
            ReferenceStep::Other => break,
        }
        all.push(name.clone());
    }
    all.reverse();
    all.extend(outer);
    all
}

/// What `depends_on` names.
pub(crate) fn dependency(expr: &Expression) -> Option<Node> {
    references(expr).0.first().map(|reference| Node::string(subject(reference).name))
}

/// The smallest thing that a reference names, the steps after it, and what that is a part of.
struct Subject<'r> {
    name: String,
    steps: &'r [ReferenceStep],
    outer: Option<String>,
}

fn subject(reference: &Reference) -> Subject<'_> {
    let steps = &reference.steps[..];
    let named = |name: String| Subject { name, steps, outer: None };
    match &reference.referent {
        Referent::Variable(name) => named(format!("var.{name}")),
        Referent::Local(name) => named(format!("local.{name}")),
        Referent::Each(name) => named(format!("each.{name}")),
        Referent::Count => named("count.index".into()),
        Referent::SelfObject => named("self".into()),
        Referent::PathAttr(name) => named(format!("path.{name}")),
        Referent::TerraformAttr(name) => named(format!("terraform.{name}")),
        Referent::Resource(resource) => of_resource(resource, steps),
        Referent::ModuleCall(name, _) => of_module(name, steps),
    }
}

fn of_resource<'r>(resource: &Resource, steps: &'r [ReferenceStep]) -> Subject<'r> {
    match steps.split_first() {
        Some((step, steps)) if let Some(key) = key(step) => {
            Subject { name: format!("{resource}{key}"), steps, outer: Some(resource.to_string()) }
        }
        _ => Subject { name: resource.to_string(), steps, outer: None },
    }
}

fn of_module<'r>(name: &Arc<str>, steps: &'r [ReferenceStep]) -> Subject<'r> {
    let module = format!("module.{name}");
    match steps {
        [ReferenceStep::Attribute(output), rest @ ..] => {
            Subject { name: format!("{module}.{output}"), steps: rest, outer: Some(module) }
        }
        [first, rest @ ..] => {
            let Some(key) = key(first) else { return Subject { name: module, steps, outer: None } };
            let instance = format!("{module}{key}");
            match rest {
                [ReferenceStep::Attribute(output), rest @ ..] => {
                    Subject { name: format!("{instance}.{output}"), steps: rest, outer: Some(instance) }
                }
                _ => Subject { name: instance, steps: rest, outer: Some(module) },
            }
        }
        [] => Subject { name: module, steps, outer: None },
    }
}

fn key(step: &ReferenceStep) -> Option<InstanceKey> {
    match step {
        ReferenceStep::Key(key) => Some(InstanceKey::String(key.clone())),
        ReferenceStep::Index(place) => u32::try_from(*place).ok().map(InstanceKey::Int),
        ReferenceStep::Attribute(_) | ReferenceStep::Other => None,
    }
}

/// The content of a block by its schema: arguments by name, nested blocks as lists, maps or alone. `dynamic` blocks are
/// left out, as Terraform leaves them out.
pub(crate) fn expressions(texts: &SourceTexts, body: &Body, schema: &Block) -> Node {
    syntax::with_room_for_values(|| expressions_of(texts, body, schema))
}

fn expressions_of(texts: &SourceTexts, body: &Body, schema: &Block) -> Node {
    // What is wrong with it was told when it was planned.
    let mut told = Diagnostics::new();
    let body = body.decided(|name| role(name, schema), &mut told);
    let mut members: Members = Vec::new();
    for attribute in &body.attributes {
        let name = &attribute.name.text;
        if schema.attributes.contains_key(name) {
            members.push((name.clone(), Node::Object(expression(texts, &attribute.expr))));
        }
    }
    for (kind, nested) in &schema.blocks {
        let blocks: Vec<_> = body.blocks_of(kind).collect();
        let Some(first) = blocks.first() else { continue };
        let content = match nested.nesting {
            Nesting::Single | Nesting::Group => expressions(texts, &first.body, &nested.block),
            Nesting::List | Nesting::Set => {
                Node::Array(blocks.iter().map(|block| expressions(texts, &block.body, &nested.block)).collect())
            }
            Nesting::Map => Node::Object(
                blocks
                    .iter()
                    .filter_map(|block| {
                        Some((block.labels.first()?.text.clone(), expressions(texts, &block.body, &nested.block)))
                    })
                    .collect(),
            ),
        };
        members.push((kind.clone(), content));
    }
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Node::Object(members)
}

/// What a property of a JSON body is.
pub(crate) fn role(name: &str, schema: &Block) -> Role<'static> {
    match schema.blocks.get(name) {
        Some(nested) if nested.nesting == Nesting::Map => Role::Blocks(&["key"]),
        Some(_) => Role::Blocks(&[]),
        None if schema.attributes.contains_key(name) => Role::Argument(Reading::Template),
        None => Role::Undecided,
    }
}
