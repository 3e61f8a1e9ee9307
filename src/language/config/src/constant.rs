//! Expressions that must be known before anything is evaluated.

use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, ObjectKey, Step, TemplatePart, UnaryOp};
use value::{Content, Number, Type, Value, convert};

/// The value of an expression made of literals only; `None` for anything else.
pub(crate) fn literal(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Number(text) => Number::parse(text).map(Value::number),
        ExprKind::Bool(value) => Some(Value::bool(*value)),
        ExprKind::Null => Some(Value::null(Type::Dynamic)),
        ExprKind::String(text) => Some(Value::string(text.clone())),
        ExprKind::Paren(inner) => literal(inner),
        ExprKind::Unary(UnaryOp::Negate, inner) => {
            literal(inner)?.as_number().map(|number| Value::number(number.neg()))
        }
        ExprKind::Unary(UnaryOp::Not, inner) => literal(inner)?.as_bool().map(|value| Value::bool(!value)),
        ExprKind::Tuple(items) => Some(Value::tuple(items.iter().map(literal).collect::<Option<Vec<_>>>()?)),
        ExprKind::Object(items) => {
            let attribute = |item: &syntax::ObjectItem| {
                let key: Arc<str> = match &item.key {
                    ObjectKey::Bare(name) => name.text.clone(),
                    ObjectKey::Expr(key) => convert(&literal(key)?, &Type::String).ok()?.as_str()?.into(),
                };
                Some((key, literal(&item.value)?))
            };
            Some(Value::object(items.iter().map(attribute).collect::<Option<Vec<_>>>()?))
        }
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Interpolation(only)] => literal(only),
            _ => None,
        },
        _ => None,
    }
}

/// A constant of a primitive type, converted as everywhere (`"true"` is a bool). Null is `None`, as if not written.
fn primitive(expr: &Expression, ty: &Type, what: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    if matches!(expr.root.kind, ExprKind::Error) {
        return None;
    }
    if let Some(bad) = first_reference(&expr.root) {
        diagnostics.push(not_constant(expr, bad));
        return None;
    }
    let value = literal(&expr.root).and_then(|value| convert(&value, ty).ok());
    match value {
        Some(value) if value.is_null() => None,
        Some(value) => Some(value),
        None => {
            let detail = format!("Unsuitable value: {} is required.", with_article(ty));
            diagnostics.push(
                Diagnostic::error("Unsuitable value type", detail)
                    .at(expr.range())
                    .next(format!("Write the value of {what} as a literal.")),
            );
            None
        }
    }
}

fn with_article(ty: &Type) -> String {
    format!("a {}", ty.friendly_name())
}

pub(crate) fn string(expr: &Expression, what: &str, diagnostics: &mut Diagnostics) -> Option<Arc<str>> {
    match primitive(expr, &Type::String, what, diagnostics)?.content {
        Content::String(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn bool(expr: &Expression, what: &str, diagnostics: &mut Diagnostics) -> Option<bool> {
    primitive(expr, &Type::Bool, what, diagnostics)?.as_bool()
}

/// Reports a reference or function call in an expression that must be constant.
pub(crate) fn check_constant(expr: &Expression, diagnostics: &mut Diagnostics) {
    if let Some(bad) = first_reference(&expr.root) {
        diagnostics.push(not_constant(expr, bad));
    }
}

fn not_constant(expr: &Expression, bad: &Expr) -> Diagnostic {
    let range = expr.range_of(bad);
    let next = "Write a constant value here.";
    match &bad.kind {
        ExprKind::Call { .. } => {
            Diagnostic::error("Function calls not allowed", "Functions may not be called here.").at(range).next(next)
        }
        _ => Diagnostic::error("Variables not allowed", "Variables may not be used here.").at(range).next(next),
    }
}

/// The first reference to something outside of the expression, or function call.
fn first_reference(expr: &Expr) -> Option<&Expr> {
    find(expr, &mut Vec::new())
}

/// `bound` are the names that `for` gives.
fn find<'e>(expr: &'e Expr, bound: &mut Vec<&'e str>) -> Option<&'e Expr> {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::String(_) | ExprKind::Error => None,
        ExprKind::Variable(name) => (!bound.contains(&name.text.as_ref())).then_some(expr),
        ExprKind::Call { .. } => Some(expr),
        ExprKind::Template(parts) => find_in_parts(parts, bound),
        ExprKind::Traversal { base, steps } | ExprKind::Splat { source: base, steps, .. } => {
            find(base, bound).or_else(|| find_in_steps(steps, bound))
        }
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => find(inner, bound),
        ExprKind::Binary { first, rest } => {
            find(first, bound).or_else(|| rest.iter().find_map(|(_, operand)| find(operand, bound)))
        }
        ExprKind::Conditional { condition, yes, no } => {
            find(condition, bound).or_else(|| find(yes, bound)).or_else(|| find(no, bound))
        }
        ExprKind::Tuple(items) => items.iter().find_map(|item| find(item, bound)),
        ExprKind::Object(items) => items.iter().find_map(|item| {
            let key = match &item.key {
                ObjectKey::Bare(_) => None,
                ObjectKey::Expr(key) => find(key, bound),
            };
            key.or_else(|| find(&item.value, bound))
        }),
        ExprKind::For(parts) => {
            let outside = find(&parts.collection, bound);
            outside.or_else(|| {
                let names = bound.len();
                bound.extend(parts.key_name.as_ref().map(|name| name.text.as_ref()));
                bound.push(&parts.value_name.text);
                let inner = [parts.key.as_ref(), Some(&parts.value), parts.condition.as_ref()];
                let found = inner.into_iter().flatten().find_map(|e| find(e, bound));
                bound.truncate(names);
                found
            })
        }
    }
}

fn find_in_steps<'e>(steps: &'e [Step], bound: &mut Vec<&'e str>) -> Option<&'e Expr> {
    steps.iter().find_map(|step| match step {
        Step::Attribute(_) => None,
        Step::Index(key, _) => find(key, bound),
        Step::Splat { steps, .. } => find_in_steps(steps, bound),
    })
}

fn find_in_parts<'e>(parts: &'e [TemplatePart], bound: &mut Vec<&'e str>) -> Option<&'e Expr> {
    parts.iter().find_map(|part| match part {
        TemplatePart::Literal(..) => None,
        TemplatePart::Interpolation(expr) => find(expr, bound),
        TemplatePart::If { condition, yes, no, .. } => {
            find(condition, bound).or_else(|| find_in_parts(yes, bound)).or_else(|| find_in_parts(no, bound))
        }
        TemplatePart::For { key_name, value_name, collection, body, .. } => {
            let outside = find(collection, bound);
            outside.or_else(|| {
                let names = bound.len();
                bound.extend(key_name.as_ref().map(|name| name.text.as_ref()));
                bound.push(&value_name.text);
                let found = find_in_parts(body, bound);
                bound.truncate(names);
                found
            })
        }
    })
}
