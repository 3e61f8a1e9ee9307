//! What is wrong with `moved` and `removed` blocks whatever the state is.

use crate::address::{Endpoint, endpoint, unify};
use crate::constant;
use crate::{ImportBy, ModuleTree, MovedBlock};
use addrs::{InstanceKey, ModulePath};
use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};
use syntax::Expression;

/// Checks all of them against each other and against what is declared.
pub(crate) fn check(tree: &ModuleTree, diagnostics: &mut Diagnostics) {
    for (path, module) in &tree.modules {
        for removed in &module.removed {
            let Some(gone) = endpoint(&removed.from.root).filter(|gone| is_declared(tree, path, gone)) else {
                continue;
            };
            let (summary, what) = match gone.resource {
                Some(_) => ("Removed resource still exists", "resource"),
                None => ("Removed module still exists", "module"),
            };
            let detail = format!(
                "A removed block says that {} is gone, but its {what} block is still there.",
                shown(path, &gone)
            );
            let next = format!("Remove the {what} block, or the removed block.");
            diagnostics.push(Diagnostic::error(summary, detail).at(removed.range.clone()).next(next));
        }
    }
    imports(tree, diagnostics);
    let statements = statements(tree);
    for statement in &statements {
        diagnostics.extend(statement.check(tree));
    }
    ambiguous(&statements, diagnostics);
    cyclic(&statements, diagnostics);
}

/// Checks what import blocks say by themselves.
fn imports(tree: &ModuleTree, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for import in tree.root().into_iter().flat_map(|root| &root.imports) {
        let id = match &import.by {
            ImportBy::Id(id) => constant::literal(&id.root),
            ImportBy::Identity(_) => None,
        };
        if id.is_some_and(|id| id.is_null() || id.as_str() == Some("")) {
            diagnostics.push(
                Diagnostic::error("Invalid import id argument", "The id is null or empty.")
                    .at(import.by.expr().range())
                    .next("Give the id of an object that exists."),
            );
        }
        let resource = tree.module(&import.to.path()).and_then(|module| module.resources.get(&import.to.resource));
        // Terraform refuses any; a block that was generated for this import says the same as the import.
        if let (Some(resource), Some(name)) = (resource, &import.provider_name)
            && resource.provider_name != *name
        {
            let detail = "The resource is declared, and its block says which provider it has.";
            diagnostics.push(
                Diagnostic::error("Invalid import provider argument", detail)
                    .at(import.range.clone())
                    .next(format!("Remove provider = {} here.", crate::reference::shown(name))),
            );
        }
        if let (Some(resource), None) = (resource, &import.to.key)
            && (resource.count.is_some() || resource.for_each.is_some())
        {
            let argument = if resource.count.is_some() { "count" } else { "for_each" };
            let detail = format!(
                "{} has {argument:?} set, so that an object is imported to one of its instances.",
                resource.addr
            );
            diagnostics.push(
                Diagnostic::error("Invalid import 'to' expression", detail)
                    .at(import.to_range.clone())
                    .next(format!("Add the key of the instance: {}[…].", resource.addr)),
            );
        }
        let constant_address = || {
            let key = |key: &Option<Expression>| match key {
                None => Some(String::new()),
                Some(key) => constant::literal(&key.root).map(|key| format!("{key:?}")),
            };
            let modules = import.to.modules.iter().map(|(name, at)| Some(format!("{name}{}", key(at)?)));
            let modules: Option<Vec<String>> = modules.collect();
            Some(format!("{:?} {} {}", modules?, import.to.resource, key(&import.to.key)?))
        };
        if let Some(address) = constant_address().filter(|_| import.for_each.is_none())
            && !seen.insert(address)
        {
            let detail = "Another import block brings an object to this address; only one can stand there.";
            let summary = format!("Duplicate import configuration for \"{}\"", import.to.resource);
            diagnostics
                .push(Diagnostic::error(summary, detail).at(import.to_range.clone()).next("Remove one of the two."));
        }
    }
}

/// A `moved` block with its addresses.
struct Statement<'a> {
    block: &'a MovedBlock,
    path: &'a ModulePath,
    from: Endpoint,
    to: Endpoint,
}

fn statements(tree: &ModuleTree) -> Vec<Statement<'_>> {
    let blocks = tree.modules.iter().flat_map(|(path, module)| module.moved.iter().map(move |block| (path, block)));
    let read = blocks.filter_map(|(path, block)| {
        let (mut from, mut to) = (endpoint(&block.from.root)?, endpoint(&block.to.root)?);
        unify(&mut from, &mut to);
        Some(Statement { block, path, from, to })
    });
    read.collect()
}

impl Statement<'_> {
    fn check(&self, tree: &ModuleTree) -> Option<Diagnostic> {
        if self.from == self.to {
            let detail = format!("{} is moved to itself.", shown(self.path, &self.from));
            let trouble = Diagnostic::error("Redundant move statement", detail).at(self.block.range.clone());
            return Some(trouble.next("Remove the block, or correct one of its addresses."));
        }
        is_declared(tree, self.path, &self.from).then(|| {
            let (from, to) = (shown(self.path, &self.from), shown(self.path, &self.to));
            let detail = format!("A moved block takes {from} to {to}, but {from} is still declared.");
            Diagnostic::error("Moved object still exists", detail)
                .at(self.block.range.clone())
                .next(format!("Remove the block of {from} if it was moved, or the moved block if it was not."))
        })
    }

    fn source(&self) -> String {
        shown(self.path, &self.from)
    }

    fn target(&self) -> String {
        shown(self.path, &self.to)
    }
}

/// One thing has one new address, and takes the place of one thing.
fn ambiguous(statements: &[Statement<'_>], diagnostics: &mut Diagnostics) {
    let mut by_source: BTreeMap<String, &Statement<'_>> = BTreeMap::new();
    let mut by_target: BTreeMap<String, &Statement<'_>> = BTreeMap::new();
    for statement in statements {
        let (from, to) = (statement.source(), statement.target());
        let first = by_source.entry(from.clone()).or_insert(statement);
        let rival = by_target.entry(to.clone()).or_insert(statement);
        let (detail, first) = if first.target() != to {
            (
                format!(
                    "One block moves {from} to {}, another to {to}. An object has only one new address.",
                    first.target()
                ),
                first,
            )
        } else if rival.source() != from {
            (
                format!(
                    "One block moves {} to {to}, another {from}. Only one object can take that address.",
                    rival.source()
                ),
                rival,
            )
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::error("Ambiguous move statements", detail)
                .at(statement.block.range.clone())
                .related("the other block", first.block.range.clone())
                .next("Remove one of the two."),
        );
    }
}

/// Moves that lead back to where they began.
fn cyclic(statements: &[Statement<'_>], diagnostics: &mut Diagnostics) {
    let next: BTreeMap<String, String> = statements.iter().map(|s| (s.source(), s.target())).collect();
    let mut told: Vec<String> = Vec::new();
    for statement in statements.iter().filter(|statement| statement.from != statement.to) {
        let start = statement.source();
        let mut chain = vec![start.clone()];
        let mut at = &start;
        while let Some(to) = next.get(at).filter(|_| chain.len() <= next.len()) {
            chain.push(to.clone());
            at = to;
            if *at == start {
                break;
            }
        }
        if *at != start || chain.len() < 2 || told.contains(&start) {
            continue;
        }
        let detail =
            format!("These blocks lead round in a circle, so that there is no final address: {}.", chain.join(" → "));
        let trouble =
            Diagnostic::error("Cyclic dependency in move statements", detail).at(statement.block.range.clone());
        diagnostics.push(trouble.next("Remove one of them."));
        told.extend(chain);
    }
}

/// Whether what an address names has a block. Which keys there are is not known here: a key other than none counts as
/// gone.
fn is_declared(tree: &ModuleTree, path: &ModulePath, end: &Endpoint) -> bool {
    let plain = |key: &Option<InstanceKey>| matches!(key, None | Some(InstanceKey::None));
    let whole = |key: &Option<InstanceKey>| key.is_none();
    match &end.resource {
        Some((resource, key)) => {
            let module = tree.module(&end.path(path));
            let block = module.and_then(|module| module.resources.get(resource));
            let modules = end.modules.iter().all(|(_, key)| plain(key));
            block.is_some_and(|b| modules && plain(key) && (whole(key) || b.count.is_none() && b.for_each.is_none()))
        }
        None => {
            let Some((_, key)) = end.modules.last() else { return false };
            let call = tree.call_of(&end.path(path));
            let modules = end.modules.iter().all(|(_, key)| plain(key));
            call.is_some_and(|c| modules && (whole(key) || c.count.is_none() && c.for_each.is_none()))
        }
    }
}

/// An address as seen from the root.
fn shown(path: &ModulePath, end: &Endpoint) -> String {
    let mut steps: Vec<String> = path.0.iter().map(|name| format!("module.{name}")).collect();
    let key = |key: &Option<InstanceKey>| key.as_ref().map(ToString::to_string).unwrap_or_default();
    steps.extend(end.modules.iter().map(|(name, at)| format!("module.{name}{}", key(at))));
    steps.extend(end.resource.iter().map(|(resource, at)| format!("{resource}{}", key(at))));
    steps.join(".")
}
