//! Outputs of the root module after an apply, and what became of the conditions.

use addrs::{ModuleInstance, ResourceInstance};
use eval::Evaluator;
use plan::{Action, Mode, Plan};
use state::OutputState;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Marks, Value};

/// The outputs as they are stored now. A value that was wholly known while planning is taken from the plan
/// (features-and-traps.md 90); one that could not be found, because something that it needs failed, stays as it was.
pub(crate) fn outputs(plan: &Plan, evaluator: &Evaluator) -> BTreeMap<Arc<str>, OutputState> {
    let mut outputs = plan.refreshed.outputs.clone();
    for (name, change) in &plan.outputs {
        let planned = change.after.is_wholly_known().then_some(&change.after);
        let value = planned.or_else(|| evaluator.output_value(&ModuleInstance::ROOT, name));
        match (change.action, value) {
            (Action::NoOp, _) | (_, None) => {}
            (Action::Delete, _) => {
                outputs.remove(name);
            }
            // What is not known because nothing is made is stored as null (observed with Terraform 1.11.4).
            (_, Some(value)) if plan.mode == Mode::RefreshOnly && !value.is_known() => {
                let sensitive = value.all_marks().contains(Marks::SENSITIVE);
                let value = Value::null(value.ty());
                outputs.insert(name.clone(), OutputState { ty: value.ty(), value, sensitive });
            }
            (_, Some(value)) => match stored(&without_unknown(plan, value)) {
                Some(output) => {
                    outputs.insert(name.clone(), output);
                }
                None => {
                    outputs.remove(name);
                }
            },
        }
    }
    outputs
}

/// What is left out of a plan is not known after the apply either: such parts are stored as null (measured with Terraform
/// 1.11.4).
fn without_unknown(plan: &Plan, value: &Value) -> Value {
    if (plan.targeting.is_partial() || plan.mode == Mode::RefreshOnly) && !value.is_wholly_known() {
        nulls(value)
    } else {
        value.clone()
    }
}

fn nulls(value: &Value) -> Value {
    let bare = match &value.content {
        Content::Unknown(ty, ..) => Value::null(ty.clone()),
        _ => value.map_children(|_, part| nulls(part)),
    };
    Value { content: bare.content, marks: value.marks }
}

/// What became of the conditions: what the plan knew, and what this run found out. Of data sources only those count that
/// this run has read (observed with Terraform 1.11.4).
pub(crate) fn checks(plan: &Plan, evaluator: &Evaluator) -> Option<Arc<str>> {
    let mut checked = plan.checked.clone();
    evaluator.bring_in_verdicts(&mut checked);
    let read = |addr: &ResourceInstance| {
        plan.changes.iter().any(|change| change.action == Action::Read && change.addr == *addr)
    };
    for (object, verdicts) in checked.iter_mut().flat_map(|checked| checked.objects.iter_mut().flatten()) {
        let data = addrs::parse_resource_instance(object).ok().filter(|addr| addr.resource.mode == addrs::Mode::Data);
        if data.is_some_and(|addr| !read(&addr)) {
            verdicts.clear();
        }
    }
    state::print_check_results(&plan::check_results(&checked))
}

/// Null outputs and ephemeral ones are not stored, as in Terraform. Whether one is sensitive its marks say: the plan also
/// hides what was sensitive before.
fn stored(value: &Value) -> Option<OutputState> {
    let marks = value.all_marks();
    let value = value.unmark_deep().0;
    if value.is_null() || !value.is_wholly_known() || marks.contains(Marks::EPHEMERAL) {
        return None;
    }
    let sensitive = marks.contains(Marks::SENSITIVE);
    Some(OutputState { ty: value.ty(), value, sensitive })
}
