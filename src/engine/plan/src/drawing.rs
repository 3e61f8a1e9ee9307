//! The graph of a configuration and its state, to be drawn: the nodes and edges that Terraform 1.11.4 draws (measured).
//!
//! An edge leads from what waits to what it waits for. Edges that others imply are left out.

use addrs::{ConfigResource, ModulePath, ProviderConfig};
use config::ModuleTree;
use diag::Diagnostics;
use eval::{ExprNode, ExpressionGraph};
use state::State;
use std::collections::{BTreeMap, BTreeSet};

/// Which graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawingOf {
    /// Resources alone.
    Resources,
    /// All that a plan does.
    Plan,
    /// All that a plan does that destroys everything.
    PlanDestroy,
    /// All that an apply without a plan would do.
    Apply,
}

/// A graph, to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Nodes; several may have one name.
    pub nodes: Vec<Drawn>,
    /// From one node to another, by their places.
    pub edges: BTreeSet<(usize, usize)>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What it is, such as `local.a (expand)`; of graphs of resources the address.
    pub name: String,
    /// What is written on it, if it is more than a stage on the way.
    pub label: Option<String>,
    /// How it looks.
    pub shape: Shape,
    /// The resource that it is about.
    pub resource: Option<ConfigResource>,
}

/// How a node looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A resource.
    Box,
    /// A provider.
    Diamond,
    /// A value from or for outside.
    Note,
}

/// Draws the graph of a configuration and the state that belongs to it.
///
/// # Errors
/// Cycles.
pub fn drawing(tree: &ModuleTree, state: &State, of: DrawingOf) -> Result<Drawing, Diagnostics> {
    let (graph, troubles) = eval::expression_graph(tree);
    let mut sketch = Sketch {
        of,
        graph: &graph,
        tree,
        state,
        nodes: Vec::new(),
        edges: Vec::new(),
        places: BTreeMap::new(),
        providers: BTreeMap::new(),
    };
    match of {
        DrawingOf::PlanDestroy => sketch.destroy(),
        _ => sketch.all(),
    }
    // References to nothing are no edges; a cycle has no order in which it could be drawn.
    if has_cycle(&sketch.edges) {
        return Err(troubles);
    }
    Ok(match of {
        DrawingOf::Resources => sketch.resources(),
        _ => {
            let edges = reduced(&sketch.edges);
            Drawing { nodes: sketch.nodes, edges }
        }
    })
}

/// A graph that is being made.
struct Sketch<'a> {
    of: DrawingOf,
    graph: &'a ExpressionGraph,
    tree: &'a ModuleTree,
    state: &'a State,
    nodes: Vec<Drawn>,
    /// What each node waits for.
    edges: Vec<BTreeSet<usize>>,
    /// Places of what is in the expression graph.
    places: BTreeMap<ExprNode, usize>,
    /// Places of provider configurations, and of those who use each.
    providers: BTreeMap<ProviderConfig, (usize, BTreeSet<usize>)>,
}

impl Sketch<'_> {
    fn node(&mut self, name: String, look: Option<(String, Shape)>, resource: Option<ConfigResource>) -> usize {
        let (label, shape) = look.map_or((None, Shape::Box), |(label, shape)| (Some(label), shape));
        self.nodes.push(Drawn { name, label, shape, resource });
        self.edges.push(BTreeSet::new());
        self.nodes.len() - 1
    }

    fn wait(&mut self, who: usize, whom: usize) {
        if let Some(edges) = self.edges.get_mut(who).filter(|_| who != whom) {
            edges.insert(whom);
        }
    }

    fn wait_for(&mut self, who: usize, node: &ExprNode) {
        if let Some(place) = self.places.get(node).copied() {
            self.wait(who, place);
        }
    }

    /// Configuration and what the state has besides.
    fn all(&mut self) {
        for node in &self.graph.nodes {
            self.declared(node);
        }
        for (number, node) in self.graph.nodes.iter().enumerate() {
            let Some(place) = self.places.get(node).copied() else { continue };
            for need in self.graph.dependencies_of(number).iter().filter_map(|need| self.graph.nodes.get(*need)) {
                self.wait_for(place, need);
                // Whoever uses a variable waits until it has been checked.
                if let (ExprNode::Variable(path, name), false) = (need, matches!(node, ExprNode::VariableRules(..))) {
                    self.wait_for(place, &ExprNode::VariableRules(path.clone(), name.clone()));
                }
            }
        }
        self.validations();
        self.checks();
        if matches!(self.of, DrawingOf::Plan | DrawingOf::Resources) {
            self.leftovers();
        }
        self.lost_modules();
        self.lost_outputs();
        self.resource_users();
        self.module_ends();
        self.finish();
    }

    fn declared(&mut self, node: &ExprNode) {
        let look = match node {
            ExprNode::Variable(path, name) if path.is_root() => Some((format!("var.{name}"), Shape::Note)),
            ExprNode::Provider(config) => Some((config.to_string(), Shape::Diamond)),
            ExprNode::Resource(resource) => Some((resource.to_string(), Shape::Box)),
            _ => None,
        };
        let name = match node {
            ExprNode::Provider(_) | ExprNode::VariableRules(..) | ExprNode::ModuleCall(_) | ExprNode::ModuleDone(_) => {
                node.to_string()
            }
            ExprNode::Variable(path, _) if path.is_root() => node.to_string(),
            _ => format!("{node} (expand)"),
        };
        let resource = match node {
            ExprNode::Resource(resource) => Some(resource.clone()),
            _ => None,
        };
        let place = self.node(name, look, resource);
        self.places.insert(node.clone(), place);
        if let ExprNode::Provider(config) = node {
            self.providers.insert(config.clone(), (place, BTreeSet::new()));
        }
    }

    /// The checks of variables whose rules refer to nothing else have no node yet.
    fn validations(&mut self) {
        let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (user, edges) in self.edges.iter().enumerate() {
            edges.iter().for_each(|used| users.entry(*used).or_default().push(user));
        }
        for (path, module) in &self.tree.modules {
            for (name, _) in module.variables.iter().filter(|(_, variable)| !variable.validations.is_empty()) {
                let rules = ExprNode::VariableRules(path.clone(), name.clone());
                let variable = self.places.get(&ExprNode::Variable(path.clone(), name.clone())).copied();
                let (Some(variable), false) = (variable, self.places.contains_key(&rules)) else { continue };
                let place = self.node(rules.to_string(), None, None);
                users.get(&variable).into_iter().flatten().for_each(|user| self.wait(*user, place));
                self.wait(place, variable);
                self.places.insert(rules, place);
            }
        }
    }

    /// Before a check is evaluated it is noted that there is one: a step of plans alone.
    fn checks(&mut self) {
        if self.of == DrawingOf::Apply {
            return;
        }
        for (path, module) in &self.tree.modules {
            for check in module.checks.values() {
                let node = ExprNode::Check(path.clone(), check.name.clone());
                let place = self.node(format!("{node} (report)"), None, None);
                if !path.is_root() {
                    self.wait_for(place, &ExprNode::ModuleCall(path.clone()));
                }
                let data = check.data.as_ref().map(|resource| {
                    ExprNode::Resource(ConfigResource { module: path.clone(), resource: resource.clone() })
                });
                if let Some(first) = self.places.get(data.as_ref().unwrap_or(&node)).copied() {
                    self.wait(first, place);
                }
            }
        }
    }

    /// Objects of the state that nothing declares any more, and objects that wait for their deletion.
    fn leftovers(&mut self) {
        let state = self.state;
        for (addr, instance) in &state.instances {
            let resource = addr.config();
            let declared = self.places.contains_key(&ExprNode::Resource(resource.clone()));
            let orphan = (!declared && instance.current.is_some()).then(|| format!("{addr} (orphan)"));
            let deposed = instance.deposed.keys().map(|key| format!("{addr} (deposed {key})"));
            for name in orphan.into_iter().chain(deposed) {
                let place = self.node(name, Some((resource.to_string(), Shape::Box)), Some(resource.clone()));
                self.uses(place, &instance.provider);
                if !resource.module.is_root() {
                    self.wait_for(place, &ExprNode::ModuleCall(resource.module.clone()));
                }
            }
        }
    }

    /// Modules that only the state knows end by themselves.
    fn lost_modules(&mut self) {
        let known: BTreeSet<ModulePath> = self.state.instances.keys().map(|addr| addr.module.path()).collect();
        for path in known.into_iter().filter(|path| self.tree.module(path).is_none()) {
            self.node(format!("{path} (close)"), None, None);
        }
    }

    /// Notes who uses a provider; one that only the state knows gets a node.
    fn uses(&mut self, who: usize, provider: &ProviderConfig) {
        let provider = provider.block();
        if !self.providers.contains_key(&provider) {
            let name = provider.to_string();
            let place = self.node(name.clone(), Some((name, Shape::Diamond)), None);
            self.providers.insert(provider.clone(), (place, BTreeSet::new()));
        }
        if let Some((place, users)) = self.providers.get_mut(&provider) {
            users.insert(who);
            let place = *place;
            self.wait(who, place);
        }
    }

    /// The end of a module waits for all that is in it; of what the configuration has the expression graph knows most.
    fn module_ends(&mut self) {
        let mut inside: Vec<(ModulePath, usize)> = Vec::new();
        for (node, place) in &self.places {
            if let ExprNode::Check(path, _) | ExprNode::VariableRules(path, _) = node {
                inside.push((path.clone(), *place));
            }
        }
        for (place, node) in self.nodes.iter().enumerate() {
            inside.extend(node.resource.as_ref().map(|resource| (resource.module.clone(), place)));
        }
        for (path, place) in inside {
            if let Some(end) = self.places.get(&ExprNode::ModuleDone(path)).copied() {
                self.wait(end, place);
            }
        }
    }

    fn resource_users(&mut self) {
        for (path, module) in &self.tree.modules {
            for config in module.resources.values() {
                let node = ExprNode::Resource(ConfigResource { module: path.clone(), resource: config.addr.clone() });
                if let Some(place) = self.places.get(&node).copied() {
                    self.uses(place, &config.provider_config);
                }
            }
        }
    }

    /// Providers are stopped after their last user, unused ones never start; the whole waits for everything.
    fn finish(&mut self) {
        let providers = std::mem::take(&mut self.providers);
        let mut unused = BTreeSet::new();
        for (config, (place, users)) in &providers {
            if users.is_empty() {
                unused.insert(*place);
                continue;
            }
            let close = self.node(format!("{config} (close)"), None, None);
            users.iter().chain([place]).for_each(|user| self.wait(close, *user));
        }
        self.remove(&unused);
        let root = self.node("root".into(), None, None);
        (0..root).for_each(|place| self.wait(root, place));
    }

    /// Outputs that the configuration has no more.
    fn lost_outputs(&mut self) {
        let declared = self.tree.root().map(|root| &root.outputs);
        let lost = self.state.outputs.keys().filter(|name| !declared.is_some_and(|d| d.contains_key(*name)));
        for name in lost.cloned().collect::<Vec<_>>() {
            let name = format!("output.{name} (destroy)");
            self.node(name.clone(), Some((name, Shape::Note)), None);
        }
    }

    /// Objects go before what they depend on; nothing of the configuration is needed but what providers need.
    fn destroy(&mut self) {
        let state = self.state;
        let mut places: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
        let mut objects = Vec::new();
        for (addr, instance) in &state.instances {
            let resource = addr.config();
            let current = instance.current.as_ref().map(|object| (format!("{resource} (destroy)"), object));
            let deposed = instance.deposed.iter().map(|(key, object)| (format!("{addr} (deposed {key})"), object));
            for (name, object) in current.into_iter().chain(deposed) {
                let place = self.node(name, Some((resource.to_string(), Shape::Box)), Some(resource.clone()));
                places.entry(resource.clone()).or_default().push(place);
                objects.push((place, object.clone()));
                self.uses(place, &instance.provider);
            }
        }
        for (place, object) in objects {
            for needed in object.dependencies.iter().filter_map(|needed| places.get(needed)) {
                needed.iter().for_each(|needed| self.wait(*needed, place));
            }
        }
        for name in self.tree.root().into_iter().flat_map(|root| root.outputs.keys()) {
            self.node(format!("output.{name} (expand)"), None, None);
        }
        self.lost_outputs();
        self.finish();
    }

    fn remove(&mut self, unwanted: &BTreeSet<usize>) {
        let mut places = Vec::new();
        let mut kept = 0;
        for place in 0..self.nodes.len() {
            let keep = !unwanted.contains(&place);
            places.push(keep.then_some(kept));
            kept += usize::from(keep);
        }
        let place = |old: &usize| places.get(*old).copied().flatten();
        let keep = |old: usize| !unwanted.contains(&old);
        let nodes = std::mem::take(&mut self.nodes).into_iter().enumerate();
        self.nodes = nodes.filter(|(old, _)| keep(*old)).map(|(_, node)| node).collect();
        let edges = std::mem::take(&mut self.edges).into_iter().enumerate();
        self.edges = edges.filter(|(old, _)| keep(*old)).map(|(_, to)| to.iter().filter_map(place).collect()).collect();
    }

    /// Resources alone: each once, waiting for those that it waits for through whatever lies between.
    fn resources(self) -> Drawing {
        let order = waiting_order(&self.edges);
        let mut index: BTreeMap<&ConfigResource, usize> = BTreeMap::new();
        for resource in self.nodes.iter().filter_map(|node| node.resource.as_ref()) {
            index.insert(resource, 0);
        }
        index.values_mut().enumerate().for_each(|(place, number)| *number = place);
        let mut direct: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); index.len()];
        // For each node the resources that are next behind it; a resource is that itself.
        let mut next: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.nodes.len()];
        for place in order {
            let behind: BTreeSet<usize> = self
                .edges
                .get(place)
                .into_iter()
                .flatten()
                .filter_map(|to| next.get(*to))
                .flat_map(|found| found.iter().copied())
                .collect();
            let own = self.nodes.get(place).and_then(|node| node.resource.as_ref()).and_then(|r| index.get(r)).copied();
            let found = match own {
                Some(own) => {
                    if let Some(direct) = direct.get_mut(own) {
                        direct.extend(behind.into_iter().filter(|to| *to != own));
                    }
                    BTreeSet::from([own])
                }
                None => behind,
            };
            if let Some(slot) = next.get_mut(place) {
                *slot = found;
            }
        }
        let node = |resource: &ConfigResource| Drawn {
            name: resource.to_string(),
            label: Some(resource.resource.to_string()),
            shape: Shape::Box,
            resource: Some(resource.clone()),
        };
        Drawing { nodes: index.keys().map(|resource| node(resource)).collect(), edges: reduced(&direct) }
    }
}

/// All nodes, each after those that it waits for.
fn waiting_order(edges: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(edges.len());
    let mut seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        // A node stands on the stack twice: to be looked into, and to be put down.
        let mut stack = vec![(start, false)];
        while let Some((place, done)) = stack.pop() {
            if done {
                order.push(place);
                continue;
            }
            match seen.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            stack.push((place, true));
            stack.extend(edges.get(place).into_iter().flatten().map(|to| (*to, false)));
        }
    }
    order
}

/// Whether some nodes wait for each other.
fn has_cycle(edges: &[BTreeSet<usize>]) -> bool {
    let mut done = vec![false; edges.len()];
    for place in waiting_order(edges) {
        if edges.get(place).into_iter().flatten().any(|to| done.get(*to) != Some(&true)) {
            return true;
        }
        if let Some(done) = done.get_mut(place) {
            *done = true;
        }
    }
    false
}

/// The edges that no others imply.
fn reduced(edges: &[BTreeSet<usize>]) -> BTreeSet<(usize, usize)> {
    let words = edges.len().div_ceil(64);
    let mut reach: Vec<Vec<u64>> = vec![Vec::new(); edges.len()];
    let mut kept = BTreeSet::new();
    let has = |set: &[u64], place: usize| set.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1);
    let order = waiting_order(edges);
    let mut rank = vec![0; edges.len()];
    for (number, place) in order.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*place) {
            *rank = number;
        }
    }
    for place in order {
        let mut reached = vec![0_u64; words];
        // The last in the order first: what it leads to is not needed directly.
        let mut targets: Vec<usize> = edges.get(place).into_iter().flatten().copied().collect();
        targets.sort_by_key(|target| std::cmp::Reverse(rank.get(*target).copied()));
        for target in targets {
            if has(&reached, target) {
                continue;
            }
            kept.insert((place, target));
            if let Some(word) = reached.get_mut(target / 64) {
                *word |= 1 << (target % 64);
            }
            for (word, more) in reached.iter_mut().zip(reach.get(target).into_iter().flatten()) {
                *word |= more;
            }
        }
        if let Some(slot) = reach.get_mut(place) {
            *slot = reached;
        }
    }
    kept
}
