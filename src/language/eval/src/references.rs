//! What an expression refers to.

use crate::convert_call::value_arguments;
use addrs::{Mode, Resource};
use diag::{Diagnostic, Diagnostics, Range};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, ForExpr, Name, ObjectKey, Span, Step, TemplatePart};

/// One thing outside of an expression that its value depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is referred to.
    pub referent: Referent,
    /// The steps after it, as far as they are constant.
    pub steps: Vec<ReferenceStep>,
    /// The whole traversal.
    pub range: Range,
}

/// What a reference refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Referent {
    /// `var.name`
    Variable(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// `aws_instance.db`, `data.aws_region.here`, `ephemeral.x.y`
    Resource(Resource),
    /// `module.name`, with the output where exactly one is read.
    ModuleCall(Arc<str>, Option<Arc<str>>),
    /// `each.key`, `each.value`
    Each(Arc<str>),
    /// `count.index`
    Count,
    /// `self`
    SelfObject,
    /// `path.module`, `path.root`, `path.cwd`
    PathAttr(Arc<str>),
    /// `terraform.workspace`, `terraform.applying`
    TerraformAttr(Arc<str>),
}

/// A constant step of a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferenceStep {
    /// `.name`
    Attribute(Arc<str>),
    /// `["name"]`
    Key(Arc<str>),
    /// `[0]`
    Index(u64),
    /// A step that is not constant, or a splat; the last one.
    Other,
}

/// All references of an expression, in source order; names bound by `for` inside of it are none. Malformed ones, such
/// as `var` alone, are diagnostics.
pub fn references(expr: &Expression) -> (Vec<Reference>, Diagnostics) {
    let mut found = Vec::new();
    let mut diagnostics = Diagnostics::new();
    free_traversals(&expr.root, &mut Vec::new(), &mut |name, steps, span| match Reference::of(
        name, steps, span, &expr.file,
    ) {
        Ok(reference) => found.push(reference),
        Err(diagnostic) => diagnostics.push(*diagnostic),
    });
    (found, diagnostics)
}

/// A reference and how many steps name its referent.
pub(crate) struct Parsed {
    /// What it refers to.
    pub(crate) referent: Referent,
    /// Steps that belong to the name.
    pub(crate) used: usize,
}

impl Reference {
    fn of(name: &Name, steps: &[Step], span: Span, file: &Arc<str>) -> Result<Reference, Box<Diagnostic>> {
        let Parsed { mut referent, used } = parse_referent(name, steps, file)?;
        let rest: Vec<ReferenceStep> = constant_steps(steps.get(used..).unwrap_or(&[]));
        if let Referent::ModuleCall(_, output) = &mut referent {
            *output = match rest.as_slice() {
                [ReferenceStep::Attribute(name), ..]
                | [ReferenceStep::Key(_) | ReferenceStep::Index(_), ReferenceStep::Attribute(name), ..] => {
                    Some(name.clone())
                }
                [ReferenceStep::Other] => output_after_key(steps.get(used..).unwrap_or(&[])),
                _ => None,
            };
        }
        Ok(Reference { referent, steps: rest, range: span.of(file) })
    }
}

/// `module.x[each.key].out` reads one output, whichever the key.
fn output_after_key(steps: &[Step]) -> Option<Arc<str>> {
    match steps {
        [Step::Index(..), Step::Attribute(name), ..] => Some(name.text.clone()),
        _ => None,
    }
}

fn constant_steps(steps: &[Step]) -> Vec<ReferenceStep> {
    let mut constant = Vec::new();
    for step in steps {
        let next = match step {
            Step::Attribute(name) => ReferenceStep::Attribute(name.text.clone()),
            Step::Index(key, _) => match &key.kind {
                ExprKind::String(text) => ReferenceStep::Key(text.clone()),
                ExprKind::Number(text) => text.parse().map_or(ReferenceStep::Other, ReferenceStep::Index),
                _ => ReferenceStep::Other,
            },
            Step::Splat { .. } => ReferenceStep::Other,
        };
        let last = next == ReferenceStep::Other;
        constant.push(next);
        if last {
            break;
        }
    }
    constant
}

/// Reads what a traversal refers to.
pub(crate) fn parse_referent(name: &Name, steps: &[Step], file: &Arc<str>) -> Result<Parsed, Box<Diagnostic>> {
    let invalid = |detail: String| {
        let span = steps.first().map_or(name.span, |step| name.span.to(step_span(step)));
        Box::new(Diagnostic::error("Invalid reference", detail).at(span.of(file)))
    };
    let attribute = |i: usize| match steps.get(i) {
        Some(Step::Attribute(name)) => Some(name),
        _ => None,
    };
    let direct = |root: &str| {
        invalid(format!("The {root:?} object cannot be accessed directly. Instead, access one of its attributes."))
    };
    let root = name.text.as_ref();
    let one = |make: fn(Arc<str>) -> Referent| match attribute(0) {
        Some(name) => Ok(Parsed { referent: make(name.text.clone()), used: 1 }),
        None => Err(direct(root)),
    };
    match root {
        "var" => one(Referent::Variable),
        "local" => one(Referent::Local),
        "path" => one(Referent::PathAttr),
        "terraform" | "tofu" => one(Referent::TerraformAttr),
        "each" => one(Referent::Each),
        "count" => match attribute(0) {
            Some(name) if name.text.as_ref() == "index" => Ok(Parsed { referent: Referent::Count, used: 1 }),
            Some(other) => Err(Box::new(no_count_attribute(other, file))),
            None => Err(direct("count")),
        },
        "self" => Ok(Parsed { referent: Referent::SelfObject, used: 0 }),
        "module" => one(|name| Referent::ModuleCall(name, None)),
        "data" | "ephemeral" | "resource" => match (attribute(0), attribute(1)) {
            (Some(kind), Some(name)) => {
                let mode = match root {
                    "data" => Mode::Data,
                    "ephemeral" => Mode::Ephemeral,
                    _ => Mode::Managed,
                };
                Ok(resource(mode, kind, name, 2))
            }
            _ => {
                let what = match root {
                    "data" => "data source",
                    "ephemeral" => "ephemeral resource",
                    _ => "resource",
                };
                Err(invalid(format!(
                    "The {root:?} object must be followed by two attribute names: the {what} type and the resource name."
                )))
            }
        },
        _ => match attribute(0) {
            Some(attribute) => Ok(resource(Mode::Managed, name, attribute, 1)),
            None => {
                let detail = "A reference to a resource type must be followed by at least one attribute access, \
                              specifying the resource name.";
                let next =
                    format!("Write the resource name after it, as in {root}.NAME, or quote it if a string is meant.");
                Err(Box::new((*invalid(detail.into())).next(next)))
            }
        },
    }
}

fn no_count_attribute(name: &Name, file: &Arc<str>) -> Diagnostic {
    let detail = format!(
        "The \"count\" object does not have an attribute named {:?}. The only supported attribute is count.index, which is \
         the index of each instance of a resource block that has the \"count\" argument set.",
        name.text
    );
    Diagnostic::error("Invalid \"count\" attribute", detail).at(name.span.of(file)).next("Write count.index.")
}

fn resource(mode: Mode, kind: &Name, name: &Name, used: usize) -> Parsed {
    let resource = Resource { mode, kind: kind.text.clone(), name: name.text.clone() };
    Parsed { referent: Referent::Resource(resource), used }
}

/// Where a step stands.
pub(crate) fn step_span(step: &Step) -> Span {
    match step {
        Step::Attribute(name) => name.span,
        Step::Index(_, span) | Step::Splat { span, .. } => *span,
    }
}

/// Visits every traversal that starts from a name not bound inside of the expression: name, steps, whole span.
///
/// The spans of a splat's source and of its steps are visited as one traversal with a splat step, because what is
/// referred to is decided by the steps before it.
pub(crate) fn free_traversals<'e>(
    expr: &'e Expr,
    bound: &mut Vec<&'e str>,
    visit: &mut dyn FnMut(&'e Name, &'e [Step], Span),
) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::String(_) | ExprKind::Error => {}
        ExprKind::Template(parts) => template_traversals(parts, bound, visit),
        ExprKind::Variable(name) => {
            if !bound.contains(&name.text.as_ref()) {
                visit(name, &[], expr.span);
            }
        }
        ExprKind::Traversal { base, steps } => {
            match &base.kind {
                ExprKind::Variable(name) if bound.contains(&name.text.as_ref()) => {}
                ExprKind::Variable(name) => visit(name, steps, expr.span),
                _ => free_traversals(base, bound, visit),
            }
            step_traversals(steps, bound, visit);
        }
        ExprKind::Splat { source, steps, .. } => {
            free_traversals(source, bound, visit);
            step_traversals(steps, bound, visit);
        }
        ExprKind::Call { name, args, .. } => {
            value_arguments(name, args).iter().for_each(|arg| free_traversals(arg, bound, visit));
        }
        ExprKind::Tuple(args) => {
            args.iter().for_each(|arg| free_traversals(arg, bound, visit));
        }
        ExprKind::Unary(_, operand) | ExprKind::Paren(operand) => free_traversals(operand, bound, visit),
        ExprKind::Binary { first, rest } => {
            free_traversals(first, bound, visit);
            rest.iter().for_each(|(_, operand)| free_traversals(operand, bound, visit));
        }
        ExprKind::Conditional { condition, yes, no } => {
            [condition, yes, no].into_iter().for_each(|e| free_traversals(e, bound, visit));
        }
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &item.key {
                    free_traversals(key, bound, visit);
                }
                free_traversals(&item.value, bound, visit);
            }
        }
        ExprKind::For(each) => for_traversals(each, bound, visit),
    }
}

fn for_traversals<'e>(each: &'e ForExpr, bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Name, &'e [Step], Span)) {
    free_traversals(&each.collection, bound, visit);
    let outside = bound.len();
    bound.extend(each.key_name.iter().chain([&each.value_name]).map(|n| n.text.as_ref()));
    let inside = each.key.iter().chain([&each.value]).chain(each.condition.iter());
    inside.for_each(|e| free_traversals(e, bound, visit));
    bound.truncate(outside);
}

fn step_traversals<'e>(steps: &'e [Step], bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Name, &'e [Step], Span)) {
    for step in steps {
        match step {
            Step::Attribute(_) => {}
            Step::Index(key, _) => free_traversals(key, bound, visit),
            Step::Splat { steps, .. } => step_traversals(steps, bound, visit),
        }
    }
}

fn template_traversals<'e>(
    parts: &'e [TemplatePart],
    bound: &mut Vec<&'e str>,
    visit: &mut dyn FnMut(&'e Name, &'e [Step], Span),
) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(expr) => free_traversals(expr, bound, visit),
            TemplatePart::If { condition, yes, no, .. } => {
                free_traversals(condition, bound, visit);
                template_traversals(yes, bound, visit);
                template_traversals(no, bound, visit);
            }
            TemplatePart::For { key_name, value_name, collection, body, .. } => {
                free_traversals(collection, bound, visit);
                let outside = bound.len();
                bound.extend(key_name.iter().chain([value_name]).map(|n| n.text.as_ref()));
                template_traversals(body, bound, visit);
                bound.truncate(outside);
            }
        }
    }
}

/// A traversal as people wrote it, up to its first step that is not constant, and how many steps that are.
pub(crate) fn constant_part(name: &Name, steps: &[Step]) -> (String, usize) {
    let mut text = name.text.to_string();
    let mut used = 0;
    for step in steps {
        match step {
            Step::Attribute(name) => text.push_str(&format!(".{}", name.text)),
            Step::Index(key, _) => match &key.kind {
                ExprKind::String(key) => text.push_str(&format!("[{key:?}]")),
                ExprKind::Number(key) => text.push_str(&format!("[{key}]")),
                _ => break,
            },
            Step::Splat { .. } => break,
        }
        used += 1;
    }
    (text, used)
}

#[cfg(test)]
mod tests;
