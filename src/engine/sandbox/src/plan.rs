//! Planning one object: what will be known, and what makes another object of it.

use crate::World;
use crate::catalogue::Cloud;
use crate::fill::Filling;
use crate::overlay::{At, Kind};
use crate::typed::to_json;
use calls::PlannedObject;
use configschema::{Attribute, Block, Nesting, Schema};
use std::sync::Arc;
use value::{Path, PathStep, Value};

/// What a plan looks at.
pub(crate) struct PlanAsked<'a> {
    pub(crate) prior: &'a Value,
    pub(crate) proposed: &'a Value,
    pub(crate) config: &'a Value,
    pub(crate) private: &'a Arc<[u8]>,
    /// The `provider` block.
    pub(crate) provider: &'a Value,
}

/// The planned object.
pub(crate) fn plan(
    world: &World,
    cloud: &Cloud,
    name: &str,
    parts: (&Schema, &Kind),
    asked: &PlanAsked<'_>,
) -> PlannedObject {
    let (schema, kind) = parts;
    let filling = Filling { world, cloud, kind, name, block: &schema.block, provider: asked.provider, at: At::Plan };
    let planned = filling.plan(asked.prior, asked.proposed, asked.config);
    let requires_replace = if asked.prior.is_null() || planned.is_null() {
        Vec::new()
    } else {
        replaced(kind, &schema.block, asked.prior, &planned)
    };
    PlannedObject {
        planned,
        requires_replace,
        private: asked.private.clone(),
        legacy: fills_what_is_not_computed(schema, kind),
    }
}

/// Whether the type needs the tolerance that hosts have for the legacy SDK: it fills in defaults of arguments whose
/// schema does not say that they are computed, which the promise of a plan does not allow otherwise.
pub(crate) fn fills_what_is_not_computed(schema: &Schema, kind: &Kind) -> bool {
    let at_plan = kind.values.iter().filter(|row| row.at == At::Plan);
    at_plan.into_iter().any(|row| attribute_at(&schema.block, &row.attribute).is_some_and(|a| !a.computed))
}

/// The attribute of a dotted path.
pub(crate) fn attribute_at<'b>(block: &'b Block, path: &str) -> Option<&'b Attribute> {
    match path.split_once('.') {
        None => block.attributes.get(path),
        Some((first, rest)) => attribute_at(&block.blocks.get(first)?.block, rest),
    }
}

/// Paths whose change makes another object.
fn replaced(kind: &Kind, block: &Block, prior: &Value, planned: &Value) -> Vec<Path> {
    let conditional = kind.replaced_when.iter().filter_map(|(path, condition)| {
        let now = planned.get(&condition.argument).and_then(to_json);
        (now.as_ref() == Some(&condition.is)).then_some(path)
    });
    let mut paths: Vec<Path> = Vec::new();
    for dotted in kind.forces_replacement.iter().chain(conditional) {
        let steps: Vec<&str> = dotted.split('.').collect();
        changed(block, &steps, Some(prior), Some(planned), &Path::ROOT, &mut paths);
    }
    paths
}

/// Collects the paths under `at` where the values differ; a side without a value is null.
fn changed(
    block: &Block,
    steps: &[&str],
    prior: Option<&Value>,
    planned: Option<&Value>,
    at: &Path,
    out: &mut Vec<Path>,
) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    let here = at.then(PathStep::Attribute(Arc::from(*first)));
    let (prior, planned) = (part(prior, first), part(planned, first));
    let nested = block.blocks.get(*first).filter(|_| !rest.is_empty());
    let Some(nested) = nested else {
        if differ(prior, planned) {
            out.push(here);
        }
        return;
    };
    match nested.nesting {
        Nesting::List => {
            let (before, after) = (items(prior), items(planned));
            for index in 0..before.len().max(after.len()) {
                let inner = here.then(PathStep::Index(index as u64));
                changed(&nested.block, rest, before.get(index), after.get(index), &inner, out);
            }
        }
        Nesting::Single | Nesting::Group => changed(&nested.block, rest, prior, planned, &here, out),
        // A path into a set points nowhere for sure: the whole set is named.
        Nesting::Set | Nesting::Map => {
            let project = |side: Option<&Value>| -> Vec<Option<Value>> {
                items(side).iter().map(|element| deep(element, rest).cloned()).collect()
            };
            if project(prior) != project(planned) {
                out.push(here);
            }
        }
    }
}

fn part<'v>(value: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    value.and_then(|v| v.get(name))
}

fn deep<'v>(value: &'v Value, steps: &[&str]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |at, step| at.get(step))
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_items).unwrap_or_default()
}

/// Unknown counts as different; absent, null and the empty text of the legacy SDK are the same.
fn differ(prior: Option<&Value>, planned: Option<&Value>) -> bool {
    let nothing = |v: Option<&Value>| v.is_none_or(|v| v.is_null() || v.as_str() == Some(""));
    if nothing(prior) && nothing(planned) {
        return false;
    }
    prior != planned
}
