//! A value as an expression: what a test gives a module is written into its tree.

use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, ObjectItem, ObjectKey, Span, UnaryOp};
use value::{Content, Marks, Value};

/// The expression that has this value, up to conversions, standing where another stands: what is wrong with the value is
/// shown there. What is unknown has none.
pub(super) fn expression(value: &Value, place: &Expression) -> Expression {
    Expression { file: place.file.clone(), root: Arc::new(expr(value, place.root.span)) }
}

fn expr(value: &Value, span: Span) -> Expr {
    let (plain, marks) = value.clone().unmark();
    let made = Expr { kind: kind(&plain, span), span };
    let call = |function: &str, argument: Expr| {
        let name = Name { text: function.into(), span };
        Expr { kind: ExprKind::Call { name, args: vec![argument], expand_last: false }, span }
    };
    if marks.contains(Marks::SENSITIVE) { call("sensitive", made) } else { made }
}

fn kind(value: &Value, span: Span) -> ExprKind {
    let items = || value.children().map(|(_, item)| expr(item, span)).collect();
    match &value.content {
        Content::Bool(b) => ExprKind::Bool(*b),
        Content::String(text) => ExprKind::String(text.clone()),
        Content::Number(number) if number.signum() < 0 => {
            let positive = Expr { kind: ExprKind::Number(number.neg().to_string().into()), span };
            ExprKind::Unary(UnaryOp::Negate, Box::new(positive))
        }
        Content::Number(number) => ExprKind::Number(number.to_string().into()),
        Content::Tuple(_) | Content::List(..) | Content::Set(..) => ExprKind::Tuple(items()),
        Content::Object(members) => ExprKind::Object(members.iter().map(|(k, v)| item(k, v, span)).collect()),
        Content::Map(_, members) => ExprKind::Object(members.iter().map(|(k, v)| item(k, v, span)).collect()),
        _ => ExprKind::Null,
    }
}

fn item(key: &Arc<str>, value: &Value, span: Span) -> ObjectItem {
    let key = ObjectKey::Expr(Expr { kind: ExprKind::String(key.clone()), span });
    ObjectItem { key, value: expr(value, span), alone: false }
}
