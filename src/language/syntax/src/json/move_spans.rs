//! Trees of text inside of JSON strings, moved to the places in the file.

use crate::{Expr, ExprKind, Name, ObjectKey, Span, Step, TemplatePart, with_room};

/// Gives every node and name the place that `moved` says.
pub(super) fn move_spans(expr: &mut Expr, moved: &dyn Fn(Span) -> Span) {
    with_room(|| Mover { moved }.expr(expr));
}

struct Mover<'a> {
    moved: &'a dyn Fn(Span) -> Span,
}

impl Mover<'_> {
    fn expr(&self, expr: &mut Expr) {
        expr.span = (self.moved)(expr.span);
        match &mut expr.kind {
            ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::String(_) | ExprKind::Error => {}
            ExprKind::Variable(name) => self.name(name),
            kind => with_room(|| self.parts_of(kind)),
        }
    }

    fn parts_of(&self, kind: &mut ExprKind) {
        match kind {
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Traversal { base, steps } | ExprKind::Splat { source: base, steps, .. } => {
                self.expr(base);
                self.steps(steps);
            }
            ExprKind::Call { name, args, .. } => {
                self.name(name);
                args.iter_mut().for_each(|arg| self.expr(arg));
            }
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                rest.iter_mut().for_each(|(_, operand)| self.expr(operand));
            }
            ExprKind::Conditional { condition, yes, no } => {
                [condition, yes, no].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Tuple(items) => items.iter_mut().for_each(|item| self.expr(item)),
            ExprKind::Object(items) => {
                for item in items {
                    match &mut item.key {
                        ObjectKey::Bare(name) => self.name(name),
                        ObjectKey::Expr(key) => self.expr(key),
                    }
                    self.expr(&mut item.value);
                }
            }
            ExprKind::For(parts) => {
                parts.key_name.iter_mut().for_each(|name| self.name(name));
                self.name(&mut parts.value_name);
                self.expr(&mut parts.collection);
                parts.key.iter_mut().chain(&mut parts.condition).for_each(|part| self.expr(part));
                self.expr(&mut parts.value);
            }
            ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::String(_)
            | ExprKind::Variable(_)
            | ExprKind::Error => {}
        }
    }

    fn name(&self, name: &mut Name) {
        name.span = (self.moved)(name.span);
    }

    fn steps(&self, steps: &mut [Step]) {
        for step in steps {
            match step {
                Step::Attribute(name) => self.name(name),
                Step::Index(key, span) => {
                    self.expr(key);
                    *span = (self.moved)(*span);
                }
                Step::Splat { steps, span, .. } => {
                    *span = (self.moved)(*span);
                    with_room(|| self.steps(steps));
                }
            }
        }
    }

    fn parts(&self, parts: &mut [TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(_, span) => *span = (self.moved)(*span),
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If { condition, yes, no, span } => {
                    *span = (self.moved)(*span);
                    self.expr(condition);
                    with_room(|| {
                        self.parts(yes);
                        self.parts(no);
                    });
                }
                TemplatePart::For { key_name, value_name, collection, body, span } => {
                    *span = (self.moved)(*span);
                    key_name.iter_mut().for_each(|name| self.name(name));
                    self.name(value_name);
                    self.expr(collection);
                    with_room(|| self.parts(body));
                }
            }
        }
    }
}
