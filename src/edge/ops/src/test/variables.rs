//! Variables of runs: those of the run, of the file, and from outside; each may refer to what stands behind it.

use config::ModuleTree;
use diag::{Diagnostic, Diagnostics, Range};
use eval::{Bound, Reference, Referent, Settings, VariableInput};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::Expression;
use value::Value;

/// Outputs of runs by name; `None` for a run that has not been carried out.
pub(super) type RunOutputs = BTreeMap<Arc<str>, Option<Value>>;

/// What expressions of a test file see.
pub(super) struct Pool<'a> {
    pub(super) tree: &'a ModuleTree,
    pub(super) globals: &'a BTreeMap<Arc<str>, VariableInput>,
    pub(super) file: &'a BTreeMap<Arc<str>, Expression>,
    pub(super) runs: &'a RunOutputs,
    pub(super) settings: &'a Settings,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// In the `variables` of a run.
    Run,
    /// In a `provider` block.
    Provider,
    /// In the `variables` of the file.
    File,
}

/// Variables for a run.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Those of the module.
    pub(super) inputs: BTreeMap<Arc<str>, VariableInput>,
    /// Those that only the test knows.
    pub(super) only_tests: BTreeMap<Arc<str>, Value>,
}

impl Pool<'_> {
    /// The variables of a run: those that its module declares, and those that its assertions refer to.
    pub(super) fn of_run(&self, run: &config::TestRun, assertions: &BTreeSet<Arc<str>>) -> (Given, Diagnostics) {
        let mut given = Given::default();
        let mut troubles = Diagnostics::new();
        let none = BTreeMap::new();
        let declared = self.tree.root().map_or(&none, |root| &root.variables);
        for (name, expr) in &run.variables {
            let (value, found) = self.value(expr, Stands::Run);
            add(&mut troubles, found);
            if declared.contains_key(name) {
                given.inputs.insert(name.clone(), input(expr, value));
            } else if assertions.contains(name) {
                given.only_tests.insert(name.clone(), value);
            } else {
                let detail = format!(
                    "The module under test does not declare a variable named {name:?}, but it is declared in run block {:?}.",
                    run.name
                );
                let warning = Diagnostic::warning("Value for undeclared variable", detail).at(expr.range());
                troubles.push(warning.next("Remove it, or declare the variable."));
            }
        }
        for name in declared.keys().chain(assertions) {
            if given.inputs.contains_key(name) || given.only_tests.contains_key(name) {
                continue;
            }
            if let Some(expr) = self.file.get(name) {
                let (value, found) = self.value(expr, Stands::File);
                add(&mut troubles, found);
                if declared.contains_key(name) {
                    given.inputs.insert(name.clone(), input(expr, value));
                } else {
                    given.only_tests.insert(name.clone(), value);
                }
            } else if let Some(global) = self.globals.get(name) {
                if declared.contains_key(name) {
                    given.inputs.insert(name.clone(), global.clone());
                } else if let (Some(value), found) = self.global(name) {
                    add(&mut troubles, found);
                    given.only_tests.insert(name.clone(), value);
                }
            }
        }
        for (name, variable) in declared.iter().filter(|(_, variable)| variable.default.is_none()) {
            if !given.inputs.contains_key(name) {
                let detail = format!(
                    "The module under test for run block {:?} has a required variable {name:?} with no set value.",
                    run.name
                );
                let trouble = Diagnostic::error("No value for required variable", detail).at(variable.range.clone());
                troubles
                    .push(trouble.next(
                        "Use -var or -var-file, or add it to a \"variables\" block of the test file or the run.",
                    ));
            }
        }
        (given, troubles)
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expression, stands: Stands) -> (Value, Diagnostics) {
        let (references, mut troubles) = eval::references(expr);
        if troubles.has_errors() {
            return (Value::dynamic(), troubles);
        }
        let mut variables = BTreeMap::new();
        for reference in references {
            match &reference.referent {
                Referent::Variable(name) => match self.variable(name, stands) {
                    (Some(value), found) => {
                        add(&mut troubles, found);
                        variables.insert(name.clone(), value);
                    }
                    (None, found) => {
                        add(&mut troubles, found);
                        troubles.push(unavailable(name, stands, reference.range));
                    }
                },
                referent => match run_of(referent) {
                    Some(name) if stands != Stands::File => {
                        troubles.extend(self.check_run(name, &reference, stands));
                    }
                    run => troubles.push(invalid(run.is_some(), stands, reference.range)),
                },
            }
        }
        if troubles.has_errors() {
            return (Value::dynamic(), troubles);
        }
        let bound = [("var".into(), Value::object(variables)), runs_bound(self.runs)];
        let (value, found) = eval::evaluate_alone(expr, &bound, self.settings);
        add(&mut troubles, found);
        (value, troubles)
    }

    fn variable(&self, name: &Arc<str>, stands: Stands) -> (Option<Value>, Diagnostics) {
        match self.file.get(name) {
            Some(expr) if stands != Stands::File => {
                let (value, troubles) = self.value(expr, Stands::File);
                (Some(value), troubles)
            }
            _ => self.global(name),
        }
    }

    /// A variable from outside.
    fn global(&self, name: &Arc<str>) -> (Option<Value>, Diagnostics) {
        let Some(input) = self.globals.get(name) else { return (None, Diagnostics::new()) };
        let declared = self.tree.root().and_then(|root| root.variables.get(name));
        let (value, troubles) = match (input, declared) {
            (input, Some(variable)) => (input.given(variable).unwrap_or_else(Value::dynamic), Diagnostics::new()),
            (VariableInput::Value(value), None) => (value.clone(), Diagnostics::new()),
            (VariableInput::Expression(expr), None) => eval::constant(expr),
            (VariableInput::Text(text, source), None) => {
                let (expr, troubles) = syntax::parse_expression(format!("<{source}>").into(), text);
                if troubles.has_errors() { (Value::dynamic(), troubles) } else { eval::constant(&expr) }
            }
        };
        (Some(value), troubles)
    }

    fn check_run(&self, name: &Arc<str>, reference: &Reference, stands: Stands) -> Option<Diagnostic> {
        let when = if stands == Stands::Provider { "the provider is required" } else { "the current run block" };
        let only =
            format!("You can only reference run blocks that are in the same test file and will execute before {when}.");
        let (summary, detail) = match self.runs.get(name) {
            None => {
                let detail = format!("The run block {name:?} does not exist within this test file. {only}");
                ("Reference to unknown run block", detail)
            }
            Some(None) => {
                ("Reference to unavailable run block", format!("The run block {name:?} has not executed yet. {only}"))
            }
            Some(Some(outputs)) => {
                let output = match reference.steps.first()? {
                    eval::ReferenceStep::Attribute(output) | eval::ReferenceStep::Key(output) => output,
                    _ => return None,
                };
                if outputs.get(output)?.is_wholly_known() {
                    return None;
                }
                let detail = format!(
                    "The value for run.{name}.{output} is unknown. Run block {name:?} is executing a \"plan\" operation, and the specified output value is only known after apply."
                );
                ("Reference to unknown value", detail)
            }
        };
        Some(
            Diagnostic::error(summary, detail)
                .at(reference.range.clone())
                .next("Refer to an earlier run that applies."),
        )
    }
}

/// The run that is referred to: `run.setup`.
pub(super) fn run_of(referent: &Referent) -> Option<&Arc<str>> {
    match referent {
        Referent::Resource(resource) if resource.mode == addrs::Mode::Managed && resource.kind.as_ref() == "run" => {
            Some(&resource.name)
        }
        _ => None,
    }
}

/// The name `run`.
pub(super) fn runs_bound(runs: &RunOutputs) -> Bound {
    let known = runs.iter().filter_map(|(name, outputs)| Some((name.clone(), outputs.clone()?)));
    ("run".into(), Value::object(known))
}

/// A constant stays an expression: what is wrong with it is shown where it is written.
fn input(expr: &Expression, value: Value) -> VariableInput {
    if eval::constant(expr).1.has_errors() {
        VariableInput::Value(value)
    } else {
        VariableInput::Expression(expr.clone())
    }
}

/// Adds what has not been told.
fn add(troubles: &mut Diagnostics, more: Diagnostics) {
    for one in more {
        if !troubles.iter().any(|known| *known == one) {
            troubles.push(one);
        }
    }
}

fn unavailable(name: &str, stands: Stands, at: Range) -> Diagnostic {
    let (place, only) = match stands {
        Stands::Run => ("the current run block", "variables defined at the file or global levels"),
        Stands::Provider => ("the current provider configuration", "variables defined at the file or global levels"),
        Stands::File => ("the current context", "global variables"),
    };
    let detail = format!("The input variable {name:?} is not available to {place}. You can only reference {only}.");
    Diagnostic::error("Reference to unavailable variable", detail)
        .at(at)
        .next("Give it a value with -var or in a variable definitions file, or write the value down.")
}

fn invalid(run: bool, stands: Stands, at: Range) -> Diagnostic {
    let detail = match stands {
        Stands::File if run => "You can not reference run blocks from within the file variables block.",
        Stands::File => "You can only reference global variables within the test file variables block.",
        Stands::Run => {
            "You can only reference earlier run blocks, file level, and global variables while defining variables from inside a run block."
        }
        Stands::Provider => {
            "You can only reference run blocks, file level, and global variables while defining variables from inside provider configurations."
        }
    };
    Diagnostic::error("Invalid reference", detail).at(at).next("Make it an output of an earlier run, or a variable.")
}
