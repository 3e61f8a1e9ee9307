//! The expression graph with what planning adds: resources that only the state knows, providers that only these need.

use crate::closing::Closing;
use crate::selection::Selection;
use crate::{Mode, PlanInput, imports, lineage, waits};
use addrs::{ConfigResource, Mode as ResourceMode, ModulePath, Provider, ProviderConfig, ResourceInstance};
use config::ImportBlock;
use diag::{Diagnostic, Diagnostics};
use eval::{ExprNode, ExpressionGraph, Referent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::Expression;

/// The nodes of a plan.
#[derive(Default)]
pub(crate) struct Graph {
    /// Expressions, resources and providers, and what each needs.
    pub(crate) expressions: ExpressionGraph,
    /// What closes ephemeral resources.
    pub(crate) closing: Closing,
    /// For each node the resources that it depends on, transitively.
    pub(crate) dependencies: Vec<Arc<[ConfigResource]>>,
    /// For each node whether replacements are created first, because it says so or something that depends on it.
    create_before_destroy: Vec<bool>,
    /// The same where nothing is left out, if something is.
    all_create_before_destroy: Option<Vec<bool>>,
    /// For each node whether it runs.
    needed: Vec<bool>,
    /// For each node whether expressions may ask for its value.
    read: Vec<bool>,
    /// For data sources, managed resources whose changes they wait for.
    waits_for: BTreeMap<usize, Vec<ConfigResource>>,
    /// Provider configurations as the graph names them, by canonical name.
    providers: BTreeMap<ProviderConfig, ProviderConfig>,
    /// Instances in the state, by resource.
    pub(crate) stored: BTreeMap<ConfigResource, Vec<ResourceInstance>>,
    /// Resources without a block whose objects are imported and described, and their providers.
    pub(crate) undeclared: BTreeMap<ConfigResource, ProviderConfig>,
    /// What is planned at all.
    pub(crate) selection: Selection,
}

impl Graph {
    /// The graph of a configuration and a state, and what is wrong with it.
    pub(crate) fn new(input: &PlanInput) -> (Graph, Diagnostics) {
        let (mut expressions, mut troubles) = eval::expression_graph(&input.tree);
        let stored = stored(input);
        add_orphans(input, &stored, &mut expressions, &mut troubles);
        let mut undeclared = BTreeMap::new();
        if input.options.mode == Mode::Normal {
            let (described, lost) = imports::without_block(input, &stored);
            troubles.extend(lost);
            undeclared = add_undeclared(input, described, &mut expressions, &mut troubles);
        }
        let order = lineage::order(&expressions.dependencies);
        let dependencies = lineage::dependencies(&expressions, &order);
        let selection = Selection::of(input, &expressions);
        let flagged = (expressions.nodes.iter().enumerate()).filter(|(_, node)| says_create_first(input, node));
        let mut flagged: Vec<usize> = flagged.map(|(node, _)| node).collect();
        // What is left out decides nothing about the order of the others.
        let all = selection.is_partial().then(|| lineage::reached(&expressions, flagged.iter().copied()));
        flagged.retain(|place| expressions.nodes.get(*place).is_some_and(|node| selection.runs(*place, node)));
        let create_before_destroy = lineage::reached(&expressions, flagged);
        let (needed, read) = needed(input, &expressions, &stored, &selection);
        let providers = expressions.nodes.iter().filter_map(|node| match node {
            ExprNode::Provider(provider) => Some((canonical(provider), provider.clone())),
            _ => None,
        });
        let providers = providers.collect();
        let waits_for = BTreeMap::new();
        let closing = Closing::of(&expressions);
        let mut graph = Graph {
            expressions,
            closing,
            dependencies,
            create_before_destroy,
            all_create_before_destroy: all,
            needed,
            read,
            waits_for,
            providers,
            stored,
            undeclared,
            selection,
        };
        graph.waits_for = waits::all(input, &graph);
        (graph, troubles)
    }

    /// Whether the instances of a resource are found from the configuration: in destroy mode only of what provider
    /// configurations are made from.
    pub(crate) fn is_expanded(&self, node: usize) -> bool {
        self.read.get(node).copied().unwrap_or(false)
    }

    /// The provider configuration of the graph that a state means.
    pub(crate) fn provider_of(&self, stored: &ProviderConfig) -> ProviderConfig {
        let stored = canonical(stored);
        match self.providers.get(&stored.block()) {
            Some(known) => known.with_key(stored.key),
            None => stored,
        }
    }

    /// The managed resources whose changes a data source waits for.
    pub(crate) fn waits_for(&self, node: usize) -> &[ConfigResource] {
        self.waits_for.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Whether a node runs at all.
    pub(crate) fn is_needed(&self, node: usize) -> bool {
        self.needed.get(node).copied().unwrap_or(false)
    }

    /// Whether replacements of a resource are created first.
    pub(crate) fn creates_first(&self, node: usize) -> bool {
        self.create_before_destroy.get(node).copied().unwrap_or(false)
    }

    /// What the state is told about that.
    pub(crate) fn keeps_create_first(&self, node: usize) -> bool {
        let all = self.all_create_before_destroy.as_ref().unwrap_or(&self.create_before_destroy);
        all.get(node).copied().unwrap_or(false)
    }

    /// What a node depends on.
    pub(crate) fn dependencies_of(&self, node: usize) -> Arc<[ConfigResource]> {
        self.dependencies.get(node).cloned().unwrap_or_else(|| Arc::from(&[][..]))
    }
}

/// Managed instances of the state by resource. Data sources are read anew or dropped (features-and-traps.md 81, 85).
fn stored(input: &PlanInput) -> BTreeMap<ConfigResource, Vec<ResourceInstance>> {
    let mut stored: BTreeMap<ConfigResource, Vec<ResourceInstance>> = BTreeMap::new();
    for addr in input.prior.instances.keys().filter(|a| a.resource.mode == ResourceMode::Managed) {
        stored.entry(addr.config()).or_default().push(addr.clone());
    }
    stored
}

/// The block of a resource.
pub(crate) fn declared<'a>(input: &'a PlanInput, resource: &ConfigResource) -> Option<&'a config::ResourceConfig> {
    input.tree.module(&resource.module)?.resources.get(&resource.resource)
}

fn says_create_first(input: &PlanInput, node: &ExprNode) -> bool {
    match node {
        ExprNode::Resource(resource) => {
            declared(input, resource).is_some_and(|block| block.lifecycle.create_before_destroy == Some(true))
        }
        _ => false,
    }
}

/// Adds nodes for resources whose block is gone, and for the providers that delete their objects.
fn add_orphans(
    input: &PlanInput,
    stored: &BTreeMap<ConfigResource, Vec<ResourceInstance>>,
    expressions: &mut ExpressionGraph,
    troubles: &mut Diagnostics,
) {
    let resources: BTreeMap<ConfigResource, usize> = (expressions.nodes.iter().enumerate())
        .filter_map(|(node, expression)| match expression {
            ExprNode::Resource(resource) => Some((resource.clone(), node)),
            _ => None,
        })
        .collect();
    let mut providers = provider_nodes(expressions);
    for (resource, instances) in stored {
        // Where the block chooses an instance of a provider, objects that it no longer wants have one of their own.
        let block = declared(input, resource);
        if block.is_some_and(|block| block.provider_key.is_none()) {
            continue;
        }
        let mut needs = Vec::new();
        for addr in instances {
            let Some(provider) = input.prior.instances.get(addr).map(|i| canonical(&i.provider).block()) else {
                continue;
            };
            match providers.get(&provider) {
                Some(node) => needs.push(*node),
                None if provider.module == ModulePath::ROOT && provider.alias.is_none() => {
                    let node = add(expressions, ExprNode::Provider(provider.clone()), Vec::new());
                    providers.insert(provider, node);
                    needs.push(node);
                }
                None if block.is_some() => {}
                None => troubles.push(missing_provider(addr, &provider)),
            }
        }
        needs.sort_unstable();
        needs.dedup();
        if let Some(node) = resources.get(resource) {
            let of_node = expressions.dependencies.get_mut(*node);
            of_node.into_iter().for_each(|known| {
                known.extend(&needs);
                known.sort_unstable();
                known.dedup();
            });
            continue;
        }
        add(expressions, ExprNode::Resource(resource.clone()), needs);
    }
}

/// Adds nodes for resources without a block whose objects are described.
fn add_undeclared(
    input: &PlanInput,
    described: Vec<(ConfigResource, &ImportBlock)>,
    expressions: &mut ExpressionGraph,
    troubles: &mut Diagnostics,
) -> BTreeMap<ConfigResource, ProviderConfig> {
    let mut undeclared = BTreeMap::new();
    let Some(root) = input.tree.root().filter(|_| !described.is_empty()) else { return undeclared };
    let mut providers = provider_nodes(expressions);
    for (resource, block) in described {
        let provider = canonical(&root.provider_of_import(block));
        let node = match providers.get(&provider) {
            Some(node) => *node,
            None if provider.alias.is_none() => {
                let node = add(expressions, ExprNode::Provider(provider.clone()), Vec::new());
                providers.insert(provider.clone(), node);
                node
            }
            None => {
                let detail = format!("The import of {resource} names {provider}, which is not configured.");
                let trouble = Diagnostic::error("Provider configuration not present", detail);
                troubles.push(trouble.at(block.range.clone()).next("Add the provider block, or correct its name."));
                continue;
            }
        };
        if undeclared.insert(resource.clone(), provider).is_none() {
            let mut needs = expressions.loose_imports.get(&resource).cloned().unwrap_or_default();
            needs.push(node);
            needs.sort_unstable();
            needs.dedup();
            add(expressions, ExprNode::Resource(resource), needs);
        }
    }
    undeclared
}

/// The nodes of provider configurations, by canonical name.
fn provider_nodes(expressions: &ExpressionGraph) -> BTreeMap<ProviderConfig, usize> {
    let nodes = expressions.nodes.iter().enumerate();
    let providers = nodes.filter_map(|(node, expression)| match expression {
        ExprNode::Provider(provider) => Some((canonical(provider), node)),
        _ => None,
    });
    providers.collect()
}

fn add(expressions: &mut ExpressionGraph, node: ExprNode, needs: Vec<usize>) -> usize {
    expressions.nodes.push(node);
    expressions.dependencies.push(needs);
    expressions.nodes.len() - 1
}

/// A provider configuration with one name for the public registries, which are the same (README decision 7).
fn canonical(config: &ProviderConfig) -> ProviderConfig {
    let public = Provider { host: addrs::DEFAULT_HOST.into(), ..config.provider.clone() };
    let provider = if public.same_as(&config.provider) { public } else { config.provider.clone() };
    ProviderConfig { provider, ..config.clone() }
}

fn missing_provider(addr: &ResourceInstance, provider: &ProviderConfig) -> Diagnostic {
    Diagnostic::error(
        "Provider configuration not present",
        format!(
            "To work with {addr} its original provider configuration at {provider} is required, but it has been removed. \
             This occurs when a provider configuration is removed while objects created by that provider still exist \
             in the state. Re-add the provider configuration to destroy {addr}, after which you can remove the \
             provider configuration again."
        ),
    )
    .about(addr.to_string())
}

fn guard<'a>(input: &'a PlanInput, node: &'a ExprNode) -> Option<(&'a ConfigResource, &'a Expression)> {
    let ExprNode::Resource(resource) = node else { return None };
    Some((resource, declared(input, resource)?.lifecycle.prevent_destroy.as_ref()?))
}

fn guards_destroy(input: &PlanInput, node: &ExprNode) -> bool {
    guard(input, node).is_some_and(|(_, expr)| !eval::references(expr).0.is_empty())
}

/// The variables, local values and resources that `prevent_destroy` refers to.
fn guard_needs(input: &PlanInput, node: &ExprNode) -> Vec<ExprNode> {
    let Some((resource, expr)) = guard(input, node) else { return Vec::new() };
    let module = &resource.module;
    let named = eval::references(expr).0.into_iter().filter_map(|reference| match reference.referent {
        Referent::Variable(name) => Some(ExprNode::Variable(module.clone(), name)),
        Referent::Local(name) => Some(ExprNode::Local(module.clone(), name)),
        Referent::Resource(resource) => Some(ExprNode::Resource(ConfigResource { module: module.clone(), resource })),
        Referent::ModuleCall(name, _) => Some(ExprNode::ModuleDone(module.child(name))),
        _ => None,
    });
    named.collect()
}

/// Which nodes run, and which of them expressions may ask for. Providers that nobody uses are not configured. In destroy
/// mode nothing else is evaluated than what provider configurations are made from (features-and-traps.md 76).
fn needed(
    input: &PlanInput,
    expressions: &ExpressionGraph,
    stored: &BTreeMap<ConfigResource, Vec<ResourceInstance>>,
    selection: &Selection,
) -> (Vec<bool>, Vec<bool>) {
    let destroys = input.options.mode == Mode::Destroy;
    let selected = (expressions.nodes.iter().enumerate()).filter(|(place, node)| selection.runs(*place, node));
    let starts = selected.filter(|(_, node)| match node {
        ExprNode::Provider(_) => false,
        ExprNode::Resource(resource) if destroys => stored.contains_key(resource),
        _ => !destroys,
    });
    let starts: Vec<usize> = starts.map(|(node, _)| node).collect();
    if !destroys {
        let all = lineage::reached(expressions, starts);
        return (all.clone(), all);
    }
    let providers = starts.iter().flat_map(|node| expressions.dependencies.get(*node).into_iter().flatten());
    let providers: Vec<usize> =
        providers.copied().filter(|n| matches!(expressions.nodes.get(*n), Some(ExprNode::Provider(_)))).collect();
    // And what decides whether something must not be destroyed.
    let guards = expressions.nodes.iter().enumerate().filter(|(_, node)| guards_destroy(input, node));
    let guards: BTreeSet<ExprNode> = guards.flat_map(|(_, node)| guard_needs(input, node)).collect();
    let guards = expressions.nodes.iter().enumerate().filter(|(_, node)| guards.contains(node)).map(|(node, _)| node);
    let starting: Vec<usize> = providers.into_iter().chain(guards).collect();
    let read = lineage::reached(expressions, starting);
    let mut needed = read.clone();
    for node in starts {
        if let Some(slot) = needed.get_mut(node) {
            *slot = true;
        }
    }
    (needed, read)
}
