//! Arguments that hold references, which are read and not evaluated.

use crate::ProviderName;
use crate::constant;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, ObjectKey, Step};
use value::{Content, Path, PathStep};

/// The items of a list of references, such as `depends_on = [a.b, module.c]`. A splat is none.
pub(crate) fn list(expr: &Expression, diagnostics: &mut Diagnostics) -> Vec<Expression> {
    let ExprKind::Tuple(items) = &expr.root.kind else {
        if !matches!(expr.root.kind, ExprKind::Error) {
            diagnostics.push(
                Diagnostic::error("Invalid expression", "A static list expression is required.")
                    .at(expr.range())
                    .next("Write the references in brackets, with commas between them."),
            );
        }
        return Vec::new();
    };
    items.iter().filter_map(|item| reference(expr, item, diagnostics)).collect()
}

/// One reference; in quotes it is an old form, read with a warning.
fn reference(list: &Expression, item: &Expr, diagnostics: &mut Diagnostics) -> Option<Expression> {
    let one = |root: Expr| Expression { file: list.file.clone(), root: Arc::new(root) };
    match &item.kind {
        // There is a provider called null.
        ExprKind::Variable(_) | ExprKind::Traversal { .. } | ExprKind::Null => Some(one(item.clone())),
        ExprKind::Error => None,
        ExprKind::String(text) => {
            diagnostics.push(
                Diagnostic::warning(
                    "Quoted references are deprecated",
                    "In this context, references are expected literally rather than in quotes.",
                )
                .at(list.range_of(item))
                .next("Remove the quotes."),
            );
            // Padded, so that spans inside are those of the file.
            let padded = format!("{}{text}", " ".repeat(item.span.start as usize + 1));
            let (parsed, troubles) = syntax::parse_expression(list.file.clone(), &padded);
            if troubles.has_errors() {
                diagnostics.push(not_a_reference(list, item));
                return None;
            }
            Some(parsed)
        }
        _ => {
            diagnostics.push(not_a_reference(list, item));
            None
        }
    }
}

fn not_a_reference(list: &Expression, item: &Expr) -> Diagnostic {
    let text = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
    Diagnostic::error("Invalid expression", text)
        .at(list.range_of(item))
        .next("Write a reference, such as aws_instance.web or module.network.")
}

/// An attribute path relative to a resource, such as `tags["Name"]`.
pub(crate) fn path(reference: &Expression, diagnostics: &mut Diagnostics) -> Option<Path> {
    let (base, steps) = match &reference.root.kind {
        ExprKind::Traversal { base, steps } => (base.as_ref(), steps.as_slice()),
        _ => (reference.root.as_ref(), [].as_slice()),
    };
    let ExprKind::Variable(first) = &base.kind else { return None };
    let mut path = Path::attribute(first.text.clone());
    for step in steps {
        path = path.then(match step {
            Step::Attribute(name) => PathStep::Attribute(name.text.clone()),
            Step::Index(key, _) => match index(key) {
                Some(step) => step,
                None => {
                    diagnostics.push(not_a_reference(reference, key));
                    return None;
                }
            },
            Step::Splat { .. } => return None,
        });
    }
    Some(path)
}

fn index(key: &Expr) -> Option<PathStep> {
    let key = constant::literal(key)?;
    match &key.content {
        Content::String(text) => Some(PathStep::Key(text.clone())),
        Content::Number(number) => number.to_u64().map(PathStep::Index),
        _ => None,
    }
}

/// A reference to a provider configuration, such as `aws.west`, and its instance key if it has one, as in
/// `aws.by_region["eu"]`.
pub(crate) fn provider_reference(
    expr: &Expression,
    diagnostics: &mut Diagnostics,
) -> Option<(ProviderName, Option<Expression>)> {
    provider_reference_of(expr, &expr.root, diagnostics)
}

/// The same for a part of an expression.
pub(crate) fn provider_reference_of(
    within: &Expression,
    expr: &Expr,
    diagnostics: &mut Diagnostics,
) -> Option<(ProviderName, Option<Expression>)> {
    if let ExprKind::Traversal { base, steps } = &expr.kind
        && let [Step::Attribute(alias), Step::Index(key, _)] = steps.as_slice()
        && let Some(name) = word(base)
    {
        let key = Expression { file: within.file.clone(), root: Arc::new(key.clone()) };
        return Some(((name, Some(alias.text.clone())), Some(key)));
    }
    if let ExprKind::Traversal { base, steps } = &expr.kind
        && let [Step::Index(..), ..] = steps.as_slice()
        && let Some(name) = word(base)
    {
        diagnostics.push(
            Diagnostic::error(
                "Invalid provider configuration reference",
                "Only a provider configuration with an alias has instances that a key could choose from.",
            )
            .at(within.range_of(expr))
            .next(format!(
                "Write {name}.ALIAS[…] with the alias of a provider block that has for_each, or {name} alone."
            )),
        );
        return None;
    }
    provider_name_of(within, expr, diagnostics).map(|name| (name, None))
}

/// A reference to a provider configuration without an instance key.
fn provider_name_of(within: &Expression, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<ProviderName> {
    let found = match &expr.kind {
        ExprKind::Error => return None,
        ExprKind::String(text) => {
            diagnostics.push(
                Diagnostic::warning(
                    "Quoted references are deprecated",
                    "In this context, references are expected literally rather than in quotes.",
                )
                .at(within.range_of(expr))
                .next("Remove the quotes."),
            );
            let (name, alias) = match text.split_once('.') {
                Some((name, alias)) => (name, Some(alias)),
                None => (text.as_ref(), None),
            };
            let valid = syntax::is_identifier(name) && alias.is_none_or(syntax::is_identifier);
            valid.then(|| (Arc::from(name), alias.map(Arc::from)))
        }
        _ => dotted(expr),
    };
    if found.is_none() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid provider configuration reference",
                "The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.",
            )
            .at(within.range_of(expr))
            .next("Write the local name of the provider, or name and alias, such as aws.west."),
        );
    }
    found
}

/// A key of a `providers` map.
pub(crate) fn provider_key(
    within: &Expression,
    key: &ObjectKey,
    diagnostics: &mut Diagnostics,
) -> Option<ProviderName> {
    match key {
        ObjectKey::Bare(name) => Some((name.text.clone(), None)),
        ObjectKey::Expr(expr) => match provider_reference_of(within, expr, diagnostics)? {
            (name, None) => Some(name),
            (name, Some(key)) => {
                let detail = "The name on the left is that of the called module, where one configuration is passed: it has no instance key.";
                diagnostics.push(
                    Diagnostic::error("Invalid provider configuration reference", detail)
                        .at(key.range())
                        .next(format!("Write {} = … without the key.", shown(&name))),
                );
                None
            }
        },
    }
}

/// `name` or `name.alias`.
pub(crate) fn dotted(expr: &Expr) -> Option<ProviderName> {
    match &expr.kind {
        ExprKind::Traversal { base, steps } => match steps.as_slice() {
            [Step::Attribute(alias)] => Some((word(base)?, Some(alias.text.clone()))),
            _ => None,
        },
        _ => Some((word(expr)?, None)),
    }
}

/// A name alone; where names are expected, the words of literals are names: there is a provider called null.
fn word(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.text.clone()),
        ExprKind::Null => Some(Arc::from("null")),
        ExprKind::Bool(value) => Some(Arc::from(if *value { "true" } else { "false" })),
        _ => None,
    }
}

/// A provider name as people write it.
pub(crate) fn shown(name: &ProviderName) -> String {
    match &name.1 {
        Some(alias) => format!("{}.{alias}", name.0),
        None => name.0.to_string(),
    }
}
