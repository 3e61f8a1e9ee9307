//! Which attributes of other objects the planned changes were made from, however long the way (features-and-traps.md 98):
//! drift of others is not shown, and programs read the list as `relevant_attributes`.

use crate::{Action, InstanceChange, Mode as PlanMode, OutputChange, PlanInput, Schemas};
use addrs::{InstanceKey, Mode, ModuleInstance, Resource, ResourceInstance};
use config::{Module, ModuleTree, Output, ResourceConfig};
use configschema::{Block, Nesting};
use diag::Diagnostics;
use eval::{Evaluator, Reference, ReferenceStep, Referent, references, role};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::json::{Reading, Role};
use syntax::{Body, ExprKind, Expression};
use value::{Path, PathStep};

/// What was planned.
pub(crate) struct Found<'a> {
    pub(crate) changes: &'a [InstanceChange],
    pub(crate) outputs: &'a BTreeMap<Arc<str>, OutputChange>,
    pub(crate) evaluator: &'a Evaluator,
}

/// The attributes, in the order of addresses and paths.
pub(crate) fn relevant(input: &PlanInput, found: &Found<'_>) -> Vec<(ResourceInstance, Path)> {
    let mut walk = Walk::new(&input.tree, &input.schemas);
    let changed: BTreeSet<(&ModuleInstance, &Resource)> = found
        .changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
        .map(|change| (&change.addr.module, &change.addr.resource))
        .collect();
    for (module, resource) in changed {
        walk.resource(module, resource, &[]);
    }
    for (name, _) in found.outputs.iter().filter(|(_, output)| output.action != Action::NoOp) {
        walk.output(&ModuleInstance::ROOT, name);
    }
    // Outputs of other modules are new in every plan that evaluates them.
    if input.options.mode != PlanMode::Destroy {
        for (module, output) in module_outputs(&input.tree, found.evaluator) {
            if !matches!(output.expr.root.kind, ExprKind::Null) {
                walk.output(&module, &output.name);
            }
        }
    }
    while let Some(seen) = walk.pending.pop() {
        walk.follow(&seen);
    }
    walk.found.into_iter().collect()
}

/// The outputs of modules but the root that were evaluated.
fn module_outputs<'a>(tree: &'a ModuleTree, evaluator: &Evaluator) -> Vec<(ModuleInstance, &'a Output)> {
    let mut all = Vec::new();
    for (path, declared) in tree.modules.iter().filter(|(path, _)| !path.is_root()) {
        for module in evaluator.module_instances(path) {
            let evaluated = |output: &&Output| evaluator.output_value(&module, &output.name).is_some();
            all.extend(declared.outputs.values().filter(evaluated).map(|output| (module.clone(), output)));
        }
    }
    all
}

/// A reference, and where it stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    module: ModuleInstance,
    /// The resource in whose block it stands: `count` and `each` mean those of it.
    within: Option<Resource>,
    referent: Referent,
    steps: Vec<ReferenceStep>,
}

struct Walk<'a> {
    tree: &'a ModuleTree,
    schemas: &'a Schemas,
    seen: BTreeSet<Seen>,
    pending: Vec<Seen>,
    found: BTreeSet<(ResourceInstance, Path)>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a ModuleTree, schemas: &'a Schemas) -> Walk<'a> {
        Walk { tree, schemas, seen: BTreeSet::new(), pending: Vec::new(), found: BTreeSet::new() }
    }

    fn module(&self, module: &ModuleInstance) -> Option<&'a Module> {
        self.tree.module(&module.path())
    }

    fn expression(&mut self, module: &ModuleInstance, within: Option<&Resource>, expr: &Expression) {
        references(expr).0.into_iter().for_each(|reference| self.note(module, within, reference));
    }

    fn note(&mut self, module: &ModuleInstance, within: Option<&Resource>, reference: Reference) {
        let Reference { referent, mut steps, .. } = reference;
        steps.retain(|step| *step != ReferenceStep::Other);
        if let Referent::Resource(resource) = &referent {
            let (key, rest) = instance(&steps);
            let addr = ResourceInstance { module: module.clone(), resource: resource.clone(), key };
            self.found.insert((addr, Path(rest.iter().filter_map(path_step).collect())));
        }
        let seen = Seen { module: module.clone(), within: within.cloned(), referent, steps };
        if self.seen.insert(seen.clone()) {
            self.pending.push(seen);
        }
    }

    /// What a reference leads to.
    fn follow(&mut self, Seen { module, within, referent, steps }: &Seen) {
        match referent {
            Referent::Variable(name) => self.argument(module, name),
            Referent::Local(name) => {
                if let Some(local) = self.module(module).and_then(|declared| declared.locals.get(name)) {
                    self.expression(module, None, &local.expr);
                }
            }
            Referent::ModuleCall(name, _) => {
                let (key, rest) = instance(steps);
                let child = module.child(name.clone(), key);
                match rest.first() {
                    Some(ReferenceStep::Attribute(output)) => self.output(&child, output),
                    _ => {
                        let outputs = self.module(&child).into_iter().flat_map(|declared| declared.outputs.keys());
                        outputs.for_each(|output| self.output(&child, output));
                    }
                }
            }
            Referent::Each(_) | Referent::Count => {
                let block = within.as_ref().and_then(|within| self.module(module)?.resources.get(within));
                if let Some(expr) = block.and_then(|block| block.for_each.as_ref().or(block.count.as_ref())) {
                    self.expression(module, None, expr);
                }
            }
            Referent::Resource(resource) => self.resource(module, resource, instance(steps).1),
            Referent::SelfObject | Referent::PathAttr(_) | Referent::TerraformAttr(_) => {}
        }
    }

    fn output(&mut self, module: &ModuleInstance, name: &Arc<str>) {
        if let Some(output) = self.module(module).and_then(|declared| declared.outputs.get(name)) {
            self.expression(module, None, &output.expr);
        }
    }

    /// What the caller gives for a variable.
    fn argument(&mut self, module: &ModuleInstance, name: &str) {
        let Some((caller, call, _)) = module.parent() else { return };
        let Some(call) = self.module(&caller).and_then(|declared| declared.module_calls.get(&call)) else { return };
        let mut told = Diagnostics::new();
        let arguments = call.arguments.decided(|_| Role::Argument(Reading::Template), &mut told);
        if let Some(argument) = arguments.attribute(name) {
            self.expression(&caller, None, &argument.expr);
        }
    }

    /// What stands in the block of a resource, at the place that steps into its objects lead to.
    fn resource(&mut self, module: &ModuleInstance, resource: &Resource, steps: &[ReferenceStep]) {
        let Some(block) = self.module(module).and_then(|declared| declared.resources.get(resource)) else { return };
        let Some(schema) = self.schema(block) else { return };
        let mut inside = Vec::new();
        part(&block.body, schema, steps, &mut inside);
        inside.into_iter().for_each(|reference| self.note(module, Some(resource), reference));
    }

    fn schema(&self, block: &ResourceConfig) -> Option<&'a Block> {
        let schemas = self.schemas.get(&block.provider)?;
        let schema = match block.addr.mode {
            Mode::Managed => schemas.resources.get(&block.addr.kind),
            Mode::Data => schemas.data_sources.get(&block.addr.kind),
            Mode::Ephemeral => schemas.ephemeral.get(&block.addr.kind),
        };
        schema.map(|schema| &schema.block)
    }
}

/// The key of the instance that steps begin with, and the steps into it.
fn instance(steps: &[ReferenceStep]) -> (InstanceKey, &[ReferenceStep]) {
    match steps.split_first() {
        Some((ReferenceStep::Key(key), rest)) => (InstanceKey::String(key.clone()), rest),
        Some((ReferenceStep::Index(place), rest)) => {
            (u32::try_from(*place).map_or(InstanceKey::None, InstanceKey::Int), rest)
        }
        _ => (InstanceKey::None, steps),
    }
}

fn path_step(step: &ReferenceStep) -> Option<PathStep> {
    match step {
        ReferenceStep::Attribute(name) => Some(PathStep::Attribute(name.clone())),
        ReferenceStep::Key(key) => Some(PathStep::Key(key.clone())),
        ReferenceStep::Index(place) => Some(PathStep::Index(*place)),
        ReferenceStep::Other => None,
    }
}

/// The references of the part of a body that steps lead to: of an argument all, of the body itself all of it.
fn part(body: &Body, schema: &Block, steps: &[ReferenceStep], found: &mut Vec<Reference>) {
    let mut told = Diagnostics::new();
    let body = body.decided(|name| role(name, schema), &mut told);
    let Some((ReferenceStep::Attribute(name) | ReferenceStep::Key(name), rest)) = steps.split_first() else {
        return whole(&body, schema, found);
    };
    if schema.attributes.contains_key(name) {
        found.extend(body.attribute(name).into_iter().flat_map(|argument| references(&argument.expr).0));
    } else if let Some(nested) = schema.blocks.get(name) {
        let blocks: Vec<_> = body.blocks_of(name).collect();
        let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        match rest.split_first() {
            _ if single => blocks.iter().for_each(|block| part(&block.body, &nested.block, rest, found)),
            Some((ReferenceStep::Index(place), rest)) if nested.nesting == Nesting::List => {
                let block = usize::try_from(*place).ok().and_then(|place| blocks.get(place));
                block.into_iter().for_each(|block| part(&block.body, &nested.block, rest, found));
            }
            _ => blocks.iter().for_each(|block| whole(&block.body, &nested.block, found)),
        }
        dynamic(&body, schema, Some(name), found);
    }
}

fn whole(body: &Body, schema: &Block, found: &mut Vec<Reference>) {
    let mut told = Diagnostics::new();
    let body = body.decided(|name| role(name, schema), &mut told);
    found.extend(body.attributes.iter().flat_map(|argument| references(&argument.expr).0));
    for (kind, nested) in &schema.blocks {
        body.blocks_of(kind).for_each(|block| whole(&block.body, &nested.block, found));
    }
    dynamic(&body, schema, None, found);
}

/// References of `dynamic` blocks, of one type or of all; the name of the iterator is none.
fn dynamic(body: &Body, schema: &Block, kind: Option<&Arc<str>>, found: &mut Vec<Reference>) {
    for block in body.blocks_of("dynamic") {
        let Some(label) = block.labels.first().map(|label| &label.text) else { continue };
        let Some(nested) = schema.blocks.get(label).filter(|_| kind.is_none_or(|kind| kind == label)) else { continue };
        let iterator = match block.body.attribute("iterator").map(|argument| &argument.expr.root.kind) {
            Some(ExprKind::Variable(name)) => &name.text,
            _ => label,
        };
        let repeated = block.body.attributes.iter().filter(|argument| argument.name.text.as_ref() != "iterator");
        let mut inside: Vec<Reference> = repeated.flat_map(|argument| references(&argument.expr).0).collect();
        block.body.blocks_of("content").for_each(|content| whole(&content.body, &nested.block, &mut inside));
        let bound = |reference: &Reference| matches!(&reference.referent, Referent::Resource(r) if r.kind == *iterator);
        found.extend(inside.into_iter().filter(|reference| !bound(reference)));
    }
}
