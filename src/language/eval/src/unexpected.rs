//! Attributes that are written for a variable of an object type which does not have them: the conversion drops them, which
//! is nearly always a slip (OpenTofu 1.11 warns too).

use crate::suggestion::did_you_mean;
use config::Variable;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, ObjectKey};
use value::Type;

/// Warns of each, with its path. Only of what is written in the expression itself: an object that is passed on as a whole
/// may well hold more than is wanted.
pub(crate) fn attributes(expr: &Expression, variable: &Variable, diagnostics: &mut Diagnostics) {
    let mut walk = Walk { expr, variable, diagnostics };
    walk.part(&expr.root, &variable.type_constraint, &format!("var.{}", variable.name));
}

struct Walk<'a> {
    expr: &'a Expression,
    variable: &'a Variable,
    diagnostics: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn part(&mut self, part: &Expr, ty: &Type, path: &str) {
        match (&part.kind, ty) {
            (ExprKind::Paren(inner), _) => self.part(inner, ty, path),
            (ExprKind::Tuple(items), Type::List(element) | Type::Set(element)) => {
                for (i, item) in items.iter().enumerate() {
                    self.part(item, element, &format!("{path}[{i}]"));
                }
            }
            (ExprKind::Tuple(items), Type::Tuple(types)) => {
                for (i, (item, ty)) in items.iter().zip(types.iter()).enumerate() {
                    self.part(item, ty, &format!("{path}[{i}]"));
                }
            }
            (ExprKind::Object(items), Type::Map(element)) => {
                for item in items {
                    let key = name(&item.key).map_or_else(|| "…".into(), |name| format!("{name:?}"));
                    self.part(&item.value, element, &format!("{path}[{key}]"));
                }
            }
            (ExprKind::Object(items), Type::Object(object)) => {
                for item in items {
                    let Some(name) = name(&item.key) else { continue };
                    match object.attributes.get(&name) {
                        Some(ty) => self.part(&item.value, ty, &format!("{path}.{name}")),
                        None => self.unexpected(item, &name, object.attributes.keys(), path),
                    }
                }
            }
            _ => {}
        }
    }

    fn unexpected<'k>(
        &mut self,
        item: &syntax::ObjectItem,
        name: &str,
        known: impl Iterator<Item = &'k Arc<str>>,
        path: &str,
    ) {
        let span = match &item.key {
            ObjectKey::Bare(name) => name.span,
            ObjectKey::Expr(key) => key.span,
        };
        let suggestion = did_you_mean(name, known.map(AsRef::as_ref));
        let detail = format!(
            "The type of variable {:?} has no attribute {name:?} in {path}, so that this value is not used.{suggestion}",
            self.variable.name
        );
        self.diagnostics.push(
            Diagnostic::warning("Object attribute is not used", detail)
                .at(span.of(&self.expr.file))
                .next("Correct the name, or remove the attribute."),
        );
    }
}

/// A key as far as it is constant.
fn name(key: &ObjectKey) -> Option<Arc<str>> {
    match key {
        ObjectKey::Bare(name) => Some(name.text.clone()),
        ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => Some(text.clone()),
        ObjectKey::Expr(_) => None,
    }
}
