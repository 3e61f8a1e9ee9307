//! JSON values as expressions.

use super::{Node, NodeKind, Property, Reading, Text};
use crate::lexer::Start;
use crate::{Attribute, Expr, ExprKind, Expression, ObjectItem, ObjectKey, Span, UnaryOp, with_room};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Property {
    pub(super) fn read(&self, reading: Reading, diagnostics: &mut Diagnostics) -> Attribute {
        let mut maker = Maker { file: &self.file, diagnostics };
        let root = match (reading, &self.value.kind) {
            (Reading::Requirement, NodeKind::Object(entries)) => maker.requirement(entries, self.value.span),
            _ => maker.expression(&self.value, reading),
        };
        let expr = Expression { file: self.file.clone(), root: Arc::new(root) };
        Attribute { name: self.name.clone(), expr, span: self.span() }
    }
}

struct Maker<'a> {
    file: &'a Arc<str>,
    diagnostics: &'a mut Diagnostics,
}

impl Maker<'_> {
    fn expression(&mut self, node: &Node, reading: Reading) -> Expr {
        let kind = match &node.kind {
            NodeKind::Null => ExprKind::Null,
            NodeKind::Bool(value) => ExprKind::Bool(*value),
            NodeKind::Number(text) => number(text, node.span),
            NodeKind::String(text) => return self.string(text, node.span, reading),
            NodeKind::Array(items) => {
                with_room(|| ExprKind::Tuple(items.iter().map(|item| self.expression(item, reading)).collect()))
            }
            NodeKind::Object(properties) => with_room(|| self.object(properties, reading)),
            NodeKind::Invalid => ExprKind::Error,
        };
        Expr { kind, span: node.span }
    }

    fn object(&mut self, properties: &[Arc<Property>], reading: Reading) -> ExprKind {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut items = Vec::with_capacity(properties.len());
        for property in properties {
            let text = Text { text: property.name.text.clone(), escapes: property.name_escapes.clone() };
            let key = self.string(&text, property.name.span, reading);
            if matches!(key.kind, ExprKind::String(_)) && seen.insert(&property.name.text, property.name.span).is_some()
            {
                let detail =
                    format!("An attribute named \"{}\" was already defined in this object.", property.name.text);
                self.diagnostics.push(
                    Diagnostic::error("Duplicate object attribute", detail)
                        .at(property.name.span.of(self.file))
                        .next("Remove one of the two."),
                );
            }
            let value = self.expression(&property.value, reading);
            items.push(ObjectItem { key: ObjectKey::Expr(key), value, alone: true });
        }
        ExprKind::Object(items)
    }

    fn requirement(&mut self, entries: &[Arc<Property>], span: Span) -> Expr {
        let item = |entry: &Arc<Property>| {
            let reading =
                if entry.name.text.as_ref() == "configuration_aliases" { Reading::Code } else { Reading::Literal };
            let key = Expr { kind: ExprKind::String(entry.name.text.clone()), span: entry.name.span };
            ObjectItem { key: ObjectKey::Expr(key), value: self.expression(&entry.value, reading), alone: true }
        };
        Expr { kind: ExprKind::Object(entries.iter().map(item).collect()), span }
    }

    fn string(&mut self, text: &Text, span: Span, reading: Reading) -> Expr {
        let start = match reading {
            Reading::Template if text.text.contains("${") || text.text.contains("%{") => Start::Template,
            // The old wildcard of ignore_changes is told where it is read.
            Reading::Code if text.text.as_ref() != "*" => Start::Code,
            _ => return Expr { kind: ExprKind::String(text.text.clone()), span },
        };
        let before = self.diagnostics.len();
        let (mut expr, troubles) = crate::lone_expr(self.file.clone(), &text.text, start);
        if start == Start::Code && text.text.trim_start().starts_with("${") {
            let detail = "In this place a string is read as an expression, not as a template.";
            let trouble = Diagnostic::error("Invalid expression", detail).at(span.of(self.file));
            self.diagnostics.push(trouble.next("Write it without \"${\" and \"}\"."));
            return Expr { kind: ExprKind::Error, span };
        }
        let place = |at: u32| {
            let before = text.escapes.partition_point(|(decoded, _)| *decoded <= at);
            let ahead = before.checked_sub(1).and_then(|i| text.escapes.get(i)).map_or(0, |(_, ahead)| *ahead);
            span.start + 1 + at + ahead
        };
        let moved = |inner: Span| Span::new(place(inner.start), place(inner.end));
        super::move_spans::move_spans(&mut expr, &moved);
        if start == Start::Template {
            expr.span = span;
        }
        self.diagnostics.extend(troubles.into_iter().map(|mut trouble| {
            for range in trouble.subject.iter_mut().chain(&mut trouble.context) {
                let inside = moved(Span::new(range.start, range.end));
                (range.start, range.end) = (inside.start, inside.end);
            }
            trouble
        }));
        if start == Start::Code && self.diagnostics.len() > before {
            return Expr { kind: ExprKind::Error, span };
        }
        expr
    }
}

/// The sign of a number is an operator in trees.
fn number(text: &Arc<str>, span: Span) -> ExprKind {
    match text.strip_prefix('-') {
        // Zero has no sign.
        Some(digits) if digits.bytes().take_while(|b| !matches!(b, b'e' | b'E')).any(|b| matches!(b, b'1'..=b'9')) => {
            let inner = Expr { kind: ExprKind::Number(Arc::from(digits)), span: Span::new(span.start + 1, span.end) };
            ExprKind::Unary(UnaryOp::Negate, Box::new(inner))
        }
        Some(zero) => ExprKind::Number(Arc::from(zero)),
        None => ExprKind::Number(text.clone()),
    }
}
