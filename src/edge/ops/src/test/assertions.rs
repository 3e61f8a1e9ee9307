//! Assertions of a run, against what its plan or apply came to.

use super::variables::{Given, RunOutputs, run_of, runs_bound};
use addrs::{Mode, ModuleInstance};
use config::{CheckRule, ModuleTree, TestRun};
use diag::{Diagnostic, Diagnostics};
use eval::{Asserted, Bound, Evaluator, Reference, Referent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Type, Value};
use views::TestStatus;

/// The variables that the assertions of a run refer to.
pub(super) fn variables(run: &TestRun) -> BTreeSet<Arc<str>> {
    let name = |reference: Reference| match reference.referent {
        Referent::Variable(name) => Some(name),
        _ => None,
    };
    run.asserts.iter().flat_map(references).filter_map(name).collect()
}

fn references(rule: &CheckRule) -> Vec<Reference> {
    [&rule.condition, &rule.error_message].into_iter().flat_map(|expr| eval::references(expr).0).collect()
}

/// The root outputs as later runs see them.
pub(super) fn outputs(evaluator: &Evaluator, tree: &ModuleTree) -> Value {
    let value = |name: &Arc<str>| {
        let value = evaluator.output_value(&ModuleInstance::ROOT, name).cloned();
        (name.clone(), value.unwrap_or_else(|| Value::null(Type::Dynamic)))
    };
    Value::object(tree.root().into_iter().flat_map(|root| root.outputs.keys().map(value)))
}

/// Checks the assertions of a run. `retry` answers the calls of provider functions that an evaluation lacked.
pub(super) fn check(
    run: &TestRun,
    evaluator: &mut Evaluator,
    (given, runs): (&Given, &RunOutputs),
    retry: &mut dyn FnMut(&mut Evaluator) -> bool,
) -> (TestStatus, Diagnostics) {
    let mut status = TestStatus::Pass;
    let mut told = Diagnostics::new();
    let tree = evaluator.tree().clone();
    for rule in &run.asserts {
        let refused = refused(rule, &tree, runs);
        if refused.has_errors() {
            told.extend(refused);
            status = status.max(TestStatus::Error);
            continue;
        }
        let bound = bound(rule, evaluator, &tree, (given, runs));
        let (asserted, troubles) = loop {
            let checked = evaluator.assert(rule, &bound);
            if !retry(evaluator) {
                break checked;
            }
        };
        told.extend(troubles);
        status = status.max(match asserted {
            Asserted::Holds => TestStatus::Pass,
            Asserted::Fails => TestStatus::Fail,
            Asserted::Wrong => TestStatus::Error,
        });
    }
    (status, told)
}

/// Names beside those of the module: `run`, `output`, and variables that only the test knows.
fn bound(
    rule: &CheckRule,
    evaluator: &Evaluator,
    tree: &ModuleTree,
    (given, runs): (&Given, &RunOutputs),
) -> Vec<Bound> {
    let mut bound = Vec::new();
    let referents: Vec<Referent> = references(rule).into_iter().map(|reference| reference.referent).collect();
    if referents.iter().any(|referent| run_of(referent).is_some()) {
        bound.push(runs_bound(runs));
    }
    if referents.iter().any(|referent| is_output(referent).is_some()) {
        bound.push(("output".into(), outputs(evaluator, tree)));
    }
    let only_tests =
        |referent: &Referent| matches!(referent, Referent::Variable(name) if given.only_tests.contains_key(name));
    if referents.iter().any(only_tests) {
        let mut all: BTreeMap<Arc<str>, Value> = given.only_tests.clone();
        for name in tree.root().into_iter().flat_map(|root| root.variables.keys()) {
            let value = evaluator.variable_value(&ModuleInstance::ROOT, name).cloned();
            all.insert(name.clone(), value.unwrap_or_else(Value::dynamic));
        }
        bound.push(("var".into(), Value::object(all)));
    }
    bound
}

fn is_output(referent: &Referent) -> Option<&Arc<str>> {
    match referent {
        Referent::Resource(resource) if resource.mode == Mode::Managed && resource.kind.as_ref() == "output" => {
            Some(&resource.name)
        }
        _ => None,
    }
}

/// What an assertion cannot refer to.
fn refused(rule: &CheckRule, tree: &ModuleTree, runs: &RunOutputs) -> Diagnostics {
    let mut troubles = Diagnostics::new();
    for reference in references(rule) {
        let at = reference.range.clone();
        if let Some(name) = run_of(&reference.referent) {
            match runs.get(name) {
                Some(Some(_)) => {}
                Some(None) => {
                    let detail = format!(
                        "The run {name:?} block has not yet been evaluated, so its results are not available here."
                    );
                    let trouble = Diagnostic::error("Reference to unevaluated run block", detail).at(at);
                    troubles.push(trouble.next("Refer to an earlier run."));
                }
                None => {
                    let detail = format!("There is no run {name:?} declared in this test suite.");
                    let next = match diag::nearest(name, runs.keys().map(AsRef::as_ref)) {
                        Some(meant) => format!("Did you mean {meant:?}?"),
                        None => "Correct the name.".to_string(),
                    };
                    troubles.push(Diagnostic::error("Reference to undeclared run block", detail).at(at).next(next));
                }
            }
        } else if let Some(name) = is_output(&reference.referent) {
            let none = BTreeMap::new();
            let outputs = tree.root().map_or(&none, |root| &root.outputs);
            if !outputs.contains_key(name) {
                let detail = format!("An output value with the name {name:?} has not been declared.");
                let next = match diag::nearest(name, outputs.keys().map(AsRef::as_ref)) {
                    Some(meant) => format!("Did you mean {meant:?}?"),
                    None => "Declare it in the module, or correct the name.".to_string(),
                };
                troubles.push(Diagnostic::error("Reference to undeclared output value", detail).at(at).next(next));
            }
        } else if matches!(&reference.referent, Referent::Resource(resource) if resource.mode == Mode::Ephemeral) {
            let detail = "Ephemeral resources are closed when the test is finished, and are not available within the test context for assertions.";
            let trouble = Diagnostic::error("Ephemeral resources cannot be asserted", detail).at(at);
            troubles.push(trouble.next("Assert something about what was made with it."));
        }
    }
    troubles
}
