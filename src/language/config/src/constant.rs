//! Expressions that must be known before anything is evaluated.

use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, ObjectKey, Step, TemplatePart, UnaryOp};
use syntax::{with_room, with_room_for_values};
use value::{Content, Number, Type, Value, convert};

/// The value of an expression made of literals only; `None` for anything else.
pub(crate) fn literal(expr: &Expr) -> Option<Value> {
    with_room_for_values(|| literal_of(expr))
}

fn literal_of(expr: &Expr) -> Option<Value> {
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

/// The names outside of the expression that its references begin with, and their places.
pub(crate) fn roots(expr: &Expression) -> Vec<(diag::Range, Arc<str>)> {
    let found = std::cell::RefCell::new(Vec::new());
    let wanted = |part: &Expr, bound: &[&str]| {
        if let ExprKind::Variable(name) = &part.kind
            && !bound.contains(&name.text.as_ref())
        {
            found.borrow_mut().push((expr.range_of(part), name.text.clone()));
        }
        false
    };
    Search { bound: Vec::new(), wanted: &wanted }.expr(&expr.root);
    found.into_inner()
}

/// The places where it refers to something else of `root` than its one attribute: `each.value`, where only `each.key` is there.
pub(crate) fn other_parts(expr: &Expression, root: &str, attribute: &str) -> Vec<diag::Range> {
    let found = std::cell::RefCell::new(Vec::new());
    let wanted = |part: &Expr, bound: &[&str]| {
        if let ExprKind::Traversal { base, steps } = &part.kind
            && matches!(&base.kind, ExprKind::Variable(name) if name.text.as_ref() == root && !bound.contains(&root))
            && !matches!(steps.as_slice(), [Step::Attribute(name)] if name.text.as_ref() == attribute)
        {
            found.borrow_mut().push(expr.range_of(part));
        }
        false
    };
    Search { bound: Vec::new(), wanted: &wanted }.expr(&expr.root);
    found.into_inner()
}

/// True when the expression is no literal, but may become a constant by evaluation.
pub(crate) fn needs_evaluation(expr: &Expression) -> bool {
    !matches!(expr.root.kind, ExprKind::Error) && literal(&expr.root).is_none()
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
    let wanted = |expr: &Expr, bound: &[&str]| match &expr.kind {
        ExprKind::Variable(name) => !bound.contains(&name.text.as_ref()),
        ExprKind::Call { .. } => true,
        _ => false,
    };
    Search { bound: Vec::new(), wanted: &wanted }.expr(expr)
}

/// True when the expression refers to something outside of itself.
pub(crate) fn refers(expr: &Expression) -> bool {
    let wanted = |expr: &Expr, bound: &[&str]| match &expr.kind {
        ExprKind::Variable(name) => !bound.contains(&name.text.as_ref()),
        // What did not parse might have referred to something.
        ExprKind::Error => true,
        _ => false,
    };
    Search { bound: Vec::new(), wanted: &wanted }.expr(&expr.root).is_some()
}

/// True when `var.NAME` occurs in the expression.
pub(crate) fn mentions_variable(expr: &Expression, name: &str) -> bool {
    let wanted = |expr: &Expr, _: &[&str]| match &expr.kind {
        ExprKind::Traversal { base, steps } => {
            matches!(&base.kind, ExprKind::Variable(root) if root.text.as_ref() == "var")
                && matches!(steps.first(), Some(Step::Attribute(first)) if first.text.as_ref() == name)
        }
        // What did not parse might have mentioned it.
        ExprKind::Error => true,
        _ => false,
    };
    Search { bound: Vec::new(), wanted: &wanted }.expr(&expr.root).is_some()
}

/// A walk through an expression for the first node that is wanted.
struct Search<'e, 'w> {
    /// Names that `for` gives, at the place of the walk.
    bound: Vec<&'e str>,
    wanted: &'w dyn Fn(&Expr, &[&str]) -> bool,
}

impl<'e> Search<'e, '_> {
    fn expr(&mut self, expr: &'e Expr) -> Option<&'e Expr> {
        with_room(|| self.inside(expr))
    }

    fn inside(&mut self, expr: &'e Expr) -> Option<&'e Expr> {
        if (self.wanted)(expr, &self.bound) {
            return Some(expr);
        }
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::String(_)
            | ExprKind::Variable(_)
            | ExprKind::Error => None,
            ExprKind::Call { args, .. } => self.all(args),
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Traversal { base, steps } | ExprKind::Splat { source: base, steps, .. } => {
                self.expr(base).or_else(|| self.steps(steps))
            }
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Binary { first, rest } => {
                self.expr(first).or_else(|| rest.iter().find_map(|(_, operand)| self.expr(operand)))
            }
            ExprKind::Conditional { condition, yes, no } => self.all([condition, yes, no].map(|e| e.as_ref())),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::Object(items) => items.iter().find_map(|item| {
                let key = match &item.key {
                    ObjectKey::Bare(_) => None,
                    ObjectKey::Expr(key) => self.expr(key),
                };
                key.or_else(|| self.expr(&item.value))
            }),
            ExprKind::For(parts) => self.expr(&parts.collection).or_else(|| {
                let inner = [parts.key.as_ref(), Some(&parts.value), parts.condition.as_ref()];
                self.binding(parts.key_name.as_ref(), &parts.value_name, |search| {
                    search.all(inner.into_iter().flatten())
                })
            }),
        }
    }

    fn all(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Option<&'e Expr> {
        exprs.into_iter().find_map(|expr| self.expr(expr))
    }

    /// Walks on with the names of a `for`.
    fn binding(
        &mut self,
        key: Option<&'e Name>,
        value: &'e Name,
        walk: impl FnOnce(&mut Self) -> Option<&'e Expr>,
    ) -> Option<&'e Expr> {
        let names = self.bound.len();
        self.bound.extend(key.map(|name| name.text.as_ref()));
        self.bound.push(&value.text);
        let found = walk(self);
        self.bound.truncate(names);
        found
    }

    fn steps(&mut self, steps: &'e [Step]) -> Option<&'e Expr> {
        steps.iter().find_map(|step| match step {
            Step::Attribute(_) => None,
            Step::Index(key, _) => self.expr(key),
            Step::Splat { steps, .. } => with_room(|| self.steps(steps)),
        })
    }

    fn parts(&mut self, parts: &'e [TemplatePart]) -> Option<&'e Expr> {
        parts.iter().find_map(|part| match part {
            TemplatePart::Literal(..) => None,
            TemplatePart::Interpolation(expr) => self.expr(expr),
            TemplatePart::If { condition, yes, no, .. } => {
                self.expr(condition).or_else(|| with_room(|| self.parts(yes).or_else(|| self.parts(no))))
            }
            TemplatePart::For { key_name, value_name, collection, body, .. } => self
                .expr(collection)
                .or_else(|| self.binding(key_name.as_ref(), value_name, |search| with_room(|| search.parts(body)))),
        })
    }
}
