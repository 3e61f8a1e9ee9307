//! Local values and outputs.

use crate::check::Outcome;
use crate::evaluator::{Evaluator, Repeating, Repetition};
use crate::verdicts::{CheckedKind, within};
use addrs::{ModuleInstance, ModulePath};
use config::Output;
use diag::{ConditionOf, Diagnostic, Diagnostics};
use value::{Marks, Value, convert};

impl Evaluator {
    /// Finds a local value in all instances of its module.
    pub fn evaluate_local(&mut self, path: &ModulePath, name: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let tree = self.tree.clone();
        let Some(local) = tree.module(path).and_then(|module| module.locals.get(name)) else {
            return diagnostics;
        };
        for instance in self.module_instances(path) {
            let (value, troubles) = self.evaluate(&instance, &local.expr, &Repetition::NONE);
            diagnostics.extend(troubles);
            self.values.entry(instance).or_default().locals.insert(local.name.clone(), value);
        }
        diagnostics
    }

    /// Checks the preconditions of an output and finds its value, in all instances of its module.
    pub fn evaluate_output(&mut self, path: &ModulePath, name: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let tree = self.tree.clone();
        let Some(output) = tree.module(path).and_then(|module| module.outputs.get(name)) else {
            return diagnostics;
        };
        for instance in self.module_instances(path) {
            let (value, troubles) = self.output_in(&instance, output);
            diagnostics.extend(troubles);
            self.values.entry(instance.clone()).or_default().outputs.insert(output.name.clone(), value);
            self.forget_call_value(&instance);
        }
        diagnostics
    }

    /// What the caller sees of a module instance is built anew when asked for.
    fn forget_call_value(&mut self, instance: &ModuleInstance) {
        if let Some((parent, call, _)) = instance.parent()
            && let Some(call) = self.values.get_mut(&parent).and_then(|values| values.calls.get_mut(&call))
        {
            call.whole.take();
        }
    }

    fn output_in(&self, instance: &ModuleInstance, output: &Output) -> (Value, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut met = true;
        for rule in &output.preconditions {
            let (outcome, troubles) = self.check_repeating(instance, rule, Repeating::Instance(&Repetition::NONE));
            let address = within(instance, &format!("output.{}", output.name));
            self.register.note(CheckedKind::Output, &address, rule, &outcome);
            diagnostics.extend(troubles);
            if let Outcome::Failed(message) = outcome {
                met = false;
                diagnostics.push(
                    Diagnostic::error("Module output value precondition failed", message)
                        .at(rule.condition.range())
                        .within(output.range.clone())
                        .failing(ConditionOf::Output, address)
                        .next("Change what the condition looks at, or the condition."),
                );
            }
        }
        let marks = marks_of(output);
        if !met {
            return (Value::dynamic().marked(marks), diagnostics);
        }
        let (value, troubles) = self.evaluate(instance, &output.expr, &Repetition::NONE);
        diagnostics.extend(troubles);
        let value = match typed(output, value) {
            Ok(value) => value,
            Err(refusal) => {
                diagnostics.push(*refusal);
                Value::dynamic()
            }
        };
        let found = value.all_marks();
        if !output.ephemeral && found.contains(Marks::EPHEMERAL) {
            let detail = "This output value is not declared as returning an ephemeral value, so it cannot be set to a result \
                          derived from an ephemeral value.";
            let next = if instance.is_root() {
                "Root outputs are stored: leave the ephemeral value out of it."
            } else {
                "Declare the output with ephemeral = true."
            };
            diagnostics
                .push(Diagnostic::error("Ephemeral value not allowed", detail).at(output.expr.range()).next(next));
        }
        if instance.is_root() && !output.sensitive && found.contains(Marks::SENSITIVE) {
            diagnostics.push(exposed_secret(output));
        }
        (value.marked(marks), diagnostics)
    }
}

/// The value brought to the type that the output declares, if it declares one.
fn typed(output: &Output, value: Value) -> Result<Value, Box<Diagnostic>> {
    let Some((ty, defaults)) = &output.type_constraint else { return Ok(value) };
    convert(&defaults.apply(&value), ty).map_err(|e| {
        let detail = format!("The value of output {:?} is not of the type that it declares: {e}.", output.name);
        Box::new(
            Diagnostic::error("Invalid output value", detail)
                .at(output.expr.range())
                .involving("the value", crate::describe(&value))
                .next(format!("Give a value of type {ty}, or change the type.")),
        )
    })
}

fn exposed_secret(output: &Output) -> Diagnostic {
    Diagnostic::error(
        "Output refers to sensitive values",
        "To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, any root module \
         output containing sensitive data must be explicitly marked as sensitive, to confirm your intent.",
    )
    .at(output.range.clone())
    .next("If you do intend to export this data, annotate the output value with sensitive = true.")
}

fn marks_of(output: &Output) -> Marks {
    let sensitive = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if output.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    sensitive.union(ephemeral)
}
