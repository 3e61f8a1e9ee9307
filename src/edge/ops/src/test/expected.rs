//! `expect_failures`: conditions that are to fail.

use diag::{ConditionOf, Diagnostic, Diagnostics, FailedCondition, Range, Severity};
use eval::{Reference, ReferenceStep, Referent};
use syntax::Expression;

/// An object that is expected to fail.
pub(super) struct Expected {
    of: ConditionOf,
    /// Its address, such as `var.zone`; of a resource without key, which means any of its instances.
    address: String,
    range: Range,
}

/// Reads them.
pub(super) fn read(written: &[Expression]) -> (Vec<Expected>, Diagnostics) {
    let mut all = Vec::new();
    let mut troubles = Diagnostics::new();
    for expr in written {
        let (references, found) = eval::references(expr);
        troubles.extend(found);
        for reference in references {
            match expected(&reference) {
                Some((of, address)) => all.push(Expected { of, address, range: reference.range }),
                None => {
                    let detail = "You can only expect failures from checkable objects such as input variables, output values, check blocks, managed resources and data sources.";
                    let trouble = Diagnostic::error("Invalid `expect_failures` reference", detail).at(reference.range);
                    troubles.push(trouble.next("Name one of them in the root module, such as var.zone."));
                }
            }
        }
    }
    (all, troubles)
}

fn expected(reference: &Reference) -> Option<(ConditionOf, String)> {
    match &reference.referent {
        Referent::Variable(name) => Some((ConditionOf::Variable, format!("var.{name}"))),
        Referent::Resource(resource) => match (resource.mode, resource.kind.as_ref()) {
            (addrs::Mode::Managed, "output") => Some((ConditionOf::Output, format!("output.{}", resource.name))),
            (addrs::Mode::Managed, "check") => Some((ConditionOf::Check, format!("check.{}", resource.name))),
            (addrs::Mode::Managed, "run") | (addrs::Mode::Ephemeral, _) => None,
            _ => {
                let key = match reference.steps.first() {
                    Some(ReferenceStep::Key(key)) => addrs::InstanceKey::String(key.clone()).to_string(),
                    Some(ReferenceStep::Index(index)) => format!("[{index}]"),
                    _ => String::new(),
                };
                Some((ConditionOf::Resource, format!("{resource}{key}")))
            }
        },
        _ => None,
    }
}

impl Expected {
    fn is(&self, failed: &FailedCondition) -> bool {
        let kind = if failed.of == ConditionOf::CheckData { ConditionOf::Check } else { failed.of };
        // Only objects of the root module are told apart: others have "module." before them.
        self.of == kind
            && (self.address == failed.object
                || (kind == ConditionOf::Resource
                    && failed.object.strip_prefix(&self.address).is_some_and(|rest| rest.starts_with('['))))
    }
}

/// Takes out failures that are expected, and reports those that did not come. What only warns outside of tests, such as
/// failed checks, is an error here.
pub(super) fn settle(expected: &[Expected], found: Diagnostics) -> Diagnostics {
    let (mut left, seen) = sorted_out(expected, found);
    for (expected, _) in expected.iter().zip(&seen).filter(|(_, seen)| !**seen) {
        let detail =
            format!("The checkable object, {}, was expected to report an error but did not.", expected.address);
        let missing = Diagnostic::error("Missing expected failure", detail).at(expected.range.clone());
        left.push(missing.next("Give it input that makes it fail, or do not expect it."));
    }
    left
}

/// Whether one of the expected failures has come.
pub(super) fn came(expected: &[Expected], found: &Diagnostics) -> bool {
    let met = |one: &Diagnostic| one.condition.as_deref().is_some_and(|failed| expected.iter().any(|e| e.is(failed)));
    found.iter().any(met)
}

/// What is not expected, and which of the expected failures came.
fn sorted_out(expected: &[Expected], found: Diagnostics) -> (Diagnostics, Vec<bool>) {
    let mut seen = vec![false; expected.len()];
    let mut left = Diagnostics::new();
    for one in found {
        let Some(failed) = one.condition.as_deref() else {
            left.push(one);
            continue;
        };
        let of_check = matches!(failed.of, ConditionOf::Check | ConditionOf::CheckData);
        if !of_check && one.severity == Severity::Warning {
            left.push(one);
            continue;
        }
        // A resource may be expected whole and by instance: the nearer address is the one that is met.
        let meets = |(at, expected): &(usize, &Expected)| expected.is(failed).then_some((expected.address.len(), *at));
        match expected.iter().enumerate().filter_map(|pair| meets(&pair)).max() {
            Some((_, at)) => {
                if let Some(seen) = seen.get_mut(at) {
                    *seen = true;
                }
            }
            None => left.push(Diagnostic { severity: Severity::Error, ..one }),
        }
    }
    (left, seen)
}

/// A plan that is to be applied has failed: that the failure was expected does not help, and is explained.
pub(super) fn explain(expected: &[Expected], found: Diagnostics) -> Diagnostics {
    let mut told = Diagnostics::new();
    for one in found {
        let met = one.condition.as_deref().and_then(|failed| expected.iter().find(|expected| expected.is(failed)));
        if let (Some(expected), Severity::Error) = (met, one.severity) {
            let detail = format!(
                "A custom condition within {} failed during the planning stage and prevented the requested apply operation. While this was an expected failure, the apply operation could not be executed and so the overall test case will be marked as a failure and the original diagnostic included in the test report.",
                one.condition.as_deref().map(|failed| failed.object.as_str()).unwrap_or_default()
            );
            let warning = Diagnostic::warning("Expected failure while planning", detail);
            let warning = if expected.of == ConditionOf::Output { warning.at(expected.range.clone()) } else { warning };
            told.push(warning.next("Write command = plan into the run."));
        }
        told.push(one);
    }
    told
}

/// Checks that failed in the plan, and of which the apply says nothing: it does not repeat what was known already.
pub(super) fn still_failing(planned: Vec<Diagnostic>, applied: &Diagnostics) -> Vec<Diagnostic> {
    let again = |one: &Diagnostic| applied.iter().any(|a| a.condition == one.condition && a.subject == one.subject);
    // What only the apply could know it has found out.
    let open = |one: &Diagnostic| one.summary.ends_with("known after apply");
    planned.into_iter().filter(|one| !open(one) && !again(one)).collect()
}
