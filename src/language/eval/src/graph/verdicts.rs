//! What is wrong with references for where they stand, and circles of them.

use super::{Contents, Edges, ExprNode, ExpressionGraph};
use crate::references::{ReferenceStep, Referent};
use addrs::{ConfigResource, Mode, ModulePath};
use config::ModuleTree;
use diag::{Diagnostic, Range};
use std::collections::BTreeSet;
use syntax::Expression;

/// In `depends_on` an attribute would say no more than its object, and looks as if it did.
pub(super) fn not_whole(expr: &Expression) -> Option<Diagnostic> {
    let (references, _) = crate::references(expr);
    let reference = references.into_iter().next()?;
    let Referent::Resource(resource) = &reference.referent else { return None };
    let rest = match reference.steps.as_slice() {
        [ReferenceStep::Key(_) | ReferenceStep::Index(_), rest @ ..] => rest,
        steps => steps,
    };
    (!rest.is_empty()).then(|| {
        let detail = "References in depends_on are to whole objects, not to attributes of them.";
        Diagnostic::error("Invalid depends_on reference", detail).at(expr.range()).next(format!("Write {resource}."))
    })
}

/// Only changes of managed resources trigger replacements.
pub(super) fn no_trigger(expr: &Expression) -> Option<Diagnostic> {
    let (references, _) = crate::references(expr);
    let managed =
        |referent: &Referent| matches!(referent, Referent::Resource(resource) if resource.mode == Mode::Managed);
    if references.first().is_none_or(|reference| managed(&reference.referent)) {
        return None;
    }
    let detail =
        "What triggers a replacement is a change of a managed resource, of one of its instances or attributes.";
    let trouble = Diagnostic::error("Invalid reference in replace_triggered_by expression", detail).at(expr.range());
    Some(trouble.next("To be replaced with a value, refer to a terraform_data resource that has it as its input."))
}

/// `for_each` of provider blocks that depends on objects. Which configurations there are must be known from the
/// configuration and its variables alone: also when everything is to be destroyed.
pub(super) fn providers_of_objects(tree: &ModuleTree, graph: &ExpressionGraph, contents: &Contents) -> Vec<Diagnostic> {
    let mut troubles = Vec::new();
    for module in tree.modules.values() {
        for for_each in module.provider_configs.values().filter_map(|block| block.for_each.as_ref()) {
            let mut edges = Edges::new(tree, &graph.index, contents);
            edges.expression(module, for_each);
            let mut open: Vec<usize> = edges.found.iter().map(|(node, _)| *node).collect();
            let mut seen: BTreeSet<usize> = open.iter().copied().collect();
            while let Some(node) = open.pop() {
                if let Some(ExprNode::Resource(resource)) = graph.nodes.get(node) {
                    troubles.push(not_static(for_each, resource));
                    break;
                }
                open.extend(graph.dependencies_of(node).iter().filter(|need| seen.insert(**need)));
            }
        }
    }
    troubles
}

/// The instances of a provider must be known before any object is looked at.
fn not_static(for_each: &Expression, resource: &ConfigResource) -> Diagnostic {
    let detail = format!(
        "for_each of a provider block must be known from the configuration and its variables alone, and this one depends on {resource}."
    );
    Diagnostic::error("Invalid for_each argument", detail).at(for_each.range()).next(
        "Use input variables, local values made of them, and literals. Objects may decide the arguments in the block.",
    )
}

/// Whether a call on the way to a module says that nobody wants to hear of deprecated things in there.
pub(super) fn silenced(tree: &ModuleTree, path: &ModulePath) -> bool {
    let mut path = path.clone();
    while let Some((parent, _)) = path.parent() {
        if tree.call_of(&path).is_some_and(|call| call.ignores_deprecations) {
            return true;
        }
        path = parent;
    }
    false
}

/// One diagnostic for a cycle: every node of it, with the reference that leads on.
pub(super) fn cycle(
    tree: &ModuleTree,
    graph: &ExpressionGraph,
    contents: &Contents,
    component: &[usize],
) -> Diagnostic {
    let members: BTreeSet<usize> = component.iter().copied().collect();
    let edges = |node: usize| {
        let mut edges = Edges::new(tree, &graph.index, contents);
        if let Some(node) = graph.nodes.get(node) {
            edges.of(node);
        }
        edges.found.into_iter().filter(|(target, _)| members.contains(target)).collect::<Vec<_>>()
    };
    let path = crate::components::shortest_cycle(&members, |node| edges(node).into_iter().map(|(to, _)| to).collect());
    let name = |node: usize| graph.nodes.get(node).map(ToString::to_string).unwrap_or_default();
    let mut places: Vec<(String, Range)> = Vec::new();
    for (i, node) in path.iter().enumerate() {
        let next = path.get((i + 1) % path.len()).copied().unwrap_or(*node);
        let range = edges(*node).into_iter().find_map(|(to, range)| range.filter(|_| to == next));
        if let Some(range) = range {
            places.push((format!("{} refers to {}", name(*node), name(next)), range));
        }
    }
    let diagnostic = match path.as_slice() {
        [only] => {
            let detail = format!("Configuration for {} may not refer to itself.", name(*only));
            Diagnostic::error("Self-referential block", detail)
        }
        path => {
            let chain: Vec<String> = path.iter().chain(path.first()).map(|node| name(*node)).collect();
            let detail = format!("Each of these needs the next one first: {}.", chain.join(" → "));
            Diagnostic::error("Cycle", detail)
                .next("Break the circle: take out one of the references, or split one of them in two.")
        }
    };
    places.into_iter().enumerate().fold(diagnostic, |diagnostic, (i, (message, range))| {
        let diagnostic = if i == 0 { diagnostic.at(range.clone()) } else { diagnostic };
        if path.len() > 1 { diagnostic.related(message, range) } else { diagnostic }
    })
}
