//! `replace_triggered_by`: whether something that an instance names is updated or replaced in this plan
//! (features-and-traps.md 53).

use crate::desired::{Desired, View};
use crate::{Action, InstanceChange};
use addrs::{ConfigResource, InstanceKey, Mode, ModuleInstance, Resource, ResourceInstance};
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Step};
use value::{Content, Path, PathStep, Type, Value};

/// Whether any of the references fires.
pub(crate) fn triggered(expressions: &[Expression], desired: &Desired, view: &View<'_>) -> (bool, Diagnostics) {
    let mut troubles = Diagnostics::new();
    let mut fires = false;
    for expression in expressions {
        match target(expression, desired, view) {
            Ok(target) => fires |= target.fires(view),
            Err(diagnostic) => troubles.push(*diagnostic),
        }
    }
    (fires, troubles)
}

/// What one reference names.
enum Target {
    /// All instances of a resource.
    Resource(ConfigResource, ModuleInstance),
    /// One instance.
    Instance(ResourceInstance),
    /// An attribute of one instance.
    Attribute(ResourceInstance, Path),
}

impl Target {
    /// A change fires when an object is updated or replaced; for an attribute, when it differs too. Creates and
    /// deletes never fire (observed with Terraform 1.11.4: a new resource does not).
    fn fires(&self, view: &View<'_>) -> bool {
        let changes = |change: &InstanceChange| change.action == Action::Update || change.action.is_replace();
        match self {
            Target::Resource(resource, module) => {
                view.record.changing(resource).is_some_and(|c| c.triggering.contains(module))
            }
            Target::Instance(addr) => view.record.change_of(addr).is_some_and(changes),
            Target::Attribute(addr, path) => view.record.change_of(addr).is_some_and(|change| {
                let part = |value| path.get(value).map(|v: &value::Value| v.unmark_deep().0);
                changes(change) && part(&change.before) != part(&change.after)
            }),
        }
    }
}

fn target(expression: &Expression, desired: &Desired, view: &View<'_>) -> Result<Target, Box<Diagnostic>> {
    let refuse = || {
        Box::new(
            Diagnostic::error(
                "Invalid replace_triggered_by expression",
                "A replace_triggered_by reference must be to a resource, a resource instance or an attribute of one, \
                 with constant keys, count.index or each.key.",
            )
            .at(expression.range()),
        )
    };
    let (resource, steps) = named(&expression.root).ok_or_else(refuse)?;
    let module = &desired.subject.addr.module;
    let block = view.tree.module(&module.path()).and_then(|m| m.resources.get(&resource)).ok_or_else(refuse)?;
    let repeated = block.count.is_some() || block.for_each.is_some();
    let (key, rest) = match steps {
        [Step::Index(key, _), rest @ ..] if repeated => {
            (value_of(key, expression, desired, view).ok_or_else(refuse)?, rest)
        }
        [] if repeated => {
            let resource = ConfigResource { module: module.path(), resource };
            return Ok(Target::Resource(resource, module.clone()));
        }
        _ if repeated => return Err(refuse()),
        rest => (Value::null(Type::Dynamic), rest),
    };
    let key = instance_key(&key).ok_or_else(refuse)?;
    let addr = ResourceInstance { module: module.clone(), resource, key };
    let mut path = Path::ROOT;
    for step in rest {
        path = path.then(match step {
            Step::Attribute(name) => PathStep::Attribute(name.text.clone()),
            Step::Index(key, _) => match instance_key(&value_of(key, expression, desired, view).ok_or_else(refuse)?) {
                Some(InstanceKey::String(key)) => PathStep::Key(key),
                Some(InstanceKey::Int(i)) => PathStep::Index(u64::from(i)),
                Some(InstanceKey::None) | None => return Err(refuse()),
            },
            Step::Splat { .. } => return Err(refuse()),
        });
    }
    Ok(if path == Path::ROOT { Target::Instance(addr) } else { Target::Attribute(addr, path) })
}

/// The resource that an expression names, and the steps after its name.
fn named(expr: &Expr) -> Option<(Resource, &[Step])> {
    let ExprKind::Traversal { base, steps } = &expr.kind else { return None };
    let (ExprKind::Variable(kind), [Step::Attribute(name), rest @ ..]) = (&base.kind, steps.as_slice()) else {
        return None;
    };
    Some((Resource { mode: Mode::Managed, kind: kind.text.clone(), name: name.text.clone() }, rest))
}

/// The value of a key: a constant, `count.index` or `each.key`.
fn value_of(key: &Expr, whole: &Expression, desired: &Desired, view: &View<'_>) -> Option<Value> {
    let key = Expression { file: whole.file.clone(), root: Arc::new(key.clone()) };
    let (value, troubles) = view.evaluator.evaluate(&desired.subject.addr.module, &key, &desired.repetition);
    (!troubles.has_errors()).then_some(value)
}

fn instance_key(value: &Value) -> Option<InstanceKey> {
    match &value.content {
        Content::Null(_) => Some(InstanceKey::None),
        Content::String(text) => Some(InstanceKey::String(text.clone())),
        Content::Number(number) => Some(InstanceKey::Int(u32::try_from(number.to_u64()?).ok()?)),
        _ => None,
    }
}
