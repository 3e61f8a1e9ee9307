//! What of one resource is left to a later wave, and what is said of it now.

use crate::deferral;
use crate::deferred::{Because, Deferred, Waiting};
use crate::expand::{Grown, Growth};
use crate::instance::schema_marks;
use crate::object::Aim;
use crate::planner::Planner;
use crate::{Action, ActionReason, Mode as PlanMode};
use addrs::{
    ConfigResource, InstanceKey, Mode, ModuleInstance, PartialInstance, PartialInstances, ProviderConfig,
    ResourceInstance,
};
use config::ResourceConfig;
use diag::Diagnostics;
use eval::{Expansion, ExprNode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Marks, Value};

/// What of a resource is left to a later wave.
pub(crate) struct Later {
    /// All of it, because it depends on this, which is deferred.
    pub(crate) behind: Option<Arc<str>>,
    /// What may come where it is not known which instances there are.
    open: Vec<(PartialInstance, Arc<Waiting>)>,
    /// The same, to be looked up.
    pub(crate) covered: PartialInstances,
}

impl Later {
    /// What is known before the resource itself is expanded.
    pub(crate) fn of(planner: &Planner, node: usize, resource: &ConfigResource) -> Later {
        let behind = planner.deferral.behind(planner.graph.expressions.dependencies_of(node));
        let open = planner.deferral.open_modules(resource);
        let covered = open.iter().map(|(addr, _)| addr.clone()).collect();
        Later { behind, open, covered }
    }

    /// Whatever this expansion does not tell yet waits, if waiting helps.
    pub(crate) fn expansion(
        &mut self,
        planner: &Planner,
        (module, block): (&ModuleInstance, &ResourceConfig),
        expansion: &Expansion,
        grown: &mut Grown,
    ) {
        let Some(awaited) = expansion.awaited() else { return };
        let addr = PartialInstance::all(module.clone(), Vec::new(), block.addr.clone());
        let local = block.addr.to_string();
        let name = if module.is_root() { local } else { format!("{module}.{local}") };
        let expr = block.count.as_ref().or(block.for_each.as_ref()).or(block.lifecycle.enabled.as_ref());
        match deferral::waits(planner, module, expr, (&name, awaited)) {
            Ok(Some(waiting)) => {
                self.covered.insert(&addr);
                self.open.push((addr, waiting.clone()));
                grown.awaited.push(waiting);
            }
            Ok(None) => grown.keys_unknown = true,
            Err(trouble) => grown.troubles.extend(trouble),
        }
    }

    fn is_nothing(&self) -> bool {
        self.behind.is_none() && self.open.is_empty()
    }
}

impl Growth<'_> {
    /// Says what is left to a later wave. Objects that are there are looked at, and stay as they are.
    pub(crate) fn announce(&self, later: &Later, grown: &mut Grown) {
        if later.is_nothing() {
            return;
        }
        if self.resource.resource.mode == Mode::Ephemeral {
            // It is in no plan, and what refers to it waits like everything else.
            if later.behind.is_some() || !later.open.is_empty() {
                grown.expansions.clear();
            }
            return;
        }
        let (mut exact, mut open) = (BTreeMap::new(), BTreeMap::new());
        for (addr, waiting) in &later.open {
            open.insert(addr.module.clone(), grown.announced.len());
            grown.announced.push(self.of_many(addr, waiting.clone()));
        }
        for (module, expansion) in grown.expansions.iter().filter(|_| later.behind.is_some()) {
            for key in expansion.keys() {
                let addr = ResourceInstance { module: module.clone(), resource: self.resource.resource.clone(), key };
                if self.is_left_out(&addr, &mut grown.left) {
                    continue;
                }
                grown.left.push((addr.clone(), Value::unknown(self.ty.clone()).with_origin(&addr.to_string().into())));
                let because = Because::Prerequisite(later.behind.clone().unwrap_or_default());
                exact.insert(addr.clone(), grown.announced.len());
                let deferred = self.of_one(&addr, expansion, because);
                grown.announced.push(deferred);
            }
        }
        self.there(later, (&exact, &open), grown);
    }

    /// Objects of the state that the announced stands for are looked at.
    fn there(
        &self,
        later: &Later,
        (exact, open): (&BTreeMap<ResourceInstance, usize>, &BTreeMap<ModuleInstance, usize>),
        grown: &mut Grown,
    ) {
        let modules: BTreeSet<ModuleInstance> = grown.expansions.iter().map(|(module, _)| module.clone()).collect();
        for addr in self.planner.graph.stored.get(self.resource).into_iter().flatten() {
            if !self.planner.graph.selection.plans(addr) {
                continue;
            }
            let found = exact.get(addr).or_else(|| nearest(open, &addr.module)).copied();
            match (found.and_then(|place| grown.announced.get_mut(place)), &later.behind) {
                (Some(deferred), _) => deferred.there.push(addr.clone()),
                // Nothing wants it any more, whatever the next wave finds out.
                (None, Some(cause)) => grown.announced.extend(self.unwanted(addr, &modules, cause)),
                (None, None) => continue,
            }
            self.look_at(addr, grown);
        }
    }

    fn look_at(&self, addr: &ResourceInstance, grown: &mut Grown) {
        let provider = self.stored_provider(addr);
        let Some(instance) = self.planner.input.prior.instances.get(addr) else { return };
        if self.waits_for_provider(&provider) || (provider.key != InstanceKey::None && !self.is_there(&provider)) {
            return;
        }
        let current = instance.current.iter().map(|_| None);
        for deposed in current.chain(instance.deposed.keys().cloned().map(Some)) {
            // Whether it may be destroyed is asked in its own wave.
            let mut later = Diagnostics::new();
            let task = self.task((addr.clone(), deposed), Aim::Wait, provider.clone(), &mut later);
            grown.tasks.push(task);
        }
    }

    /// Whether a provider is not configured in this wave.
    fn waits_for_provider(&self, provider: &ProviderConfig) -> bool {
        let node = self.planner.graph.expressions.find(&ExprNode::Provider(provider.block()));
        node.is_some_and(|node| self.planner.deferral.has(node))
    }

    /// All that may come where it is not known which instances there are.
    fn of_many(&self, addr: &PartialInstance, waiting: Arc<Waiting>) -> Deferred {
        let below = addr.below.iter().map(|name| (name.clone(), InstanceKey::None));
        let module = ModuleInstance(addr.module.0.iter().cloned().chain(below).collect());
        let block = &self.schema.block;
        let config = self.block.map(|declared| self.planner.evaluator.decode_for_all(&module, declared, block));
        let (action, reason) = self.first_action();
        Deferred {
            addr: addr.clone(),
            deposed: None,
            provider: self.provider.clone(),
            schema: self.schema.clone(),
            action,
            reason,
            because: Because::Keys(waiting),
            before: Value::null(self.ty.clone()),
            after: self.foreseen(&addr.to_string(), None, config),
            there: Vec::new(),
            declared_at: self.block.map(|block| block.range.clone()),
        }
    }

    fn of_one(&self, addr: &ResourceInstance, expansion: &Expansion, because: Because) -> Deferred {
        let repetition = expansion.repetition(&addr.key);
        let block = &self.schema.block;
        let decoded = |declared: &ResourceConfig| {
            self.planner.evaluator.decode_body(&addr.module, &declared.body, block, &repetition)
        };
        let before = match self.resource.resource.mode {
            Mode::Managed => deferral::stored_value(&self.planner.input, addr, &self.schema, &self.ty),
            Mode::Data | Mode::Ephemeral => Value::null(self.ty.clone()),
        };
        let prior = Some(&before).filter(|before| !before.is_null());
        let after = self.foreseen(&addr.to_string(), prior, self.block.map(decoded));
        let (action, reason) = match prior {
            None => self.first_action(),
            Some(before) if *before == after => (Action::NoOp, ActionReason::None),
            Some(_) => (Action::Update, ActionReason::None),
        };
        let provider = match self.waits_for_provider(&self.provider) {
            true => None,
            // A key that is not known yet is no error before its wave.
            false => self.chosen(&addr.module, &repetition, &mut Diagnostics::new()),
        };
        Deferred {
            addr: PartialInstance::one(addr),
            deposed: None,
            provider: provider.unwrap_or_else(|| self.provider.clone()),
            schema: self.schema.clone(),
            action,
            reason,
            because,
            before,
            after,
            there: Vec::new(),
            declared_at: self.block.map(|block| block.range.clone()),
        }
    }

    /// An object that goes, but not before what it depends on is planned.
    fn unwanted(
        &self,
        addr: &ResourceInstance,
        modules: &BTreeSet<ModuleInstance>,
        cause: &Arc<str>,
    ) -> Option<Deferred> {
        let object = self.planner.input.prior.object(addr, None)?;
        let skips = self.skips_destroy(Some(object), PlanMode::Normal);
        let there = modules.get(&addr.module).map(|module| (module, &Expansion::Single));
        let reason = || self.reason(addr, &there.into_iter().collect());
        let Aim::Delete(reason) = self.aim_of_unwanted(PlanMode::Normal, skips, reason) else { return None };
        Some(Deferred {
            addr: PartialInstance::one(addr),
            deposed: None,
            provider: self.stored_provider(addr),
            schema: self.schema.clone(),
            action: Action::Delete,
            reason,
            because: Because::Prerequisite(cause.clone()),
            before: deferral::stored_value(&self.planner.input, addr, &self.schema, &self.ty),
            after: Value::null(self.ty.clone()),
            there: vec![addr.clone()],
            declared_at: self.block.map(|block| block.range.clone()),
        })
    }

    fn first_action(&self) -> (Action, ActionReason) {
        match self.resource.resource.mode {
            Mode::Managed => (Action::Create, ActionReason::None),
            Mode::Data | Mode::Ephemeral => (Action::Read, ActionReason::ReadBecauseConfigUnknown),
        }
    }

    /// What the configuration says so far, with what is there; whatever is wrong with it the wave itself will tell.
    fn foreseen(&self, addr: &str, before: Option<&Value>, config: Option<(Value, Diagnostics)>) -> Value {
        let block = &self.schema.block;
        let known =
            config.filter(|(value, troubles)| !troubles.has_errors() && !value.all_marks().contains(Marks::EPHEMERAL));
        let Some((config, _)) = known else { return Value::unknown(self.ty.clone()).with_origin(&addr.into()) };
        let (config, marks) = config.unmark_deep();
        let config = configschema::without_write_only(block, &config);
        let planned = match before {
            Some(before) => configschema::proposed_new(block, &before.unmark_deep().0, &config),
            None => configschema::planned_unknown_object(block, &config),
        };
        let planned = planned.mark_paths(&marks);
        let planned = planned.mark_paths(&schema_marks(&self.schema, &planned));
        if planned.is_wholly_known() { planned } else { planned.with_origin(&addr.into()) }
    }
}

/// What is noted for a module instance or the nearest one that it stands in.
fn nearest<'a>(all: &'a BTreeMap<ModuleInstance, usize>, module: &ModuleInstance) -> Option<&'a usize> {
    let mut module = module.clone();
    while !all.is_empty() {
        if let Some(found) = all.get(&module) {
            return Some(found);
        }
        module = module.parent()?.0;
    }
    None
}
