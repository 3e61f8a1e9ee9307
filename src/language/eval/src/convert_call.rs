//! `convert(value, type)`: of OpenTofu and Terraform 1.15. Its second argument is a type, not a value.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use syntax::{Expr, Expression, Name};
use value::{Value, convert};

impl Evaluation<'_> {
    /// The value as the type constraint wants it, with the defaults of optional attributes.
    pub(crate) fn convert_call(&mut self, name: &Name, args: &[Expr], whole: &Expr) -> Value {
        let [argument, constraint] = args else {
            let missing = if args.is_empty() { "value" } else { "type" };
            return self.wrong_count(name, 2, args.len(), missing, whole);
        };
        let constraint = Expression { file: self.file.clone(), root: std::sync::Arc::new(constraint.clone()) };
        let (ty, defaults, troubles) = config::parse_type(&constraint);
        if troubles.has_errors() {
            self.troubles.extend(troubles);
            return Value::dynamic();
        }
        let before = self.here();
        let value = self.evaluate(argument);
        if self.failed_since(before) {
            return Value::dynamic();
        }
        let filled = if value.is_null() { value } else { defaults.apply(&value) };
        convert(&filled, &ty).unwrap_or_else(|error| {
            let detail = format!("Invalid value for \"value\" parameter: {error}.");
            self.fail_call(name, Fault::new("Invalid function argument", detail), argument.span, whole)
        })
    }
}

/// The arguments of a call that hold values: all, except for the type that `convert` takes.
pub(crate) fn value_arguments<'e>(name: &Name, args: &'e [Expr]) -> &'e [Expr] {
    match name.text.strip_prefix("core::").unwrap_or(&name.text) {
        "convert" => args.get(..1).unwrap_or(args),
        _ => args,
    }
}
