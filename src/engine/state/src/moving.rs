//! `state mv`: which objects go where, decided before anything is changed. Rules as Terraform 1.11.4 has them (measured).

use crate::{InstanceState, State, Unread};
use addrs::{ConfigResource, InstanceKey, Mode, ModuleInstance, ProviderConfig, Resource, ResourceInstance, Target};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A move that is allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Moving {
    steps: Vec<Step>,
}

/// One module, resource or instance of it.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    from: Target,
    /// Where to, as people are told.
    told: String,
    pairs: Vec<(ResourceInstance, ResourceInstance)>,
    /// The provider configuration of the resource that an instance joins.
    joins: Option<ProviderConfig>,
}

impl Moving {
    /// Finds out what moving `from` to `to` means for these states; `to_text` is the second as it was typed.
    ///
    /// # Errors
    /// When nothing is there, something stands there already, or the two addresses do not fit together.
    pub fn new(
        (source, destination): (&State, &State),
        from: &Target,
        (to, to_text): (&Target, &str),
    ) -> Result<Moving, Diagnostics> {
        let steps = match from {
            Target::Module(module) => modules((source, destination), module, to)?,
            Target::Resource(module, resource) => {
                let whole =
                    ResourceInstance { module: module.clone(), resource: resource.clone(), key: InstanceKey::None };
                if source.instances.contains_key(&whole) {
                    vec![instance((source, destination), &whole, (to, to_text))?]
                } else {
                    resources((source, destination), from, to)?
                }
            }
            Target::Instance(addr) => vec![instance((source, destination), addr, (to, to_text))?],
        };
        if steps.is_empty() {
            return Err(wrong(
                "Invalid source address",
                format!("Cannot move {from}: does not match anything in the current state."),
            )
            .into());
        }
        Ok(Moving { steps })
    }

    /// From where to where, for people.
    pub fn told(&self) -> impl Iterator<Item = (String, &str)> {
        self.steps.iter().map(|step| (step.from.to_string(), step.told.as_str()))
    }

    /// Moves within a state.
    #[must_use]
    pub fn within(&self, state: &State) -> State {
        let mut state = state.clone();
        for step in &self.steps {
            let taken = take(&mut state, step);
            put(&mut state, step, taken);
        }
        state
    }

    /// Moves from one state into another: both as they are then.
    #[must_use]
    pub fn across(&self, source: &State, destination: &State) -> (State, State) {
        let (mut source, mut destination) = (source.clone(), destination.clone());
        for step in &self.steps {
            let taken = take(&mut source, step);
            put(&mut destination, step, taken);
        }
        (source, destination)
    }
}

/// What a step takes out of a state.
struct Taken {
    instances: Vec<(ResourceInstance, InstanceState)>,
    unread: Vec<((ModuleInstance, Resource), Unread)>,
}

fn take(state: &mut State, step: &Step) -> Taken {
    let mut taken = Taken { instances: Vec::new(), unread: Vec::new() };
    for (from, to) in &step.pairs {
        if let Some(instance) = state.instances.remove(from) {
            taken.instances.push((to.clone(), instance));
        }
        // Keys that belong to the resource go with it when all of it goes.
        if !matches!(step.from, Target::Instance(_))
            && let Some(unread) = state.resource_unread.remove(&(from.module.clone(), from.resource.clone()))
        {
            taken.unread.push(((to.module.clone(), to.resource.clone()), unread));
        }
    }
    taken
}

fn put(state: &mut State, step: &Step, taken: Taken) {
    for (to, mut instance) in taken.instances {
        if let Some(provider) = &step.joins {
            instance.provider = provider.clone();
        }
        state.instances.insert(to, instance);
    }
    state.resource_unread.extend(taken.unread);
    // Whoever depends on something that has moved learns its dependencies anew at the next apply.
    for instance in state.instances.values_mut() {
        if let Some(object) = &mut instance.current
            && object.dependencies.iter().any(|dependency| touches(&step.from, dependency))
        {
            Arc::make_mut(object).dependencies = Arc::new([]);
        }
    }
}

/// Whether a dependency speaks of what is moved.
fn touches(moved: &Target, dependency: &ConfigResource) -> bool {
    match moved {
        Target::Module(module) => {
            let path = &dependency.module.0;
            path.len() >= module.0.len()
                && module.0.iter().zip(path).all(|((name, key), step)| name == step && *key == InstanceKey::None)
        }
        Target::Resource(module, resource) => dependency.resource == *resource && dependency.module == module.path(),
        Target::Instance(addr) => *dependency == addr.config(),
    }
}

fn modules(
    (source, destination): (&State, &State),
    from: &ModuleInstance,
    to: &Target,
) -> Result<Vec<Step>, Diagnostics> {
    let found: BTreeSet<&ModuleInstance> =
        source.instances.keys().map(|addr| &addr.module).filter(|module| module.0.starts_with(&from.0)).collect();
    let mut steps = Vec::new();
    for module in found {
        let Target::Module(to) = to else {
            let detail = format!("Cannot move {module} to {to}: the target must also be a module.");
            return Err(wrong("Invalid target address", detail).into());
        };
        let mut target = to.clone();
        target.0.extend(module.0.iter().skip(from.0.len()).cloned());
        if destination.instances.keys().any(|addr| addr.module == target) {
            let detail = format!("Cannot move {module} to {target}: destination module already exists.");
            return Err(wrong("Error moving state", detail).into());
        }
        let inside = source.instances.keys().filter(|addr| addr.module == *module);
        let pairs = inside.map(|addr| (addr.clone(), ResourceInstance { module: target.clone(), ..addr.clone() }));
        steps.push(Step {
            from: Target::Module(module.clone()),
            told: target.to_string(),
            pairs: pairs.collect(),
            joins: None,
        });
    }
    Ok(steps)
}

fn resources((source, destination): (&State, &State), from: &Target, to: &Target) -> Result<Vec<Step>, Diagnostics> {
    let instances: Vec<&ResourceInstance> = source.instances.keys().filter(|addr| from.covers(addr)).collect();
    let Some(first) = instances.first() else { return Ok(Vec::new()) };
    let Target::Resource(module, resource) = to else {
        let detail = format!(
            "Cannot move {from} to {to}: the source is a whole resource (not a resource instance) so the target must also be \
             a whole resource."
        );
        return Err(wrong("Invalid target address", detail).into());
    };
    let mut troubles = unlike((&from.to_string(), &first.resource), (&to.to_string(), resource));
    if destination.instances.keys().any(|addr| to.covers(addr)) {
        let detail = format!("Cannot move to {to}: there is already a resource at that address in the current state.");
        troubles.push(wrong("Invalid target address", detail));
    }
    if troubles.has_errors() {
        return Err(troubles);
    }
    let target = |addr: &ResourceInstance| ResourceInstance {
        module: module.clone(),
        resource: resource.clone(),
        key: addr.key.clone(),
    };
    let pairs = instances.into_iter().map(|addr| (addr.clone(), target(addr))).collect();
    Ok(vec![Step { from: from.clone(), told: to.to_string(), pairs, joins: None }])
}

fn instance(
    (source, destination): (&State, &State),
    from: &ResourceInstance,
    (to, to_text): (&Target, &str),
) -> Result<Step, Diagnostics> {
    let target = match to {
        Target::Instance(addr) => addr.clone(),
        Target::Resource(module, resource) => {
            ResourceInstance { module: module.clone(), resource: resource.clone(), key: InstanceKey::None }
        }
        Target::Module(_) => {
            let detail = format!("Cannot move {from} to {to}: the target must also be a resource instance.");
            return Err(wrong("Invalid target address", detail).into());
        }
    };
    let whole = |addr: &ResourceInstance| Target::Resource(addr.module.clone(), addr.resource.clone());
    let (from_whole, to_whole) = (whole(from), whole(&target));
    let mut troubles = unlike((&from_whole.to_string(), &from.resource), (&to_whole.to_string(), &target.resource));
    if destination.instances.contains_key(&target) {
        let detail = format!(
            "Cannot move to {target}: there is already a resource instance at that address in the current state."
        );
        troubles.push(wrong("Invalid target address", detail));
    }
    if !source.instances.contains_key(from) {
        troubles.push(wrong("Invalid source address", format!("The current state does not contain {from}.")));
    }
    if troubles.has_errors() {
        return Err(troubles);
    }
    let neighbour = destination.instances.iter().find(|(addr, _)| to_whole.covers(addr));
    Ok(Step {
        from: Target::Instance(from.clone()),
        told: to_text.to_string(),
        pairs: vec![(from.clone(), target)],
        joins: neighbour.map(|(_, instance)| instance.provider.clone()),
    })
}

/// Only what is of one kind can stand in the place of the other.
fn unlike((from, source): (&str, &Resource), (to, target): (&str, &Resource)) -> Diagnostics {
    let mut troubles = Diagnostics::new();
    let mut say = |why: &str| {
        troubles.push(wrong("Invalid state move request", format!("Cannot move {from} to {to}: {why}.")));
    };
    if source.mode != target.mode {
        match source.mode {
            Mode::Data => say("a data resource can be moved only to another data resource address"),
            _ => say("a managed resource can be moved only to another managed resource address"),
        }
    }
    if source.kind != target.kind {
        say("resource types don't match");
    }
    troubles
}

fn wrong(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(summary, detail)
        .next("Nothing was changed. drform state list shows what the state has; -dry-run shows what a move would do.")
}
