//! The one place where the graph grows: a resource becomes its objects, those that the configuration wants and those
//! that the state has.

use crate::data::{DataTask, Pending};
use crate::desired::Desired;
use crate::ephemeral::EphemeralTask;
use crate::graph::{self, Graph};
use crate::instance::Subject;
use crate::later::Later;
use crate::managed::ManagedTask;
use crate::object::{Aim, Identity};
use crate::planner::{Planner, Task};
use crate::provider::ProviderTask;
use crate::record::ObjectAddr;
use crate::{ActionReason, Deferred, Mode, PlanInput, Waiting, imports, instances, removed, stored};
use addrs::{ConfigResource, InstanceKey, Mode as ResourceMode, ModuleInstance, ProviderConfig, ResourceInstance};
use calls::ImportedBy;
use config::{ModuleTree, RemovedAction, ResourceConfig};
use configschema::{IgnoreChanges, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics};
use eval::{Evaluator, Expansion, Repetition};
use state::{InstanceState, Object, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Type, Value};

/// The objects of a resource, and its expansion in each instance of its module.
#[derive(Default)]
pub(crate) struct Grown {
    pub(crate) tasks: Vec<Task>,
    pub(crate) expansions: Vec<(ModuleInstance, Expansion)>,
    /// Instances that are left out although others refer to them, with what these see.
    pub(crate) left: Vec<(ResourceInstance, Value)>,
    /// What is left to a later wave.
    pub(crate) announced: Vec<Deferred>,
    /// What it waits for, where that is decided here.
    pub(crate) awaited: Vec<Arc<Waiting>>,
    /// Its keys are not known, and the plan has no waves.
    pub(crate) keys_unknown: bool,
    pub(crate) troubles: Diagnostics,
}

/// The state that planning starts from: data sources are read anew, or dropped without a word
/// (features-and-traps.md 81, 85). Those that are left out stay.
pub(crate) fn starting_state(input: &PlanInput, graph: &Graph) -> State {
    let mut state = input.prior.as_ref().clone();
    state.instances.retain(|addr, _| addr.resource.mode == ResourceMode::Managed || !graph.selection.plans(addr));
    state
}

/// A resource becomes its objects.
pub(crate) fn objects(planner: &Planner, node: usize, resource: &ConfigResource) -> Grown {
    let mut grown = Grown::default();
    let block = graph::declared(&planner.input, resource);
    let growth = match Growth::new(planner, node, resource, block) {
        Ok(growth) => growth,
        Err(troubles) => {
            grown.troubles.extend(troubles);
            return grown;
        }
    };
    let mut later = Later::of(planner, node, resource);
    if let Some(block) = block
        && planner.graph.is_expanded(node)
    {
        for module in planner.evaluator.module_instances(&resource.module) {
            let (expansion, troubles) = planner.evaluator.expand_resource(&module, block);
            grown.troubles.extend(troubles);
            later.expansion(planner, (&module, block), &expansion, &mut grown);
            grown.expansions.push((module, expansion));
        }
        if grown.troubles.has_errors() {
            return grown;
        }
    }
    if planner.graph.undeclared.contains_key(resource) {
        grown.expansions.push((ModuleInstance::ROOT, Expansion::Single));
    }
    let imports = match planner.input.options.mode {
        Mode::Normal if later.behind.is_none() => {
            let schema = growth.provider_schema.identities.get(&resource.resource.kind);
            let resource = (resource, schema.map(|schema| &**schema));
            imports::of(planner, resource, (&grown.expansions, &later.covered), &mut grown.troubles)
        }
        Mode::Normal | Mode::Destroy | Mode::RefreshOnly => BTreeMap::new(),
    };
    if grown.troubles.has_errors() {
        return grown;
    }
    let growth = Growth { imports, ..growth };
    growth.announce(&later, &mut grown);
    if later.behind.is_some() {
        return grown;
    }
    match resource.resource.mode {
        ResourceMode::Data => growth.data(&mut grown),
        ResourceMode::Managed => {
            growth.managed(&later, &mut grown);
            if planner.input.options.mode == Mode::RefreshOnly {
                growth.show_unwanted(&mut grown);
            }
        }
        ResourceMode::Ephemeral => growth.ephemeral(&mut grown),
    }
    grown
}

/// What the objects of one resource have in common.
pub(crate) struct Growth<'a> {
    pub(crate) planner: &'a Planner,
    pub(crate) node: usize,
    pub(crate) resource: &'a ConfigResource,
    pub(crate) block: Option<&'a ResourceConfig>,
    pub(crate) provider: ProviderConfig,
    pub(crate) provider_schema: Arc<ProviderSchema>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) dependencies: Arc<[ConfigResource]>,
    pub(crate) ty: Type,
    pub(crate) ignore: Arc<IgnoreChanges>,
    /// What the module says to the provider in `provider_meta`.
    pub(crate) meta: Option<Value>,
    /// What a `removed` block says of the objects.
    pub(crate) removed: Option<RemovedAction>,
    /// Which objects are imported.
    pub(crate) imports: BTreeMap<ResourceInstance, ImportedBy>,
}

impl<'a> Growth<'a> {
    fn new(
        planner: &'a Planner,
        node: usize,
        resource: &'a ConfigResource,
        block: Option<&'a ResourceConfig>,
    ) -> Result<Self, Diagnostics> {
        let stored = planner.graph.stored.get(resource).and_then(|i| i.first());
        let stored = stored.and_then(|addr| planner.input.prior.instances.get(addr));
        let provider = match (block, stored) {
            (Some(block), _) => block.provider_config.clone(),
            (None, Some(stored)) => planner.graph.provider_of(&stored.provider).block(),
            (None, None) => match planner.graph.undeclared.get(resource) {
                Some(provider) => provider.clone(),
                None => return Err(Diagnostic::error("Nothing to plan", resource.to_string()).into()),
            },
        };
        let provider_schema = schemas_of(planner, &provider)?;
        let kinds = match resource.resource.mode {
            ResourceMode::Data => &provider_schema.data_sources,
            ResourceMode::Ephemeral => &provider_schema.ephemeral,
            ResourceMode::Managed => &provider_schema.resources,
        };
        let Some(schema) = kinds.get(&resource.resource.kind).cloned() else {
            return Err(unknown_kind(resource, &provider, block).into());
        };
        let dependencies = planner.graph.dependencies_of(node);
        let ignore = match block.map(|b| &b.lifecycle.ignore_changes) {
            None | Some(config::IgnoreChanges::None) => IgnoreChanges::Paths(Vec::new()),
            Some(config::IgnoreChanges::All) => IgnoreChanges::All,
            Some(config::IgnoreChanges::Paths(entries)) => {
                IgnoreChanges::Paths(entries.iter().map(|(path, _)| path.clone()).collect())
            }
        };
        let ty = configschema::implied_type(&schema.block);
        let ignore = Arc::new(ignore);
        let meta = provider_meta(&planner.input.tree, &planner.evaluator, (resource, &provider), &provider_schema)?;
        let removed = removed::action(&planner.input.tree, resource).filter(|_| block.is_none());
        Ok(Growth {
            planner,
            node,
            resource,
            block,
            provider,
            provider_schema,
            schema,
            ty,
            dependencies,
            ignore,
            meta,
            removed,
            imports: BTreeMap::new(),
        })
    }

    fn subject(&self, addr: ResourceInstance, provider: ProviderConfig) -> Subject {
        Subject {
            forced: self.planner.input.options.replace.contains(&addr).then_some(ActionReason::ReplaceByRequest),
            addr,
            provider,
            schema: self.schema.clone(),
            ty: self.ty.clone(),
            ignore: self.ignore.clone(),
            create_before_destroy: self.planner.graph.creates_first(self.node),
            skip_destroy: self.says_skip_destroy(),
            meta: self.meta.clone(),
            declared_at: self.block.map(|b| b.range.clone()),
        }
    }

    fn desired(&self, addr: ResourceInstance, repetition: Repetition, provider: ProviderConfig) -> Box<Desired> {
        let dependencies = self.dependencies.clone();
        let check = self.block.and_then(|b| b.check.clone());
        let keeps_create_first = self.planner.graph.keeps_create_first(self.node);
        let subject = self.subject(addr, provider);
        Box::new(Desired { subject, repetition, dependencies, keeps_create_first, check })
    }

    /// The provider configuration of an instance that the configuration wants. A wrong key is said once, not for each
    /// instance.
    pub(crate) fn chosen(
        &self,
        module: &ModuleInstance,
        repetition: &Repetition,
        troubles: &mut Diagnostics,
    ) -> Option<ProviderConfig> {
        let Some(block) = self.block else { return Some(self.provider.clone()) };
        match self.planner.evaluator.provider_of(module, block, repetition) {
            Ok(provider) => Some(provider),
            Err(found) => {
                let anew = found.into_iter().filter(|trouble| !troubles.iter().any(|known| known == trouble));
                let anew: Diagnostics = anew.collect();
                troubles.extend(anew);
                None
            }
        }
    }

    /// The instances of a data source; in destroy mode only those that feed a provider are here.
    fn data(&self, grown: &mut Grown) {
        for (module, expansion) in &grown.expansions {
            let pending = if self.waits(module) { Pending::Yes } else { Pending::No };
            for key in expansion.keys() {
                let repetition = expansion.repetition(&key);
                let addr = self.instance(module, key);
                if self.is_left_out(&addr, &mut grown.left) {
                    continue;
                }
                let Some(provider) = self.chosen(module, &repetition, &mut grown.troubles) else { continue };
                let desired = self.desired(addr, repetition, provider);
                grown.tasks.push(Task::Data(Box::new(DataTask::new(desired, pending))));
            }
        }
    }

    /// Whether an instance is not planned. References see it as the state has it, if it does.
    pub(crate) fn is_left_out(&self, addr: &ResourceInstance, left: &mut Vec<(ResourceInstance, Value)>) -> bool {
        if self.planner.graph.selection.plans(addr) {
            return false;
        }
        let object = self.planner.input.prior.object(addr, None);
        let value = object.and_then(|object| stored::decoded(&self.schema, &self.ty, object));
        left.extend(value.map(|value| (addr.clone(), value)));
        true
    }

    /// The instances of an ephemeral resource.
    fn ephemeral(&self, grown: &mut Grown) {
        for (module, expansion) in &grown.expansions {
            for key in expansion.keys() {
                let repetition = expansion.repetition(&key);
                let addr = self.instance(module, key);
                if self.is_left_out(&addr, &mut grown.left) {
                    continue;
                }
                let Some(provider) = self.chosen(module, &repetition, &mut grown.troubles) else { continue };
                let desired = self.desired(addr, repetition, provider);
                grown.tasks.push(Task::Ephemeral(Box::new(EphemeralTask::new(desired))));
            }
        }
    }

    /// Whether a managed resource that the data source refers to directly or by `depends_on` is going to change; in
    /// other instances of the same module that does not count (features-and-traps.md 79, 80).
    fn waits(&self, module: &ModuleInstance) -> bool {
        if self.planner.input.options.mode != Mode::Normal {
            return false;
        }
        self.planner.graph.waits_for(self.node).iter().any(|resource| {
            let Some(changing) = self.planner.record.changing(resource) else { return false };
            if resource.module == self.resource.module {
                changing.pending.contains(module)
            } else {
                !changing.pending.is_empty()
            }
        })
    }

    /// The objects of a managed resource: wanted instances, then what the state has besides.
    fn managed(&self, later: &Later, grown: &mut Grown) {
        let mode = self.planner.input.options.mode;
        let mut kept = BTreeSet::new();
        for (module, expansion) in &grown.expansions {
            if mode == Mode::Destroy {
                continue;
            }
            for key in expansion.keys() {
                let repetition = expansion.repetition(&key);
                let addr = self.instance(module, key);
                kept.insert(addr.clone());
                if self.is_left_out(&addr, &mut grown.left) {
                    continue;
                }
                let Some(provider) = self.chosen(module, &repetition, &mut grown.troubles) else { continue };
                let desired = self.desired(addr.clone(), repetition, provider.clone());
                let aim = match mode {
                    // Of what has no block there is only an object to look at.
                    _ if self.block.is_none() && !self.imports.contains_key(&addr) => continue,
                    _ if self.block.is_none() => Aim::Refresh(None),
                    Mode::RefreshOnly => Aim::Refresh(Some(desired)),
                    Mode::Normal | Mode::Destroy => Aim::Keep(desired),
                };
                let task = self.task((addr, None), aim, provider, &mut grown.troubles);
                grown.tasks.push(task);
            }
        }
        let expansions: BTreeMap<&ModuleInstance, &Expansion> = grown.expansions.iter().map(|(m, e)| (m, e)).collect();
        let stored = self.planner.graph.stored.get(self.resource);
        let mut unwanted = Vec::new();
        for addr in stored.into_iter().flatten() {
            let Some(instance) = self.planner.input.prior.instances.get(addr) else { continue };
            if !kept.contains(addr) && later.covered.contain(addr) {
                continue;
            }
            if instance.current.is_some() && !kept.contains(addr) && self.planner.graph.selection.plans(addr) {
                let skips = self.skips_destroy(instance.current.as_deref(), mode);
                let aim = self.aim_of_unwanted(mode, skips, || self.reason(addr, &expansions));
                unwanted.push((addr.clone(), None, aim));
            }
            for (key, object) in &instance.deposed {
                if !self.planner.graph.selection.plans_deposed(addr) {
                    continue;
                }
                let skips = self.skips_destroy(Some(object), mode);
                let aim = self.aim_of_unwanted(mode, skips, || ActionReason::None);
                unwanted.push((addr.clone(), Some(key.clone()), aim));
            }
        }
        let mut gone = BTreeSet::new();
        for (addr, deposed, aim) in unwanted {
            let provider = self.stored_provider(&addr);
            if !self.is_there(&provider) {
                gone.insert(provider);
                continue;
            }
            let task = self.task((addr, deposed), aim, provider, &mut grown.troubles);
            grown.tasks.push(task);
        }
        grown.troubles.extend(gone.iter().map(|provider| instances::gone(&self.planner.input, provider)));
    }

    /// In refresh-only mode nothing is deleted, so references still see instances that are no longer wanted (observed
    /// with Terraform 1.11.4).
    fn show_unwanted(&self, grown: &mut Grown) {
        let mut expansions: BTreeMap<ModuleInstance, Expansion> =
            std::mem::take(&mut grown.expansions).into_iter().collect();
        for addr in self.planner.graph.stored.get(self.resource).into_iter().flatten() {
            match (expansions.get_mut(&addr.module), &addr.key) {
                (Some(Expansion::Count(n)), InstanceKey::Int(i)) => *n = (*n).max(i.saturating_add(1)),
                (Some(Expansion::Each(elements)), InstanceKey::String(key)) => {
                    elements.entry(key.clone()).or_insert_with(Value::dynamic);
                }
                _ => {}
            }
        }
        grown.expansions = expansions.into_iter().collect();
    }

    pub(crate) fn aim_of_unwanted(
        &self,
        mode: Mode,
        skips: Option<ActionReason>,
        reason: impl Fn() -> ActionReason,
    ) -> Aim {
        match (mode, self.removed, skips) {
            (Mode::RefreshOnly, ..) => Aim::Refresh(None),
            // A removed block says the last word (features-and-traps.md 106). In destroy mode it saves nothing (observed
            // with Terraform 1.11.4).
            (Mode::Normal, Some(RemovedAction::Forget), _) => Aim::Forget(match reason() {
                ActionReason::DeleteBecauseNoMoveTarget => ActionReason::DeleteBecauseNoMoveTarget,
                _ => ActionReason::DeleteBecauseNoResourceConfig,
            }),
            (Mode::Normal, Some(RemovedAction::Destroy), _) => Aim::Delete(reason()),
            (_, _, Some(skips)) => Aim::Forget(skips),
            (Mode::Normal, None, None) => Aim::Delete(reason()),
            (Mode::Destroy, _, None) => Aim::Delete(ActionReason::None),
        }
    }

    /// `destroy = false`
    fn says_skip_destroy(&self) -> bool {
        self.block.is_some_and(|block| block.lifecycle.destroy == Some(false))
    }

    /// Why an object is let go of instead of destroyed, if it is. When everything is destroyed the block decides, as
    /// long as there is one; else what the block said last counts too.
    pub(crate) fn skips_destroy(&self, object: Option<&Object>, mode: Mode) -> Option<ActionReason> {
        if self.says_skip_destroy() {
            return Some(ActionReason::ForgotBecauseLifecycleDestroyInConfig);
        }
        let overruled = mode == Mode::Destroy && self.block.is_some();
        let stored = object.is_some_and(|object| object.skip_destroy) && !overruled;
        stored.then_some(ActionReason::ForgotBecauseLifecycleDestroyInState)
    }

    /// Why an instance is not wanted, most specific first (features-and-traps.md 33; the order is Terraform's).
    pub(crate) fn reason(
        &self,
        addr: &ResourceInstance,
        expansions: &BTreeMap<&ModuleInstance, &Expansion>,
    ) -> ActionReason {
        let Some(block) = self.block else {
            return match self.planner.moved.contains_key(addr) {
                true => ActionReason::DeleteBecauseNoMoveTarget,
                false => ActionReason::DeleteBecauseNoResourceConfig,
            };
        };
        if !expansions.contains_key(&addr.module) {
            return ActionReason::DeleteBecauseNoModule;
        }
        match &addr.key {
            InstanceKey::Int(_) if block.count.is_some() => ActionReason::DeleteBecauseCountIndex,
            InstanceKey::String(_) if block.for_each.is_some() => ActionReason::DeleteBecauseEachKey,
            InstanceKey::None if block.lifecycle.enabled.is_some() => ActionReason::DeleteBecauseDisabled,
            _ => ActionReason::DeleteBecauseWrongRepetition,
        }
    }

    /// Who deletes an object that is not wanted. Where its block is gone, or chooses an instance of a provider for each
    /// object, that is whoever made it.
    pub(crate) fn stored_provider(&self, addr: &ResourceInstance) -> ProviderConfig {
        let instance = self.planner.input.prior.instances.get(addr);
        match (self.block, instance) {
            (Some(block), _) if block.provider_key.is_none() => self.provider.clone(),
            (_, Some(instance)) => self.planner.graph.provider_of(&instance.provider),
            (_, None) => self.provider.clone(),
        }
    }

    /// Whether the configuration still has a provider configuration with that key.
    pub(crate) fn is_there(&self, provider: &ProviderConfig) -> bool {
        match (self.planner.evaluator.provider_expansion(provider), &provider.key) {
            (Some(Expansion::Each(known)), InstanceKey::String(key)) => known.contains_key(key),
            (Some(Expansion::Single), key) => *key == InstanceKey::None,
            // Not expanded: nobody waited for it, because it is not in the configuration.
            _ => false,
        }
    }

    pub(crate) fn task(
        &self,
        (addr, deposed): ObjectAddr,
        aim: Aim,
        provider: ProviderConfig,
        troubles: &mut Diagnostics,
    ) -> Task {
        let prevent_destroy = self.block.is_some_and(|block| {
            let (prevents, found) = self.planner.evaluator.prevents_destroy(&addr.module, block);
            // Instances of one module say the same.
            troubles.extend(
                found
                    .into_iter()
                    .filter(|trouble| !troubles.iter().any(|known| known == trouble))
                    .collect::<Diagnostics>(),
            );
            prevents
        });
        let instance: Option<&InstanceState> = self.planner.input.prior.instances.get(&addr);
        let stored = instance.and_then(|i| i.object(deposed.as_ref())).cloned();
        let blocked = &self.planner.input.options.blocked;
        let previous = self.planner.moved.get(&addr);
        let blocked = blocked.contains(&addr) || previous.is_some_and(|previous| blocked.contains(previous));
        let import = self.imports.get(&addr).filter(|_| deposed.is_none() && stored.is_none()).cloned();
        let identity = Identity {
            addr,
            deposed,
            provider,
            schema: self.schema.clone(),
            ty: self.ty.clone(),
            provider_schema: self.provider_schema.clone(),
            meta: self.meta.clone(),
            stored,
            declared_at: self.block.map(|b| b.range.clone()),
            import,
            prevent_destroy,
            blocked,
            let_go: self.block.is_none() && self.removed == Some(RemovedAction::Forget),
        };
        Task::Managed(Box::new(ManagedTask::new(identity, aim)))
    }

    pub(crate) fn instance(&self, module: &ModuleInstance, key: InstanceKey) -> ResourceInstance {
        ResourceInstance { module: module.clone(), resource: self.resource.resource.clone(), key }
    }
}

/// What the module of a resource says to its provider; constants, so that any instance of the module says the same.
///
/// # Errors
/// What is wrong with the block.
pub fn provider_meta(
    tree: &ModuleTree,
    evaluator: &Evaluator,
    (resource, provider): (&ConfigResource, &ProviderConfig),
    schema: &ProviderSchema,
) -> Result<Option<Value>, Diagnostics> {
    let module = tree.module(&resource.module);
    let metas = module.map(|module| &module.provider_metas).filter(|metas| !metas.is_empty());
    let written = metas.and_then(|metas| metas.values().find(|meta| meta.provider.same_as(&provider.provider)));
    let (Some(written), Some(block)) = (written, &schema.provider_meta) else { return Ok(None) };
    let instance = ModuleInstance(resource.module.0.iter().map(|name| (name.clone(), InstanceKey::None)).collect());
    let (value, troubles) = evaluator.decode_body(&instance, &written.body, block, &Repetition::NONE);
    if troubles.has_errors() { Err(troubles) } else { Ok(Some(value.unmark_deep().0)) }
}

fn schemas_of(planner: &Planner, provider: &ProviderConfig) -> Result<Arc<ProviderSchema>, Diagnostics> {
    let schemas = &planner.input.schemas;
    let same = || schemas.iter().find(|(other, _)| other.same_as(&provider.provider)).map(|(_, schema)| schema);
    schemas.get(&provider.provider).or_else(same).cloned().ok_or_else(|| {
        let detail = format!("The schema of provider {} was not loaded.", provider.provider.short());
        Diagnostic::error("Missing provider schema", detail).about(provider.to_string()).into()
    })
}

fn unknown_kind(resource: &ConfigResource, provider: &ProviderConfig, block: Option<&ResourceConfig>) -> Diagnostic {
    let what = match resource.resource.mode {
        ResourceMode::Data => "data source",
        ResourceMode::Ephemeral => "ephemeral resource",
        ResourceMode::Managed => "resource type",
    };
    let kind = &resource.resource.kind;
    let detail = format!("The provider {} does not support {what} {kind:?}.", provider.provider.short());
    let diagnostic = Diagnostic::error(format!("Invalid {what}"), detail).about(resource.to_string());
    match block {
        Some(block) => diagnostic.at(block.range.clone()),
        None => {
            diagnostic.next("Select a version of the provider that still supports it, or remove it from the state.")
        }
    }
}

/// The tasks of a provider configuration, one for each key of its `for_each`: its block is evaluated, or empty.
pub(crate) fn provider_tasks(planner: &mut Planner, block: &ProviderConfig) -> Result<Vec<ProviderTask>, Diagnostics> {
    let (expansion, mut troubles) = planner.evaluator.expand_provider(block);
    troubles.extend(expansion.refusal());
    let mut tasks = Vec::new();
    for key in expansion.keys() {
        match provider_task(planner, &block.with_key(key)) {
            Ok(task) => tasks.push(task),
            Err(found) => troubles.extend(found),
        }
    }
    if troubles.has_errors() { Err(troubles) } else { Ok(tasks) }
}

fn provider_task(planner: &Planner, provider: &ProviderConfig) -> Result<ProviderTask, Diagnostics> {
    let schema = schemas_of(planner, provider)?;
    let Some(block) = planner.input.tree.provider_block(provider) else {
        let empty = configschema::empty_value(&schema.provider);
        return Ok(ProviderTask::new(provider.clone(), empty, None, Diagnostics::new()));
    };
    let module = planner.evaluator.module_of_provider(provider);
    let repetition = planner.evaluator.provider_repetition(provider);
    let (config, troubles) = planner.evaluator.decode_body(&module, &block.body, &schema.provider, &repetition);
    if troubles.has_errors() {
        return Err(troubles);
    }
    Ok(ProviderTask::new(provider.clone(), config, Some(block.range.clone()), troubles))
}
