//! Conditions with messages: validations, preconditions, postconditions, assertions of check blocks.

use crate::evaluator::{Evaluator, Phase, Repeating, Repetition};
use crate::verdicts::{CheckedKind, within};
use addrs::{InstanceKey, ModuleInstance, ModulePath, Resource, ResourceInstance};
use config::CheckRule;
use diag::{ConditionOf, Diagnostic, Diagnostics};
use value::{Content, Marks, Type, Value, convert};

/// What became of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not; the message for people.
    Failed(String),
    /// It depends on what is not known yet.
    Unknown,
    /// It could not be evaluated; the diagnostics say why.
    Invalid,
}

/// Stands where the message of a condition that does not hold cannot be shown. States keep no message then.
pub const NO_MESSAGE: &str = "The condition is not met; its error message cannot be shown.";

impl Evaluator {
    /// Checks the assertions of a `check` block in all instances of its module. What fails only warns.
    pub fn evaluate_check(&self, path: &ModulePath, name: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let Some(check) = self.tree.module(path).and_then(|module| module.checks.get(name)) else {
            return diagnostics;
        };
        for instance in self.module_instances(path) {
            let address = within(&instance, &format!("check.{name}"));
            // A data source that failed has been told; what it leaves open is no news.
            let addr = |data: &Resource| ResourceInstance {
                module: instance.clone(),
                resource: data.clone(),
                key: InstanceKey::None,
            };
            let object = check.data.as_ref().and_then(|data| self.instance(&addr(data)));
            let failed = object.is_some_and(|object| matches!(object.content, Content::Unknown(Type::Dynamic, ..)));
            for rule in &check.asserts {
                let (outcome, troubles) = self.check(&instance, rule, &Repetition::NONE);
                self.register.note(CheckedKind::Check, &address, rule, &outcome);
                diagnostics.extend(troubles);
                let (summary, detail) = match outcome {
                    Outcome::Failed(message) => ("Check block assertion failed", message),
                    Outcome::Unknown if self.settings.phase == Phase::Plan && !failed => (
                        "Check block assertion known after apply",
                        "The condition depends on what is known only after the apply, and is checked then.".to_string(),
                    ),
                    Outcome::Passed | Outcome::Unknown | Outcome::Invalid => continue,
                };
                let warning = Diagnostic::warning(summary, detail)
                    .at(rule.condition.range())
                    .failing(ConditionOf::Check, address.clone());
                diagnostics.push(warning.within(check.range.clone()).about(address.clone()));
            }
        }
        diagnostics
    }

    /// Checks a condition. The diagnostics are about the condition and message themselves; what a failure means is for the
    /// caller to say.
    pub fn check(&self, module: &ModuleInstance, rule: &CheckRule, repetition: &Repetition) -> (Outcome, Diagnostics) {
        self.check_repeating(module, rule, Repeating::Instance(repetition))
    }

    pub(crate) fn check_repeating(
        &self,
        module: &ModuleInstance,
        rule: &CheckRule,
        repeating: Repeating<'_>,
    ) -> (Outcome, Diagnostics) {
        let (condition, mut diagnostics) = self.evaluate_bound(module, &rule.condition, repeating, &[]);
        if self.settings.phase == Phase::Validate {
            let (_, more) = self.evaluate_bound(module, &rule.error_message, repeating, &[]);
            diagnostics.extend(more);
        }
        if diagnostics.has_errors() {
            return (Outcome::Invalid, diagnostics);
        }
        let invalid = |detail: String| {
            Diagnostic::error("Invalid condition result", detail)
                .at(rule.condition.range())
                .next("Write a condition that is true or false for every value, for example with coalesce() or can().")
        };
        if condition.is_null() {
            diagnostics.push(invalid("Condition expression must return either true or false, not null.".into()));
            return (Outcome::Invalid, diagnostics);
        }
        match convert(&condition, &Type::Bool).map(|v| v.content) {
            Err(e) => {
                diagnostics.push(invalid(format!("Invalid condition result value: {e}.")));
                (Outcome::Invalid, diagnostics)
            }
            Ok(Content::Bool(true)) => (Outcome::Passed, diagnostics),
            Ok(Content::Bool(false)) => {
                let (message, more) = self.message(module, rule, repeating);
                diagnostics.extend(more);
                (Outcome::Failed(message), diagnostics)
            }
            Ok(_) => (Outcome::Unknown, diagnostics),
        }
    }

    /// The message of a failed condition; troubles with it come beside it, so that the failure is never hidden.
    fn message(&self, module: &ModuleInstance, rule: &CheckRule, repeating: Repeating<'_>) -> (String, Diagnostics) {
        let (value, mut diagnostics) = self.evaluate_bound(module, &rule.error_message, repeating, &[]);
        let stand_in = || String::from(NO_MESSAGE);
        if diagnostics.has_errors() {
            return (stand_in(), diagnostics);
        }
        let refusal = if value.marks.contains(Marks::SENSITIVE) {
            Some((
                "Error message refers to sensitive values",
                "The error expression used to explain this condition refers to sensitive values, so the message is not shown."
                    .to_string(),
                "Leave sensitive values out of the message, or use nonsensitive() where the message does not reveal them.",
            ))
        } else if value.marks.contains(Marks::EPHEMERAL) {
            Some((
                "Error message refers to ephemeral values",
                "The error expression used to explain this condition refers to ephemeral values, so the message is not shown."
                    .to_string(),
                "Leave ephemeral values out of the message.",
            ))
        } else {
            match convert(&value, &Type::String) {
                Ok(Value { content: Content::String(message), .. }) => {
                    return (message.trim().to_string(), diagnostics);
                }
                Ok(value) if !value.is_known() => None,
                Ok(_) => Some((
                    "Invalid error message",
                    "Unsuitable value for error message: expression result is null.".to_string(),
                    "Write a string.",
                )),
                Err(e) => Some((
                    "Invalid error message",
                    format!("Unsuitable value for error message: {e}."),
                    "Write a string.",
                )),
            }
        };
        if let Some((summary, detail, next)) = refusal {
            // The failure itself is told; that its message is missing is no second one.
            diagnostics.push(Diagnostic::warning(summary, detail).at(rule.error_message.range()).next(next));
        }
        (stand_in(), diagnostics)
    }
}
