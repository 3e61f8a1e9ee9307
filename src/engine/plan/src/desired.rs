//! What the configuration says about one instance: the seam to the evaluator.

use crate::instance::Subject;
use crate::record::Record;
use crate::triggers;
use crate::{PlanInput, PlanOptions};
use addrs::{ConfigResource, ModuleInstance};
use config::{CheckRule, ModuleTree, ResourceConfig};
use diag::{ConditionOf, Diagnostic, Diagnostics};
use eval::{Evaluator, ExprNode, Outcome, Repetition};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Value;

/// What tasks may look at while they take a turn.
pub(crate) struct View<'a> {
    /// The configuration.
    pub(crate) tree: &'a ModuleTree,
    /// Values so far.
    pub(crate) evaluator: &'a Evaluator,
    /// What the user asked for.
    pub(crate) options: &'a PlanOptions,
    /// Changes so far.
    pub(crate) record: &'a Record,
}

/// One instance that the configuration wants.
#[derive(Clone, Debug)]
pub(crate) struct Desired {
    /// What is fixed about it.
    pub(crate) subject: Subject,
    /// `count.index` and `each` for it.
    pub(crate) repetition: Repetition,
    /// What it depends on, transitively.
    pub(crate) dependencies: Arc<[ConfigResource]>,
    /// What the state is told of `create_before_destroy`: also what follows from what is left out of the plan.
    pub(crate) keeps_create_first: bool,
    /// The `check` block that it stands in.
    pub(crate) check: Option<Arc<str>>,
}

impl Desired {
    /// Its block.
    pub(crate) fn block<'a>(&self, tree: &'a ModuleTree) -> Option<&'a ResourceConfig> {
        let addr = &self.subject.addr;
        tree.module(&addr.module.path())?.resources.get(&addr.resource)
    }

    fn module(&self) -> &ModuleInstance {
        &self.subject.addr.module
    }
}

/// Evaluates the body of an instance, its preconditions first (features-and-traps.md 36, 87).
pub(crate) fn configuration(desired: &Desired, view: &View<'_>) -> (Value, Diagnostics) {
    let Some(block) = desired.block(view.tree) else { return (Value::dynamic(), Diagnostics::new()) };
    let rules = &block.lifecycle.preconditions;
    let mut troubles = conditions(rules, desired, &desired.repetition, "precondition", view);
    if troubles.has_errors() {
        return (Value::dynamic(), troubles);
    }
    let schema = &desired.subject.schema.block;
    let (value, more) = view.evaluator.decode_body(desired.module(), &block.body, schema, &desired.repetition);
    troubles.extend(more);
    (value, troubles)
}

/// Checks the postconditions against the planned object; what is unknown is checked again by apply.
pub(crate) fn postconditions(desired: &Desired, planned: &Value, view: &View<'_>) -> Diagnostics {
    match desired.block(view.tree) {
        Some(block) if !block.lifecycle.postconditions.is_empty() => {
            let repetition = desired.repetition.clone().with_self(planned.clone());
            conditions(&block.lifecycle.postconditions, desired, &repetition, "postcondition", view)
        }
        _ => Diagnostics::new(),
    }
}

/// Whether `replace_triggered_by` asks for a replacement.
pub(crate) fn triggered(desired: &Desired, view: &View<'_>) -> (bool, Diagnostics) {
    match desired.block(view.tree) {
        Some(block) => triggers::triggered(&block.lifecycle.replace_triggered_by, desired, view),
        None => (false, Diagnostics::new()),
    }
}

fn conditions(
    rules: &[CheckRule],
    desired: &Desired,
    repetition: &Repetition,
    what: &str,
    view: &View<'_>,
) -> Diagnostics {
    let mut troubles = Diagnostics::new();
    for rule in rules {
        let (outcome, found) = view.evaluator.check_resource(&desired.subject.addr, rule, repetition);
        troubles.extend(found);
        if let Outcome::Failed(message) = outcome {
            troubles.push(
                Diagnostic::error(format!("Resource {what} failed"), message)
                    .at(rule.condition.range())
                    .within(rule.range.clone())
                    .about(desired.subject.addr.to_string())
                    .failing(ConditionOf::Resource, desired.subject.addr.to_string()),
            );
        }
    }
    troubles
}

/// Values of root variables that nobody asked for: slips on the command line, leftovers in files.
pub fn undeclared_variables(
    tree: &ModuleTree,
    variables: &BTreeMap<Arc<str>, eval::VariableInput>,
    evaluator: &Evaluator,
) -> Diagnostics {
    let from_environment = |name: &&Arc<str>| matches!(variables.get(*name), Some(eval::VariableInput::Text(_, source)) if source.starts_with("environment"));
    let undeclared = evaluator.undeclared_root_variables();
    // The environment is shared by many configurations; Terraform says nothing about it either.
    let names = undeclared.iter().filter(|name| !from_environment(name));
    names.map(|name| undeclared_variable(tree, variables, name)).collect()
}

fn undeclared_variable(
    tree: &ModuleTree,
    variables: &BTreeMap<Arc<str>, eval::VariableInput>,
    name: &str,
) -> Diagnostic {
    let declared = tree.root().into_iter().flat_map(|root| root.variables.keys().map(AsRef::as_ref));
    let next = match diag::nearest(name, declared) {
        Some(meant) => format!("Did you mean {meant:?}?"),
        None => format!("To use this value, add a \"variable\" block named {name:?} to the configuration."),
    };
    let summary = "Value for undeclared variable";
    match variables.get(name) {
        Some(eval::VariableInput::Text(_, source)) if source.starts_with("-var") => {
            let detail = format!(
                "A variable named {name:?} was assigned on the command line, but the root module does not declare a variable of that name."
            );
            Diagnostic::error(summary, detail).next(next)
        }
        given => {
            let detail =
                format!("The root module does not declare a variable named {name:?} but a value was found for it.");
            let trouble = Diagnostic::warning(summary, detail).next(next);
            match given {
                Some(eval::VariableInput::Expression(expression)) => trouble.at(expression.range()),
                _ => trouble,
            }
        }
    }
}

/// An evaluator for a plan, with the variables that were given.
pub(crate) fn evaluator(input: &PlanInput) -> (Evaluator, Diagnostics) {
    let mut evaluator = Evaluator::new(input.tree.clone(), input.surroundings.clone());
    evaluator.set_root_variables(input.variables.clone());
    evaluator.know_functions(&input.schemas);
    let troubles = undeclared_variables(&input.tree, &input.variables, &evaluator);
    (evaluator, troubles)
}

/// Evaluates a node that is neither resource nor provider.
pub(crate) fn evaluate_node(evaluator: &mut Evaluator, node: &ExprNode) -> Diagnostics {
    match node {
        ExprNode::ModuleCall(path) => evaluator.expand_module(path),
        ExprNode::Variable(path, name) => evaluator.evaluate_variable(path, name),
        ExprNode::VariableRules(path, name) => evaluator.check_variable(path, name),
        ExprNode::Local(path, name) => evaluator.evaluate_local(path, name),
        ExprNode::Output(path, name) => evaluator.evaluate_output(path, name),
        ExprNode::Check(path, name) => evaluator.evaluate_check(path, name),
        ExprNode::Resource(_) | ExprNode::Provider(_) | ExprNode::ModuleDone(_) => Diagnostics::new(),
    }
}
