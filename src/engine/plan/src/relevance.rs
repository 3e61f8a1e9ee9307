//! Which attributes of resources may have influenced a plan (features-and-traps.md 98): drift of others is not shown, and
//! programs read the list as `relevant_attributes`.
//!
//! From every change the references of its block are followed through local values, variables, outputs and other blocks,
//! by names alone: as Terraform does it, a reference to all instances of a resource speaks of none of them in particular.

use crate::graph::declared;
use crate::{Action, InstanceChange, OutputChange, PlanInput};
use addrs::{ConfigResource, InstanceKey, ModuleInstance, ResourceInstance};
use eval::{Reference, ReferenceStep, Referent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::{Block, Body, Expression};
use value::{Path, PathStep};

/// A reference, absolute: in which module it is read, by which resource if it is `each` or `count`, to what, how deep.
type Named = (ModuleInstance, Option<ConfigResource>, Referent, Vec<ReferenceStep>);

/// The attributes, in the order of addresses and paths.
pub(crate) fn relevant(
    input: &PlanInput,
    changes: &[InstanceChange],
    outputs: &BTreeMap<Arc<str>, OutputChange>,
) -> Vec<(ResourceInstance, Path)> {
    let mut walk = Walk { input, seen: BTreeSet::new(), open: Vec::new(), found: BTreeSet::new() };
    let mut blocks = BTreeSet::new();
    for change in changes.iter().filter(|change| change.action != Action::NoOp) {
        // Instances of one block refer to the same.
        let resource = change.addr.config();
        if blocks.insert((change.addr.module.clone(), resource.clone())) {
            walk.block(&change.addr.module, &resource, &[]);
        }
    }
    for (name, _) in outputs.iter().filter(|(_, output)| output.action != Action::NoOp) {
        walk.output(&ModuleInstance::ROOT, name);
    }
    while let Some(named) = walk.open.pop() {
        walk.follow(&named);
    }
    walk.found.into_iter().collect()
}

struct Walk<'a> {
    input: &'a PlanInput,
    seen: BTreeSet<Named>,
    open: Vec<Named>,
    found: BTreeSet<(ResourceInstance, Path)>,
}

impl Walk<'_> {
    fn name(&mut self, module: &ModuleInstance, holder: Option<&ConfigResource>, reference: Reference) {
        let Reference { referent, steps, .. } = reference;
        if let Referent::Resource(resource) = &referent {
            let config = ConfigResource { module: module.path(), resource: resource.clone() };
            // The iterator of a dynamic block looks like a resource.
            if declared(self.input, &config).is_none() {
                return;
            }
            let (key, steps) = instance(&steps);
            let addr = ResourceInstance { module: module.clone(), resource: resource.clone(), key };
            self.found.insert((addr, Path(steps.iter().filter_map(path_step).collect())));
        }
        let holder = match referent {
            Referent::Each(_) | Referent::Count => holder.cloned(),
            _ => None,
        };
        let named = (module.clone(), holder, referent, steps);
        if self.seen.insert(named.clone()) {
            self.open.push(named);
        }
    }

    fn expression(&mut self, module: &ModuleInstance, holder: Option<&ConfigResource>, expr: &Expression) {
        for reference in eval::references(expr).0 {
            self.name(module, holder, reference);
        }
    }

    /// What contributes to what is named.
    fn follow(&mut self, (module, holder, referent, steps): &Named) {
        let input = self.input;
        let Some(config) = input.tree.module(&module.path()) else { return };
        match referent {
            Referent::Variable(name) => {
                let Some((caller, call, _)) = module.parent() else { return };
                let block = input.tree.module(&caller.path()).and_then(|m| m.module_calls.get(&call));
                if let Some(argument) = block.and_then(|call| call.arguments.attribute(name)) {
                    self.expression(&caller, None, &argument.expr);
                }
            }
            Referent::Local(name) => {
                if let Some(local) = config.locals.get(name) {
                    self.expression(module, None, &local.expr);
                }
            }
            Referent::ModuleCall(name, output) => {
                let called = module.child(name.clone(), instance(steps).0);
                match output {
                    Some(output) => self.output(&called, output),
                    None => {
                        let outputs = input.tree.module(&called.path()).into_iter().flat_map(|m| m.outputs.keys());
                        outputs.for_each(|output| self.output(&called, output));
                    }
                }
            }
            Referent::Each(_) | Referent::Count => {
                let Some(block) = holder.as_ref().and_then(|holder| declared(input, holder)) else { return };
                for expr in block.count.iter().chain(&block.for_each) {
                    self.expression(module, None, expr);
                }
            }
            Referent::Resource(resource) => {
                let resource = ConfigResource { module: module.path(), resource: resource.clone() };
                self.block(module, &resource, instance(steps).1);
            }
            Referent::SelfObject | Referent::PathAttr(_) | Referent::TerraformAttr(_) => {}
        }
    }

    fn output(&mut self, module: &ModuleInstance, name: &str) {
        let output = self.input.tree.module(&module.path()).and_then(|m| m.outputs.get(name));
        if let Some(output) = output {
            self.expression(module, None, &output.expr);
        }
    }

    /// The references of a block, as far as they contribute to the part behind these steps.
    fn block(&mut self, module: &ModuleInstance, resource: &ConfigResource, steps: &[ReferenceStep]) {
        let Some(block) = declared(self.input, resource) else { return };
        let (Some(ReferenceStep::Attribute(name)) | Some(ReferenceStep::Key(name))) = steps.first() else {
            return self.body(module, resource, &block.body);
        };
        if let Some(argument) = block.body.attribute(name) {
            return self.expression(module, Some(resource), &argument.expr);
        }
        for nested in block.body.blocks.iter().filter(|nested| is_of_type(nested, name)) {
            self.body(module, resource, &nested.body);
        }
    }

    fn body(&mut self, module: &ModuleInstance, resource: &ConfigResource, body: &Body) {
        for argument in &body.attributes {
            self.expression(module, Some(resource), &argument.expr);
        }
        for property in &body.undecided {
            self.expression(module, Some(resource), &property.as_argument().expr);
        }
        for block in &body.blocks {
            self.body(module, resource, &block.body);
        }
    }
}

/// Whether a block is of that type, or a `dynamic` one that makes such.
fn is_of_type(block: &Block, name: &str) -> bool {
    let dynamic = || block.labels.first().is_some_and(|label| label.text.as_ref() == name);
    block.kind.text.as_ref() == name || (block.kind.text.as_ref() == "dynamic" && dynamic())
}

/// The instance key at the beginning, and the steps after it.
fn instance(steps: &[ReferenceStep]) -> (InstanceKey, &[ReferenceStep]) {
    match steps {
        [ReferenceStep::Key(key), rest @ ..] => (InstanceKey::String(key.clone()), rest),
        [ReferenceStep::Index(index), rest @ ..] => {
            (u32::try_from(*index).map_or(InstanceKey::None, InstanceKey::Int), rest)
        }
        [ReferenceStep::Other, ..] => (InstanceKey::None, &[]),
        steps => (InstanceKey::None, steps),
    }
}

fn path_step(step: &ReferenceStep) -> Option<PathStep> {
    match step {
        ReferenceStep::Attribute(name) => Some(PathStep::Attribute(name.clone())),
        ReferenceStep::Key(key) => Some(PathStep::Key(key.clone())),
        ReferenceStep::Index(index) => Some(PathStep::Index(*index)),
        ReferenceStep::Other => None,
    }
}
