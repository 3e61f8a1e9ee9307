//! From verdicts to what the state keeps of them.

use addrs::ModulePath;
use eval::{Checked, CheckedKind, ExprNode, NO_MESSAGE, Outcome, Verdicts};
use state::{CheckResult, CheckStatus, CheckedObject};
use std::collections::BTreeSet;

/// Blocks with a condition that could not be judged while planning.
pub(crate) fn open(all: &[Checked]) -> BTreeSet<(CheckedKind, String)> {
    let open = all.iter().filter(|checked| checked.objects.iter().flatten().any(|(_, verdicts)| is_open(verdicts)));
    open.map(|checked| (checked.kind, checked.config.clone())).collect()
}

/// Whether one of the conditions could not be judged.
pub fn is_open(verdicts: &Verdicts) -> bool {
    verdicts.values().any(|outcome| *outcome == Outcome::Unknown)
}

/// Whose conditions a node judges.
pub(crate) fn of(node: &ExprNode) -> Option<(CheckedKind, String)> {
    let named = |module: &ModulePath, local: String| if module.is_root() { local } else { format!("{module}.{local}") };
    Some(match node {
        ExprNode::Resource(resource) => (CheckedKind::Resource, resource.to_string()),
        ExprNode::Output(module, name) => (CheckedKind::Output, named(module, format!("output.{name}"))),
        ExprNode::Variable(module, name) | ExprNode::VariableRules(module, name) => {
            (CheckedKind::Variable, named(module, format!("var.{name}")))
        }
        ExprNode::Check(module, name) => (CheckedKind::Check, named(module, format!("check.{name}"))),
        ExprNode::Local(..) | ExprNode::ModuleCall(_) | ExprNode::Provider(_) | ExprNode::ModuleDone(_) => return None,
    })
}

/// What the state says of conditions, from what became of them.
pub fn check_results(all: &[Checked]) -> Vec<CheckResult> {
    all.iter().map(result).collect()
}

fn result(checked: &Checked) -> CheckResult {
    let objects: Vec<CheckedObject> =
        checked.objects.iter().flatten().map(|(addr, verdicts)| object(addr, verdicts, checked.rules)).collect();
    let worst = objects.iter().map(|object| object.status).max().unwrap_or(CheckStatus::Pass);
    CheckResult {
        kind: match checked.kind {
            CheckedKind::Resource => "resource",
            CheckedKind::Output => "output",
            CheckedKind::Check => "check",
            CheckedKind::Variable => "var",
        },
        config: checked.config.as_str().into(),
        status: if checked.objects.is_some() { worst } else { CheckStatus::Unknown },
        objects,
    }
}

/// A condition of which nothing was heard is unknown.
fn object(addr: &str, verdicts: &Verdicts, rules: usize) -> CheckedObject {
    let heard = if verdicts.len() < rules { CheckStatus::Unknown } else { CheckStatus::Pass };
    let status = |outcome: &Outcome| match outcome {
        Outcome::Passed => CheckStatus::Pass,
        Outcome::Failed(_) => CheckStatus::Fail,
        Outcome::Unknown => CheckStatus::Unknown,
        Outcome::Invalid => CheckStatus::Error,
    };
    let failures = verdicts.values().filter_map(|outcome| match outcome {
        Outcome::Failed(message) if message != NO_MESSAGE => Some(message.as_str().into()),
        _ => None,
    });
    CheckedObject {
        addr: addr.into(),
        status: verdicts.values().map(status).fold(heard, CheckStatus::max),
        failures: failures.collect(),
    }
}
