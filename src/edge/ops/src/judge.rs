//! Showing plans and states to the DR lens.

use crate::configuration::Configuration;
use crate::providers::Providers;
use addrs::{Mode, ProviderConfig, ResourceInstance};
use diag::Diagnostics;
use dr::{Declared, Observed, Report};
use plan::{Action, Plan};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;

/// What survives once the plan is applied.
pub(crate) fn after(plan: &Plan, configuration: &Configuration) -> (Report, Diagnostics) {
    let mut objects = Vec::new();
    for change in &plan.changes {
        if change.deposed.is_some() || change.action == Action::Delete || change.addr.resource.mode != Mode::Managed {
            continue;
        }
        objects.push(observed(&change.addr, &change.after, &change.provider, &plan.provider_configs));
    }
    judge(objects, configuration)
}

/// What survives before the plan is applied, from the refreshed objects.
pub(crate) fn before(plan: &Plan, configuration: &Configuration) -> Report {
    let mut objects = Vec::new();
    for change in &plan.changes {
        if change.deposed.is_none() && !change.before.is_null() && change.addr.resource.mode == Mode::Managed {
            objects.push(observed(&change.addr, &change.before, &change.provider, &plan.provider_configs));
        }
    }
    judge(objects, configuration).0
}

/// What a state survives, by its attributes as stored. Objects whose attributes do not fit the schema are left out
/// and counted by nobody: the planner complains about them.
pub(crate) fn stored(state: &State, providers: &Providers, configuration: &Configuration) -> (Report, Diagnostics) {
    let mut objects = Vec::new();
    for (addr, instance) in &state.instances {
        let Some(object) = instance.current.as_ref().filter(|_| addr.resource.mode == Mode::Managed) else {
            continue;
        };
        let schema = providers.schemas().get(&instance.provider.provider);
        let Some(schema) = schema.and_then(|s| s.resources.get(&addr.resource.kind)) else {
            continue;
        };
        let ty = configschema::implied_type(&schema.block);
        let value = value::json::parse(&object.attributes).ok().and_then(|node| value::json::decode(&node, &ty).ok());
        if let Some(value) = value {
            objects.push(observed(addr, &value, &instance.provider, &BTreeMap::new()));
        }
    }
    judge(objects, configuration)
}

fn judge(objects: Vec<Observed>, configuration: &Configuration) -> (Report, Diagnostics) {
    let known: BTreeSet<Arc<str>> = objects.iter().map(|o| o.addr.to_string().into()).collect();
    let (declared, diagnostics) = Declared::read(&configuration.dr_files, &known);
    (dr::assess(&objects, &declared), diagnostics)
}

fn observed(
    addr: &ResourceInstance,
    value: &Value,
    provider: &ProviderConfig,
    blocks: &BTreeMap<ProviderConfig, Value>,
) -> Observed {
    let region = blocks.get(provider).and_then(|block| block.get("region")).and_then(Value::as_str).map(Arc::from);
    Observed { addr: addr.clone(), value: value.clone(), region }
}
