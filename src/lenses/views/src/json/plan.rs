//! Plans, format 1.2.

use super::change::{output_change, path, resource_changes, resource_drift};
use super::checks::checks;
use super::configuration::{Written, configuration, default_of};
use super::deferred::{deferred_changes, waves};
use super::state::{modules, named, state};
use super::values::{Members, known, member, sensitive, text};
use addrs::{Mode, ResourceInstance};
use calls::ImportedBy;
use configschema::Schema;
use diag::SourceTexts;
use plan::{Action, ActionReason, Complete, InstanceChange, OutputChange, Plan, PlanInput, Schemas};
use state::{DecodedObject, Object, OutputState, State};
use std::sync::Arc;
use value::json::Node;
use value::{Marks, Path, Type, Value};

/// What a document says besides the plan.
pub struct About<'a> {
    /// What we pose as: readers refuse versions that they do not know.
    pub terraform_version: &'a str,
    /// A version constraint in its usual form.
    pub constraint: &'a dyn Fn(&str) -> String,
    /// The texts that the configuration was read from.
    pub texts: &'a SourceTexts,
}

/// A plan as a document for programs, sensitive values included.
pub fn plan(plan: &Plan, input: &PlanInput, about: &About<'_>) -> Node {
    let About { terraform_version, constraint, texts } = *about;
    let mut members = vec![text("format_version", "1.2"), text("terraform_version", terraform_version)];
    let mut add = |name: &'static str, node: Node| {
        let empty = match &node {
            Node::Array(items) => items.is_empty(),
            Node::Object(members) => members.is_empty(),
            _ => false,
        };
        if !empty {
            members.push(member(name, node));
        }
    };
    add("variables", Node::Object(variables(input)));
    add("planned_values", planned_values(plan));
    add("resource_drift", Node::Array(resource_drift(plan)));
    add("resource_changes", Node::Array(resource_changes(plan)));
    add("deferred_changes", Node::Array(deferred_changes(plan)));
    let outputs = plan.outputs.iter().map(|(name, output)| (name.clone(), output_change(output)));
    add("output_changes", Node::Object(outputs.collect()));
    let prior = prior_state(plan, terraform_version);
    if !prior.instances.is_empty() || !prior.outputs.is_empty() {
        add("prior_state", state(&prior, &decoded(&prior, &input.schemas)));
    }
    let generated = plan.generated.keys().map(|addr| &addr.resource).collect();
    let written = Written { tree: &input.tree, schemas: &input.schemas, constraint, texts, generated };
    add("configuration", configuration(&written));
    add("relevant_attributes", Node::Array(plan.relevant.iter().map(relevant).collect()));
    let results = state::print_check_results(&plan::check_results(&plan.checked));
    add("checks", checks(results.as_deref()).unwrap_or(Node::Array(Vec::new())));
    if let Some(time) = &input.surroundings.plan_timestamp {
        add("timestamp", Node::string(time.clone()));
    }
    let whole = plan.complete == Complete::Yes;
    add("applyable", Node::Bool(whole && plan.has_changes()));
    // Where something is left out or to later waves, other changes may be pending.
    add("complete", Node::Bool(whole && !plan.targeting.is_partial() && !plan.has_deferred()));
    add("errored", Node::Bool(!whole));
    if plan.has_deferred() {
        add("drform", Node::object([("waves", waves(plan, texts))]));
    }
    Node::Object(members)
}

/// Root variables that were set, and the defaults of the others. What is ephemeral is in no plan.
fn variables(input: &PlanInput) -> Members {
    let Some(root) = input.tree.root() else { return Vec::new() };
    let of = |(name, declared): (&Arc<str>, &config::Variable)| {
        let given = input.variables.get(name).filter(|_| !declared.ephemeral);
        let value = given.and_then(|given| known(&given.given(declared)?)).or_else(|| default_of(declared))?;
        Some((name.clone(), Node::Object(vec![member("value", value)])))
    };
    root.variables.iter().filter_map(of).collect()
}

/// The state that the plan starts from, refreshed. Root outputs are in it as they will be, as far as that is known.
fn prior_state(plan: &Plan, terraform_version: &str) -> State {
    let mut prior =
        State { terraform_version: terraform_version.into(), check_results: None, ..(*plan.refreshed).clone() };
    for (name, output) in &plan.outputs {
        if output.after.is_null() && output.action != Action::Delete {
            prior.outputs.remove(name);
        } else if output.action != Action::Delete && output.after.is_wholly_known() {
            let value = output.after.unmark_deep().0;
            prior.outputs.insert(name.clone(), OutputState { ty: value.ty(), value, sensitive: output.sensitive });
        }
    }
    prior
}

fn planned_values(plan: &Plan) -> Node {
    let mut values = Vec::new();
    let shown = plan.outputs.iter().filter(|(_, output)| output.action != Action::Delete);
    let outputs: Members = shown.map(|(name, output)| (name.clone(), planned_output(output))).collect();
    if !outputs.is_empty() {
        values.push(member("outputs", Node::Object(outputs)));
    }
    let stays = |change: &&InstanceChange| {
        let waits = change.addr.resource.mode != Mode::Data || change.action == Action::Read;
        change.deposed.is_none() && change.action != Action::Delete && waits
    };
    let mut all: Vec<(String, &InstanceChange)> =
        plan.changes.iter().filter(stays).map(|change| (change.addr.to_string(), change)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let resources = all.into_iter().map(|(_, change)| (&change.addr, planned_resource(change)));
    values.push(member("root_module", modules(resources)));
    Node::Object(values)
}

fn planned_output(output: &OutputChange) -> Node {
    let mut members = vec![member("sensitive", Node::Bool(output.sensitive))];
    if output.after.is_wholly_known() {
        // A null that is stored has no type.
        let ty = if output.after.is_null() { Type::Dynamic } else { output.after.ty() };
        members.push(member("type", value::json::type_to_json(&ty)));
        members.extend(known(&output.after).map(|value| member("value", value)));
    }
    Node::Object(members)
}

fn planned_resource(change: &InstanceChange) -> Node {
    let mut members = named(&change.addr, &change.provider.provider);
    members.push(member("schema_version", Node::Number(change.schema.version.to_string().into())));
    // Where nothing is known, there is no member.
    let values = known(&change.after).filter(|values| !values.is_null() && *values != Node::Object(Vec::new()));
    members.extend(values.map(|values| member("values", values)));
    members.push(member("sensitive_values", sensitive(&change.after)));
    Node::Object(members)
}

/// The objects of a state by the schemas of their types; those that do not fit are left out.
fn decoded(state: &State, schemas: &Schemas) -> Vec<DecodedObject> {
    let mut all = Vec::new();
    for (addr, instance) in &state.instances {
        let provider = &instance.provider.provider;
        let same = || schemas.iter().find(|(known, _)| known.same_as(provider)).map(|(_, schemas)| schemas);
        let schema = schemas.get(provider).or_else(same).and_then(|schemas| match addr.resource.mode {
            Mode::Managed => schemas.resources.get(&addr.resource.kind),
            Mode::Data => schemas.data_sources.get(&addr.resource.kind),
            Mode::Ephemeral => None,
        });
        let Some(schema) = schema else { continue };
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.clone()), object));
        for (deposed, object) in current.chain(deposed) {
            all.extend(decode(schema, object).map(|value| DecodedObject {
                addr: addr.clone(),
                deposed,
                status: object.status,
                schema: schema.clone(),
                value,
            }));
        }
    }
    all
}

fn decode(schema: &Schema, object: &Object) -> Option<Value> {
    let node = value::json::parse(&object.attributes).ok()?;
    let value = value::json::decode(&node, &configschema::implied_type(&schema.block)).ok()?;
    let by_configuration: Vec<_> = object.sensitive.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    let value = value.mark_paths(&by_configuration);
    let by_schema = configschema::sensitive_paths(&schema.block, &value);
    Some(value.mark_paths(&by_schema))
}

/// What an `import` block says.
pub(crate) fn importing(by: &ImportedBy) -> Node {
    let members: Members = match by {
        ImportedBy::Id(id) => vec![text("id", id.clone())],
        ImportedBy::Identity(identity) => {
            value::json::parse(&identity.json).map(|identity| member("identity", identity)).into_iter().collect()
        }
    };
    Node::Object(members)
}

/// The word for a reason; `None` where the difference says it.
pub(crate) fn reason(reason: ActionReason) -> Option<&'static str> {
    Some(match reason {
        ActionReason::None => return None,
        ActionReason::ReplaceBecauseTainted => "replace_because_tainted",
        ActionReason::ReplaceByRequest => "replace_by_request",
        ActionReason::ReplaceByTriggers => "replace_by_triggers",
        ActionReason::ReplaceBecauseCannotUpdate => "replace_because_cannot_update",
        ActionReason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
        ActionReason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
        ActionReason::DeleteBecauseNoModule => "delete_because_no_module",
        ActionReason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
        ActionReason::DeleteBecauseCountIndex => "delete_because_count_index",
        ActionReason::DeleteBecauseEachKey => "delete_because_each_key",
        ActionReason::ReadBecauseConfigUnknown => "read_because_config_unknown",
        ActionReason::ReadBecauseDependencyPending => "read_because_dependency_pending",
        // What Terraform does not have is called as OpenTofu calls it.
        ActionReason::DeleteBecauseDisabled => "delete_because_enabled_false",
        ActionReason::ForgotBecauseLifecycleDestroyInConfig => "forgot_because_lifecycle_destroy_in_config",
        ActionReason::ForgotBecauseLifecycleDestroyInState => "forgot_because_lifecycle_destroy_in_state",
    })
}

/// An attribute that may have influenced the changes.
pub(super) fn relevant((addr, at): &(ResourceInstance, Path)) -> Node {
    Node::Object(vec![text("resource", addr.to_string()), member("attribute", path(at))])
}
