//! `moved` blocks, and the moves that nobody has to write: objects get new addresses before anything is planned
//! (features-and-traps.md 91–93).

use crate::PlanInput;
use crate::graph;
use addrs::{ConfigResource, InstanceKey, Mode, ModuleInstance, ModulePath, Resource, ResourceInstance};
use config::{Endpoint, endpoint};
use diag::{Diagnostic, Diagnostics, Range};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What moves made of a state.
#[derive(Default)]
pub(crate) struct Moved {
    /// The state with new addresses.
    pub(crate) state: Arc<State>,
    /// New address to old.
    pub(crate) previous: BTreeMap<ResourceInstance, ResourceInstance>,
    /// Moves that cannot be done.
    pub(crate) troubles: Diagnostics,
}

/// One `moved` block.
struct Statement {
    /// Header of the block.
    range: Range,
    within: ModulePath,
    from: Endpoint,
    to: Endpoint,
}

/// All statements, found by what they move.
#[derive(Default)]
struct Statements {
    all: Vec<Statement>,
    by_resource: BTreeMap<ConfigResource, Vec<usize>>,
    by_module: BTreeMap<ModulePath, Vec<usize>>,
    /// Resources that some statement names on either side: for these nothing is implied.
    named: BTreeSet<ConfigResource>,
    /// Module instances that have objects and stay where they are: no other module takes their place.
    occupied: BTreeSet<ModuleInstance>,
    /// Resources that have objects: no other resource as a whole takes their place.
    taken: BTreeSet<(ModuleInstance, Resource)>,
}

/// Moves the objects of the state. A place that is taken is never given to another: such an object stays, with a
/// warning.
pub(crate) fn moved(input: &PlanInput) -> Moved {
    let mut troubles = Diagnostics::new();
    let mut statements = statements(input, &mut troubles);
    statements.occupied = statements.staying(input);
    if !statements.by_resource.is_empty() {
        let managed = input.prior.instances.keys().filter(|a| a.resource.mode == Mode::Managed);
        statements.taken = managed.map(|addr| (addr.module.clone(), addr.resource.clone())).collect();
    }
    troubles.extend(statements.blocked(input));
    let mut targets: Vec<(usize, ResourceInstance, ResourceInstance)> = Vec::new();
    for addr in input.prior.instances.keys().filter(|a| a.resource.mode == Mode::Managed) {
        match statements.follow(addr) {
            Some((0, _)) => {
                if let Some(to) = implied(input, &statements, addr) {
                    targets.push((1, addr.clone(), to));
                }
            }
            Some((steps, to)) if to != *addr => targets.push((steps, addr.clone(), to)),
            Some(_) => {}
            None => troubles.push(cyclic(addr)),
        }
    }
    if targets.is_empty() {
        return Moved { state: input.prior.clone(), previous: BTreeMap::new(), troubles };
    }
    // The shorter way wins, as if each statement were carried out for all objects before the next one.
    targets.sort();
    let moving: BTreeSet<ResourceInstance> = targets.iter().map(|(_, from, _)| from.clone()).collect();
    let mut previous: BTreeMap<ResourceInstance, ResourceInstance> = BTreeMap::new();
    for (_, from, to) in targets {
        let occupied = input.prior.instances.contains_key(&to) && !moving.contains(&to);
        if to.resource.kind != from.resource.kind {
            troubles.push(other_type(&from, &to));
        } else if occupied || previous.contains_key(&to) {
            troubles.push(taken(&from, &to));
        } else {
            previous.insert(to, from);
        }
    }
    let mut state = input.prior.as_ref().clone();
    let taken_up: Vec<_> = previous.iter().map(|(to, from)| (to.clone(), state.instances.remove(from))).collect();
    for (to, instance) in taken_up {
        if let Some(instance) = instance {
            state.instances.insert(to, instance);
        }
    }
    Moved { state: Arc::new(state), previous, troubles }
}

fn statements(input: &PlanInput, troubles: &mut Diagnostics) -> Statements {
    let mut statements = Statements::default();
    for (within, module) in &input.tree.modules {
        for block in &module.moved {
            let (Some(mut from), Some(mut to)) = (endpoint(&block.from.root), endpoint(&block.to.root)) else {
                let detail =
                    "The from and to of a moved block must be addresses of resources or modules, with constant keys.";
                troubles.push(Diagnostic::error("Invalid moved block", detail).at(block.range.clone()));
                continue;
            };
            config::unify(&mut from, &mut to);
            let place = statements.all.len();
            match &from.resource {
                Some((resource, _)) => {
                    let resource = ConfigResource { module: from.path(within), resource: resource.clone() };
                    statements.by_resource.entry(resource).or_default().push(place);
                }
                None => statements.by_module.entry(from.path(within)).or_default().push(place),
            }
            for end in [&from, &to] {
                if let Some((resource, _)) = &end.resource {
                    statements.named.insert(ConfigResource { module: end.path(within), resource: resource.clone() });
                }
            }
            statements.all.push(Statement { range: block.range.clone(), within: within.clone(), from, to });
        }
    }
    statements
}

impl Statements {
    /// Where an object ends up, and after how many moves; `None` when they go round in a circle.
    fn follow(&self, addr: &ResourceInstance) -> Option<(usize, ResourceInstance)> {
        let mut at = addr.clone();
        let mut seen = BTreeSet::from([at.clone()]);
        while let Some(next) = self.next(&at, addr) {
            at = next;
            if !seen.insert(at.clone()) {
                return None;
            }
        }
        Some((seen.len() - 1, at))
    }

    /// The next address of an object that began at `start`: it does not stand in its own way.
    fn next(&self, addr: &ResourceInstance, start: &ResourceInstance) -> Option<ResourceInstance> {
        let own = |to: &ResourceInstance| to.module == start.module && to.resource == start.resource;
        let of_resource = self.by_resource.get(&addr.config()).into_iter().flatten();
        let path = addr.module.path();
        let prefixes = (1..=path.0.len()).filter_map(|n| path.0.get(..n)).map(|names| ModulePath(names.to_vec()));
        let of_module = prefixes.filter_map(|path| self.by_module.get(&path)).flatten();
        of_resource
            .chain(of_module)
            .filter_map(|place| self.all.get(*place))
            .filter_map(|statement| Some((statement, statement.carry(addr)?)))
            .find(|(statement, to)| !self.is_blocked(statement, to) || (statement.moves_resource() && own(to)))
            .map(|(_, to)| to)
    }

    /// A module is moved as a whole or not at all, and so is a resource (observed with Terraform 1.11.4).
    fn is_blocked(&self, statement: &Statement, to: &ResourceInstance) -> bool {
        match statement.moves_resource() {
            true => self.taken.contains(&(to.module.clone(), to.resource.clone())),
            false => statement.from.resource.is_none() && self.occupied.contains(&statement.destination(to)),
        }
    }

    /// Module instances with objects that no statement moves elsewhere.
    fn staying(&self, input: &PlanInput) -> BTreeSet<ModuleInstance> {
        let mut staying = BTreeSet::new();
        if self.by_module.is_empty() {
            return staying;
        }
        for addr in input.prior.instances.keys().filter(|a| a.resource.mode == Mode::Managed) {
            for depth in 1..=addr.module.0.len() {
                let instance = ModuleInstance(addr.module.0.get(..depth).unwrap_or_default().to_vec());
                let moves = self.by_module.get(&instance.path()).into_iter().flatten();
                let mut moves = moves.filter_map(|place| self.all.get(*place));
                if !moves.any(|statement| statement.carry(addr).is_some()) {
                    staying.insert(instance);
                }
            }
        }
        staying
    }

    /// Warns of each module and resource that stays because its new place is taken.
    fn blocked(&self, input: &PlanInput) -> Diagnostics {
        let mut blocked: BTreeSet<(String, String)> = BTreeSet::new();
        let managed = input.prior.instances.keys().filter(|a| a.resource.mode == Mode::Managed);
        for addr in managed.filter(|_| !self.occupied.is_empty() || !self.taken.is_empty()) {
            let whole = |statement: &&Statement| statement.from.resource.is_none() || statement.moves_resource();
            for statement in self.all.iter().filter(whole) {
                let Some(to) = statement.carry(addr).filter(|to| self.is_blocked(statement, to)) else { continue };
                if statement.moves_resource() {
                    let without_key = |addr: &ResourceInstance| {
                        ResourceInstance { key: InstanceKey::None, ..addr.clone() }.to_string()
                    };
                    blocked.insert((without_key(addr), without_key(&to)));
                } else {
                    let depth = statement.within.0.len() + statement.from.modules.len();
                    let from = ModuleInstance(addr.module.0.get(..depth).unwrap_or_default().to_vec());
                    blocked.insert((from.to_string(), statement.destination(&to).to_string()));
                }
            }
        }
        let warnings = blocked.into_iter().map(|(from, to)| {
            let detail = format!(
                "{from} was to be moved to {to}, but there are already objects in there. It stays where it is."
            );
            Diagnostic::warning("Unresolved resource instance address changes", detail)
                .next("Move its objects one by one, or remove the moved block.")
        });
        warnings.collect()
    }
}

impl Statement {
    /// Whether it moves a resource with all its instances.
    fn moves_resource(&self) -> bool {
        let has_no_key = |end: &Endpoint| end.resource.as_ref().is_some_and(|(_, key)| key.is_none());
        has_no_key(&self.from) && has_no_key(&self.to)
    }

    /// The module instance that an object is in after a move of its module.
    fn destination(&self, to: &ResourceInstance) -> ModuleInstance {
        let depth = self.within.0.len() + self.to.modules.len();
        ModuleInstance(to.module.0.get(..depth).unwrap_or_default().to_vec())
    }

    /// Whether what it moves has a key somewhere.
    fn names_an_instance(&self) -> bool {
        let is_key = |key: &Option<InstanceKey>| key.as_ref().is_some_and(|key| *key != InstanceKey::None);
        let of_resource = self.from.resource.as_ref().is_some_and(|(_, key)| is_key(key));
        of_resource || self.from.modules.iter().any(|(_, key)| is_key(key))
    }

    /// Whether it takes a module instance elsewhere.
    fn carries(&self, module: &ModuleInstance) -> bool {
        let anything = Resource { mode: Mode::Managed, kind: "".into(), name: "".into() };
        self.carry(&ResourceInstance { module: module.clone(), resource: anything, key: InstanceKey::None }).is_some()
    }

    /// The address after the move; `None` when it does not concern the object.
    fn carry(&self, addr: &ResourceInstance) -> Option<ResourceInstance> {
        let depth = self.within.0.len();
        let (outer, inner) = (addr.module.0.get(..depth)?, addr.module.0.get(depth..)?);
        let same_call = outer.iter().map(|(name, _)| name).eq(&self.within.0);
        if !same_call || inner.len() < self.from.modules.len() {
            return None;
        }
        let (stepped, rest) = inner.split_at(self.from.modules.len());
        let mut module = outer.to_vec();
        for (place, (step, (name, key))) in stepped.iter().zip(&self.from.modules).enumerate() {
            let any_key = key.is_none() && place + 1 == self.from.modules.len() && self.from.resource.is_none();
            if step.0 != *name || !(any_key || step.1 == key.clone().unwrap_or_default()) {
                return None;
            }
        }
        for (place, (name, key)) in self.to.modules.iter().enumerate() {
            let last = place + 1 == self.to.modules.len();
            let kept = stepped.last().filter(|_| last && key.is_none() && self.to.resource.is_none());
            let key = key.clone().or_else(|| kept.map(|(_, key)| key.clone())).unwrap_or_default();
            module.push((name.clone(), key));
        }
        module.extend_from_slice(rest);
        match (&self.from.resource, &self.to.resource) {
            (None, None) => Some(ResourceInstance { module: ModuleInstance(module), ..addr.clone() }),
            (Some((from, from_key)), Some((to, to_key))) => {
                let fits =
                    rest.is_empty() && addr.resource == *from && from_key.as_ref().is_none_or(|k| *k == addr.key);
                let key = to_key.clone().unwrap_or_else(|| addr.key.clone());
                fits.then(|| ResourceInstance { module: ModuleInstance(module), resource: to.clone(), key })
            }
            _ => None,
        }
    }
}

/// Between no key and zero nobody has to write a move: `count` was added or taken away. For resources only (observed
/// with Terraform 1.11.4).
fn implied(input: &PlanInput, statements: &Statements, addr: &ResourceInstance) -> Option<ResourceInstance> {
    let resource = addr.config();
    let block = graph::declared(input, &resource)?;
    if statements.named.contains(&resource) {
        return None;
    }
    let key = match (&addr.key, block.count.is_some(), block.for_each.is_some()) {
        (InstanceKey::None, true, _) => InstanceKey::Int(0),
        (InstanceKey::Int(0), false, false) => InstanceKey::None,
        _ => addr.key.clone(),
    };
    let module = enabled_modules(input, &addr.module);
    let to = ResourceInstance { key, module, resource: addr.resource.clone() };
    (to != *addr).then_some(to)
}

/// A module call that got `enabled` instead of `count` keeps its objects (OpenTofu 1.11).
fn enabled_modules(input: &PlanInput, module: &ModuleInstance) -> ModuleInstance {
    let mut path = ModulePath::ROOT;
    let steps = module.0.iter().map(|(name, key)| {
        path = path.child(name.clone());
        let enabled = input.tree.call_of(&path).is_some_and(|call| call.enabled.is_some());
        let plain = enabled && *key == InstanceKey::Int(0);
        (name.clone(), if plain { InstanceKey::None } else { key.clone() })
    });
    ModuleInstance(steps.collect())
}

/// Moves of single instances, of resources and of modules, that the configuration still wants under their old address. Of
/// whole resources and modules `config` tells.
pub(crate) fn still_declared<'a>(
    input: &PlanInput,
    wanted: impl Iterator<Item = &'a ResourceInstance>,
    modules: impl Fn(&ModulePath) -> Vec<ModuleInstance>,
) -> Diagnostics {
    let statements = statements(input, &mut Diagnostics::new());
    let mut troubles = Diagnostics::new();
    let keyed: Vec<&Statement> = statements.all.iter().filter(|statement| statement.names_an_instance()).collect();
    let mut instances: BTreeMap<ConfigResource, Vec<&ResourceInstance>> = BTreeMap::new();
    for addr in wanted.filter(|_| !keyed.is_empty()) {
        instances.entry(addr.config()).or_default().push(addr);
    }
    for statement in keyed {
        let path = statement.from.path(&statement.within);
        let still = match &statement.from.resource {
            Some((resource, _)) => {
                let here = ConfigResource { module: path, resource: resource.clone() };
                let mut still = instances.get(&here).into_iter().flatten();
                still.find(|addr| statement.carry(addr).is_some()).map(ToString::to_string)
            }
            None => {
                modules(&path).into_iter().find(|module| statement.carries(module)).map(|module| module.to_string())
            }
        };
        troubles.extend(still.map(|addr| {
            let detail = format!("A moved block takes {addr} elsewhere, but {addr} is still declared.");
            Diagnostic::error("Moved object still exists", detail)
                .at(statement.range.clone())
                .next("Take the instance out of count or for_each, or remove the moved block.")
        }));
    }
    troubles
}

fn taken(from: &ResourceInstance, to: &ResourceInstance) -> Diagnostic {
    Diagnostic::warning(
        "Unresolved resource instance address changes",
        format!(
            "The object at {from} was to be moved to {to}, but there is already an object there. It stays where it is, \
             and is planned as an object at that address."
        ),
    )
    .about(from.to_string())
    .next("Move or remove one of the two with drform state mv or drform state rm, if that is not what you want.")
}

fn cyclic(addr: &ResourceInstance) -> Diagnostic {
    let detail = format!("The moved blocks take {addr} round in a circle, so that it has no final address.");
    Diagnostic::error("Cyclic dependency in move statements", detail).about(addr.to_string())
}

fn other_type(from: &ResourceInstance, to: &ResourceInstance) -> Diagnostic {
    let detail = format!("Moving {from} to {to}, a resource of another type, is not supported yet.");
    Diagnostic::error("Unsupported move", detail)
        .about(from.to_string())
        .next("Use a removed block with destroy = false for the old address and import the object to the new one.")
}
