//! Assertions of tests, and expressions of test files: names of their own stand beside those of the module, or alone.

use crate::evaluation::Evaluation;
use crate::evaluator::{Evaluator, ModuleNames, Repeating, Repetition, Settings, surroundings};
use crate::names::{Names, Resolved};
use addrs::ModuleInstance;
use config::CheckRule;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expression, Name, Step};
use value::{Content, Marks, Type, Value, convert};

/// Names that mean something beside those of the module, such as `run`.
pub type Bound = (Arc<str>, Value);

/// What became of an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asserted {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It could not be told.
    Wrong,
}

/// Evaluates an expression in which these names mean something, and functions.
pub fn evaluate_alone(expr: &Expression, bound: &[Bound], settings: &Settings) -> (Value, Diagnostics) {
    Evaluation::run(&BoundOnly, &surroundings(settings), expr, bound)
}

/// No names but those that are bound.
struct BoundOnly;

impl Names for BoundOnly {
    fn resolve(&self, name: &Name, _: &[Step], file: &Arc<str>) -> Resolved {
        let detail = format!("Nothing named {:?} can be referred to here.", name.text);
        Resolved::Wrong(Diagnostic::error("Invalid reference", detail).at(name.span.of(file)))
    }
}

impl Evaluator {
    /// Checks an assertion about the root module, with further names. What fails says so with the values involved.
    pub fn assert(&self, rule: &CheckRule, bound: &[Bound]) -> (Asserted, Diagnostics) {
        let root = ModuleInstance::ROOT;
        let Some(config) = self.tree.root() else { return (Asserted::Wrong, Diagnostics::new()) };
        let repeating = Repeating::Instance(&Repetition::NONE);
        let names = ModuleNames { evaluator: self, config, module: &root, repeating };
        let surroundings = surroundings(&self.settings);
        let (message, mut diagnostics) = message(&names, &surroundings, rule, bound);
        let mut walk = Evaluation::new(&names, &surroundings, rule.condition.file.clone());
        walk.bindings.extend_from_slice(bound);
        walk.tells_ephemeral = true;
        let condition = walk.evaluate(&rule.condition.root);
        let failed = walk.failed_since((0, 0));
        if failed || diagnostics.has_errors() {
            diagnostics.extend(walk.finish());
            return (Asserted::Wrong, diagnostics);
        }
        let (asserted, trouble) = verdict(&condition, message);
        if let Some(trouble) = trouble {
            walk.push_involving(trouble.at(rule.condition.range()).within(rule.range.clone()), &rule.condition.root);
        }
        diagnostics.extend(walk.finish());
        (asserted, diagnostics)
    }
}

fn verdict(condition: &Value, message: String) -> (Asserted, Option<Diagnostic>) {
    let wrong = |summary: &str, detail: String| {
        let trouble = Diagnostic::error(summary, detail);
        (Asserted::Wrong, Some(trouble.next("Write a condition that is true or false.")))
    };
    if condition.is_null() {
        return wrong(
            "Invalid condition run",
            "Condition expression must return either true or false, not null.".into(),
        );
    }
    match convert(condition, &Type::Bool).map(|value| value.content) {
        Err(error) => wrong("Invalid condition run", format!("Invalid condition run value: {error}.")),
        Ok(Content::Bool(true)) => (Asserted::Holds, None),
        Ok(Content::Bool(false)) => (Asserted::Fails, Some(Diagnostic::error("Test assertion failed", message))),
        Ok(_) => {
            let detail = "Condition expression could not be evaluated at this time: it depends on what is known only after an \
                          apply, and this run block only plans.";
            let next = "Leave it out of the condition, or let the run apply. Values of an override are known while \
                        planning with override_during = plan.";
            let trouble = Diagnostic::error("Unknown condition value", detail).next(next);
            (Asserted::Wrong, Some(trouble))
        }
    }
}

/// The message, whether the condition holds or not: a wrong one is told early.
fn message(
    names: &ModuleNames<'_>,
    surroundings: &crate::functions::Surroundings<'_>,
    rule: &CheckRule,
    bound: &[Bound],
) -> (String, Diagnostics) {
    let (value, mut diagnostics) = Evaluation::run(names, surroundings, &rule.error_message, bound);
    if diagnostics.has_errors() {
        return (String::new(), diagnostics);
    }
    let place = rule.error_message.range();
    let invalid = |why: String| {
        let detail = format!("Unsuitable value for error message: {why}.");
        Diagnostic::error("Invalid error message", detail).at(place.clone()).next("Write a string.")
    };
    let hidden = |what: &str| {
        let detail = format!(
            "The error expression used to explain this condition refers to {what} values, so the message is not shown."
        );
        Diagnostic::warning(format!("Error message refers to {what} values"), detail)
            .at(place.clone())
            .next(format!("Leave {what} values out of the message."))
    };
    let said = match convert(&value, &Type::String) {
        Err(error) => Err(invalid(error.to_string())),
        Ok(text) if text.is_null() => Err(invalid("must not be null".into())),
        Ok(text) if text.marks.contains(Marks::SENSITIVE) => Err(hidden("sensitive")),
        Ok(text) if text.marks.contains(Marks::EPHEMERAL) => Err(hidden("ephemeral")),
        Ok(text) => Ok(text.as_str().unwrap_or_default().trim().to_string()),
    };
    match said {
        Ok(text) => (text, diagnostics),
        Err(trouble) => {
            diagnostics.push(trouble);
            (String::new(), diagnostics)
        }
    }
}
