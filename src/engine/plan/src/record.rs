//! What planning has found out so far.

use crate::report::{Refreshed, Report};
use crate::{Action, Drift, InstanceChange, OutputChange};
use addrs::{ConfigResource, Mode, ModuleInstance, ProviderConfig, ResourceInstance};
use diag::Diagnostics;
use state::{DeposedKey, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;

/// One object: the current one (`None`) or a deposed one.
pub(crate) type ObjectAddr = (ResourceInstance, Option<DeposedKey>);

/// Where a trouble belongs: diagnostics come out in this order, whatever the order of answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Node of the expression graph.
    pub(crate) node: usize,
    /// Object of that node.
    pub(crate) object: Option<ObjectAddr>,
}

impl Place {
    /// The node as a whole.
    pub(crate) fn node(node: usize) -> Place {
        Place { node, object: None }
    }
}

/// What planning has found out so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) changes: BTreeMap<ObjectAddr, InstanceChange>,
    pub(crate) drift: BTreeMap<ResourceInstance, Drift>,
    pub(crate) outputs: BTreeMap<Arc<str>, OutputChange>,
    pub(crate) refreshed: State,
    pub(crate) provider_configs: BTreeMap<ProviderConfig, Value>,
    pub(crate) values: BTreeMap<ResourceInstance, Value>,
    pub(crate) troubles: BTreeMap<Place, Diagnostics>,
    /// Instances of ephemeral resources.
    pub(crate) ephemeral: BTreeMap<ResourceInstance, ProviderConfig>,
    /// Module instances in which some object of the resource changes.
    changing: BTreeMap<ConfigResource, Changing>,
}

/// Where a resource changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changing {
    /// Module instances with any change: data sources wait for these.
    pub(crate) pending: BTreeSet<ModuleInstance>,
    /// Module instances with an update or a replacement: these trigger replacements.
    pub(crate) triggering: BTreeSet<ModuleInstance>,
}

impl Record {
    /// Nothing found out yet but what the state says.
    pub(crate) fn starting_from(refreshed: State) -> Record {
        Record { refreshed, ..Record::default() }
    }

    /// Notes troubles; true when there are errors among them.
    pub(crate) fn trouble(&mut self, place: Place, troubles: Diagnostics) -> bool {
        let errors = troubles.has_errors();
        if !troubles.is_empty() {
            self.troubles.entry(place).or_default().extend(troubles);
        }
        errors
    }

    /// Whether something went wrong so far.
    pub(crate) fn has_errors(&self) -> bool {
        self.troubles.values().any(Diagnostics::has_errors)
    }

    /// Notes what a task reports; true when it failed. Its value goes to the evaluator.
    pub(crate) fn report(
        &mut self,
        node: usize,
        object: &ObjectAddr,
        provider: &ProviderConfig,
        report: Report,
    ) -> bool {
        let (addr, deposed) = object;
        if addr.resource.mode == Mode::Ephemeral {
            self.ephemeral.insert(addr.clone(), provider.clone());
        }
        match report.refreshed {
            Refreshed::Same if deposed.is_none() => self.served_by(addr, provider),
            Refreshed::Same => {}
            Refreshed::Object(object) => {
                // Of the objects of an instance the current one says who serves it.
                let known = self.refreshed.instances.get(addr).filter(|_| deposed.is_some());
                let provider = known.map_or(provider, |instance| &instance.provider).clone();
                self.refreshed.set(addr, deposed.as_ref(), &provider, object);
            }
            Refreshed::Gone => {
                self.refreshed.remove(addr, deposed.as_ref());
            }
        }
        if let Some(drift) = report.drift {
            self.drift.insert(addr.clone(), drift);
        }
        // What is ephemeral is not part of a plan.
        if let (Some(value), None) = (report.value, deposed)
            && addr.resource.mode != Mode::Ephemeral
        {
            self.values.insert(addr.clone(), value);
        }
        if let Some(change) = report.change {
            self.change(change);
        }
        self.trouble(Place { node, object: Some(object.clone()) }, report.diagnostics)
    }

    /// An object that is as the state says may have got another provider configuration; the registries are one.
    fn served_by(&mut self, addr: &ResourceInstance, provider: &ProviderConfig) {
        let Some(instance) = self.refreshed.instances.get(addr) else { return };
        let stored = &instance.provider;
        let place = |of: &ProviderConfig| (of.module.clone(), of.alias.clone(), of.key.clone());
        if stored == provider || (stored.provider.same_as(&provider.provider) && place(stored) == place(provider)) {
            return;
        }
        if let Some(instance) = self.refreshed.instances.get_mut(addr) {
            instance.provider = provider.clone();
        }
    }

    fn change(&mut self, change: InstanceChange) {
        if change.action != Action::NoOp {
            let changing = self.changing.entry(change.addr.config()).or_default();
            changing.pending.insert(change.addr.module.clone());
            if change.action == Action::Update || change.action.is_replace() {
                changing.triggering.insert(change.addr.module.clone());
            }
        }
        self.changes.insert((change.addr.clone(), change.deposed.clone()), change);
    }

    /// Where a resource changes, as far as planned.
    pub(crate) fn changing(&self, resource: &ConfigResource) -> Option<&Changing> {
        self.changing.get(resource)
    }

    /// The planned change of the current object of an instance.
    pub(crate) fn change_of(&self, addr: &ResourceInstance) -> Option<&InstanceChange> {
        self.changes.get(&(addr.clone(), None))
    }
}
