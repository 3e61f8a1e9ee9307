//! What `console` answers.

use crate::evaluator::{Evaluator, Repetition};
use addrs::ModuleInstance;
use diag::Diagnostics;
use std::sync::Arc;
use syntax::{ExprKind, Expression};
use value::text::{type_text, value_text};

impl Evaluator {
    /// What `console` prints for an expression; after an error nothing. `type(x)` is known here and nowhere else.
    pub fn console(&self, module: &ModuleInstance, expr: &Expression) -> (Option<String>, Diagnostics) {
        let typed = type_argument(expr);
        let (value, diagnostics) = self.evaluate(module, typed.as_ref().unwrap_or(expr), &Repetition::NONE);
        let text = match (diagnostics.has_errors(), typed) {
            (true, _) => None,
            (_, Some(_)) => Some(type_text(&value.ty())),
            (_, None) => Some(value_text(&value)),
        };
        (text, diagnostics)
    }
}

fn type_argument(expr: &Expression) -> Option<Expression> {
    match &expr.root.kind {
        ExprKind::Call { name, args, expand_last: false } if name.text.as_ref() == "type" => match args.as_slice() {
            [only] => Some(Expression { file: expr.file.clone(), root: Arc::new(only.clone()) }),
            _ => None,
        },
        _ => None,
    }
}
