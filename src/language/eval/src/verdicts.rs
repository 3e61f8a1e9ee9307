//! What became of every condition, object by object: kept for the state, where other tools look it up.

use crate::check::Outcome;
use crate::evaluator::{Evaluator, Repetition};
use addrs::{ConfigResource, ModuleInstance, ModulePath, Resource, ResourceInstance};
use config::{CheckRule, Module};
use diag::Diagnostics;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What conditions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckedKind {
    /// Preconditions and postconditions of a resource of any mode.
    Resource,
    /// Preconditions of an output.
    Output,
    /// Assertions of a `check` block.
    Check,
    /// Validations of a variable.
    Variable,
}

/// A block with conditions, and the objects that come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it is.
    pub kind: CheckedKind,
    /// Its address, without keys.
    pub config: String,
    /// How many conditions each of its objects has.
    pub rules: usize,
    /// What is known of its objects by their addresses; `None` while it is not known which there are.
    pub objects: Option<BTreeMap<String, Verdicts>>,
}

/// Outcomes by the place of the condition: file and offset.
pub type Verdicts = BTreeMap<(String, u32), Outcome>;

/// Outcomes so far. Evaluation is not exclusive, hence the lock; nobody waits for it.
#[derive(Debug, Default)]
pub(crate) struct Register {
    by_object: Mutex<BTreeMap<(CheckedKind, String), Verdicts>>,
}

impl Register {
    /// The last outcome counts: what lacked a function is evaluated again.
    pub(crate) fn note(&self, kind: CheckedKind, object: &str, rule: &CheckRule, outcome: &Outcome) {
        let mut all = self.by_object.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (rule.range.file.to_string(), rule.range.start);
        all.entry((kind, object.to_string())).or_default().insert(place, outcome.clone());
    }

    fn of(&self, kind: CheckedKind, object: &str) -> Option<Verdicts> {
        let all = self.by_object.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(kind, object.to_string())).cloned()
    }
}

impl Evaluator {
    /// Checks a condition of a resource instance and remembers what became of it; otherwise as [`Evaluator::check`].
    pub fn check_resource(
        &self,
        addr: &ResourceInstance,
        rule: &CheckRule,
        repetition: &Repetition,
    ) -> (Outcome, Diagnostics) {
        let (outcome, troubles) = self.check(&addr.module, rule, repetition);
        self.register.note(CheckedKind::Resource, &addr.to_string(), rule, &outcome);
        (outcome, troubles)
    }

    /// Every block with conditions, by address, with the objects that are known and what became of their conditions.
    pub fn checked(&self) -> Vec<Checked> {
        let mut all = Vec::new();
        for (path, module) in &self.tree.modules {
            self.checked_in(path, module, &mut all);
        }
        all.sort_by(|a, b| (&a.config, a.kind).cmp(&(&b.config, b.kind)));
        all
    }

    /// Brings in what this evaluator knows of the same objects, and says of no other.
    pub fn bring_in_verdicts(&self, all: &mut [Checked]) {
        for checked in all {
            for (object, verdicts) in checked.objects.iter_mut().flatten() {
                verdicts.extend(self.register.of(checked.kind, object).unwrap_or_default());
            }
        }
    }

    fn checked_in(&self, path: &ModulePath, module: &Module, all: &mut Vec<Checked>) {
        let instances = self.instances.get(path);
        let mut add = |kind: CheckedKind, local: String, rules: usize| {
            let config = if path.is_root() { local.clone() } else { format!("{path}.{local}") };
            let objects = instances.map(|instances| {
                let addresses = instances.iter().map(|instance| within(instance, &local));
                addresses.map(|object| self.known(kind, object)).collect()
            });
            all.push(Checked { kind, config, rules, objects });
        };
        for (name, variable) in module.variables.iter().filter(|(_, variable)| !variable.validations.is_empty()) {
            add(CheckedKind::Variable, format!("var.{name}"), variable.validations.len());
        }
        for (name, output) in module.outputs.iter().filter(|(_, output)| !output.preconditions.is_empty()) {
            add(CheckedKind::Output, format!("output.{name}"), output.preconditions.len());
        }
        for (name, check) in &module.checks {
            add(CheckedKind::Check, format!("check.{name}"), check.asserts.len());
        }
        for (resource, block) in &module.resources {
            let rules = block.lifecycle.preconditions.len() + block.lifecycle.postconditions.len();
            if rules > 0 {
                let config = ConfigResource { module: path.clone(), resource: resource.clone() }.to_string();
                let objects = instances.map(|instances| {
                    instances.iter().flat_map(|instance| self.instances_of(instance, resource)).collect()
                });
                all.push(Checked { kind: CheckedKind::Resource, config, rules, objects });
            }
        }
    }

    fn instances_of(&self, module: &ModuleInstance, resource: &Resource) -> Vec<(String, Verdicts)> {
        let known = self.values.get(module).and_then(|values| values.resources.get(resource));
        let keys = known.into_iter().flat_map(|known| known.instances.keys());
        let addr = |key: &addrs::InstanceKey| ResourceInstance {
            module: module.clone(),
            resource: resource.clone(),
            key: key.clone(),
        };
        keys.map(|key| self.known(CheckedKind::Resource, addr(key).to_string())).collect()
    }

    fn known(&self, kind: CheckedKind, object: String) -> (String, Verdicts) {
        let verdicts = self.register.of(kind, &object).unwrap_or_default();
        (object, verdicts)
    }
}

/// The address of something in a module instance.
pub(crate) fn within(module: &ModuleInstance, local: &str) -> String {
    module.within(local)
}
