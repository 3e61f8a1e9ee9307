//! The expression graph: what has to be evaluated before what.
//!
//! One node for each declaration, not for each instance; it is complete before anything is evaluated.

mod verdicts;

use self::verdicts::{cycle, no_trigger, not_whole, providers_of_objects, silenced};
use crate::declared;
use crate::references::{Parsed, Referent, free_traversals, parse_referent};
use crate::variable::Rules;
use addrs::{ConfigResource, InstanceKey, ModulePath, ProviderConfig};
use config::{CheckRule, KeyPlace, Module, ModuleCall, ModuleTree, ResourceConfig};
use diag::{Diagnostic, Diagnostics, Range};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use syntax::json::{Node, NodeKind, Property};
use syntax::{Block, Body, Expression, Name, Span, Step, with_room};

/// One thing to evaluate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExprNode {
    /// The instances of a called module; what its call waits for is done before anything inside of it.
    ModuleCall(ModulePath),
    /// An input variable.
    Variable(ModulePath, Arc<str>),
    /// The rules of a variable that refer to other things. Nothing waits for them, so that two variables can check
    /// each other.
    VariableRules(ModulePath, Arc<str>),
    /// A local value.
    Local(ModulePath, Arc<str>),
    /// A provider configuration, written or implied.
    Provider(ProviderConfig),
    /// A resource: its expansion, then each instance.
    Resource(ConfigResource),
    /// An output.
    Output(ModulePath, Arc<str>),
    /// The assertions of a `check` block. Nothing waits for them.
    Check(ModulePath, Arc<str>),
    /// Everything inside of a called module is done: what a reference to the module as a whole waits for.
    ModuleDone(ModulePath),
}

impl fmt::Display for ExprNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = |path: &ModulePath| if path.is_root() { String::new() } else { format!("{path}.") };
        match self {
            ExprNode::ModuleCall(path) => write!(f, "{path} (expand)"),
            ExprNode::Variable(path, name) => write!(f, "{}var.{name}", inside(path)),
            ExprNode::VariableRules(path, name) => write!(f, "{}var.{name} (validation)", inside(path)),
            ExprNode::Local(path, name) => write!(f, "{}local.{name}", inside(path)),
            ExprNode::Provider(config) => write!(f, "{config}"),
            ExprNode::Resource(resource) => write!(f, "{resource}"),
            ExprNode::Output(path, name) => write!(f, "{}output.{name}", inside(path)),
            ExprNode::Check(path, name) => write!(f, "{}check.{name}", inside(path)),
            ExprNode::ModuleDone(path) => write!(f, "{path} (close)"),
        }
    }
}

/// What has to be evaluated before what.
#[derive(Debug, Default)]
pub struct ExpressionGraph {
    /// The nodes, by module, then kind, then name.
    pub nodes: Vec<ExprNode>,
    /// For each node the nodes that it waits for, ascending, each once.
    pub dependencies: Vec<Vec<usize>>,
    /// All nodes, each after those that it waits for (but for cycles, which are reported).
    pub order: Vec<usize>,
    /// What imports to resources without a block wait for, by resource.
    pub loose_imports: BTreeMap<ConfigResource, Vec<usize>>,
    index: BTreeMap<ExprNode, usize>,
}

impl ExpressionGraph {
    /// Where a node stands.
    pub fn find(&self, node: &ExprNode) -> Option<usize> {
        self.index.get(node).copied()
    }

    /// The nodes that a node waits for.
    pub fn dependencies_of(&self, node: usize) -> &[usize] {
        self.dependencies.get(node).map_or(&[], Vec::as_slice)
    }
}

/// Builds the graph of a configuration. References to what is not declared, and cycles, are diagnostics.
pub fn expression_graph(tree: &ModuleTree) -> (ExpressionGraph, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut graph = ExpressionGraph { nodes: nodes(tree), ..ExpressionGraph::default() };
    graph.index = graph.nodes.iter().cloned().enumerate().map(|(i, node)| (node, i)).collect();
    let contents = Contents::of(&graph.nodes);
    for node in &graph.nodes {
        let mut edges = Edges::new(tree, &graph.index, &contents);
        edges.of(node);
        let mut targets: Vec<usize> = edges.found.into_iter().map(|(target, _)| target).collect();
        targets.sort_unstable();
        targets.dedup();
        graph.dependencies.push(targets);
        diagnostics.extend(edges.troubles);
    }
    let (loose_imports, troubles) = loose_imports(tree, &graph, &contents);
    graph.loose_imports = loose_imports;
    diagnostics.extend(troubles);
    diagnostics.extend(providers_of_objects(tree, &graph, &contents));
    let components = crate::components::components(&graph.dependencies);
    for component in &components {
        let alone = |node: &usize| graph.dependencies_of(*node).contains(node);
        if component.len() > 1 || component.first().is_some_and(alone) {
            diagnostics.push(cycle(tree, &graph, &contents, component));
        }
    }
    graph.order = components.into_iter().flatten().collect();
    (graph, diagnostics)
}

/// What imports to resources without a block refer to, and what is wrong with that: no node tells of them.
fn loose_imports(
    tree: &ModuleTree,
    graph: &ExpressionGraph,
    contents: &Contents,
) -> (BTreeMap<ConfigResource, Vec<usize>>, Vec<Diagnostic>) {
    let mut loose: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
    let mut troubles = Vec::new();
    for module in tree.modules.values() {
        let declared = |import: &config::ImportBlock| {
            tree.module(&import.to.path()).is_some_and(|module| module.resources.contains_key(&import.to.resource))
        };
        // Of the others the resource tells.
        for import in module.imports.iter().filter(|import| !declared(import)) {
            let mut edges = Edges::new(tree, &graph.index, contents);
            edges.import(module, import);
            let resource = ConfigResource { module: import.to.path(), resource: import.to.resource.clone() };
            loose.entry(resource).or_default().extend(edges.found.into_iter().map(|(target, _)| target));
            troubles.extend(edges.troubles);
        }
    }
    (loose, troubles)
}

/// All nodes, by module, then in the order of [`ExprNode`].
fn nodes(tree: &ModuleTree) -> Vec<ExprNode> {
    let mut nodes = Vec::new();
    let mut providers: BTreeMap<ModulePath, BTreeSet<ProviderConfig>> = BTreeMap::new();
    for (path, module) in &tree.modules {
        let used = module.resources.values().map(|resource| resource.provider_config.clone());
        let written = module.provider_configs.values().map(|block| ProviderConfig {
            module: path.clone(),
            provider: block.provider.clone(),
            alias: block.alias.clone(),
            key: InstanceKey::None,
        });
        for config in used.chain(written) {
            providers.entry(config.module.clone()).or_default().insert(config);
        }
    }
    for (path, module) in &tree.modules {
        let here = || path.clone();
        if !path.is_root() {
            nodes.push(ExprNode::ModuleCall(here()));
        }
        nodes.extend(module.variables.keys().map(|name| ExprNode::Variable(here(), name.clone())));
        let ruled = module.variables.iter().filter(|(_, variable)| variable.rules_refer_elsewhere());
        nodes.extend(ruled.map(|(name, _)| ExprNode::VariableRules(here(), name.clone())));
        nodes.extend(module.locals.keys().map(|name| ExprNode::Local(here(), name.clone())));
        nodes.extend(providers.remove(path).unwrap_or_default().into_iter().map(ExprNode::Provider));
        nodes.extend(
            module
                .resources
                .keys()
                .map(|resource| ExprNode::Resource(ConfigResource { module: here(), resource: resource.clone() })),
        );
        nodes.extend(module.outputs.keys().map(|name| ExprNode::Output(here(), name.clone())));
        nodes.extend(module.checks.keys().map(|name| ExprNode::Check(here(), name.clone())));
        if !path.is_root() {
            nodes.push(ExprNode::ModuleDone(here()));
        }
    }
    nodes
}

/// The nodes inside of each module, so that the end of a module can wait for them.
struct Contents {
    by_module: BTreeMap<ModulePath, Vec<usize>>,
}

impl Contents {
    fn of(nodes: &[ExprNode]) -> Contents {
        let mut by_module: BTreeMap<ModulePath, Vec<usize>> = BTreeMap::new();
        for (i, node) in nodes.iter().enumerate() {
            let module = match node {
                ExprNode::ModuleDone(path) => path.parent().map(|(parent, _)| parent),
                ExprNode::ModuleCall(path)
                | ExprNode::Variable(path, _)
                | ExprNode::VariableRules(path, _)
                | ExprNode::Local(path, _)
                | ExprNode::Output(path, _) => Some(path.clone()),
                ExprNode::Resource(resource) => Some(resource.module.clone()),
                ExprNode::Provider(_) | ExprNode::Check(..) => None,
            };
            if let Some(module) = module {
                by_module.entry(module).or_default().push(i);
            }
        }
        Contents { by_module }
    }
}

/// Collects what one node waits for.
struct Edges<'a> {
    tree: &'a ModuleTree,
    index: &'a BTreeMap<ExprNode, usize>,
    contents: &'a Contents,
    found: Vec<(usize, Option<Range>)>,
    troubles: Vec<Diagnostic>,
    /// The check block that the expressions stand in: its data source exists nowhere else.
    check: Option<&'a Arc<str>>,
}

impl<'a> Edges<'a> {
    fn new(tree: &'a ModuleTree, index: &'a BTreeMap<ExprNode, usize>, contents: &'a Contents) -> Self {
        Edges { tree, index, contents, found: Vec::new(), troubles: Vec::new(), check: None }
    }

    fn of(&mut self, node: &ExprNode) {
        match node {
            ExprNode::ModuleCall(path) => self.module_call(path),
            ExprNode::Variable(path, name) => self.variable(path, name),
            ExprNode::VariableRules(path, name) => {
                self.inside(path);
                let Some(module) = self.tree.module(path) else { return };
                self.edge(ExprNode::Variable(path.clone(), name.clone()), None);
                let rules = module.variables.get(name).map_or(&[][..], |variable| &variable.validations);
                self.rules(module, rules);
            }
            ExprNode::Local(path, name) => {
                self.inside(path);
                let Some(module) = self.tree.module(path) else { return };
                if let Some(local) = module.locals.get(name) {
                    self.expression(module, &local.expr);
                }
            }
            ExprNode::Output(path, name) => {
                self.inside(path);
                let Some(module) = self.tree.module(path) else { return };
                if let Some(output) = module.outputs.get(name) {
                    self.expression(module, &output.expr);
                    self.expressions(module, &output.depends_on);
                    self.rules(module, &output.preconditions);
                }
            }
            ExprNode::Provider(config) => {
                self.inside(&config.module);
                let Some(module) = self.tree.module(&config.module) else { return };
                let own =
                    |block: &&config::ProviderBlock| block.provider == config.provider && block.alias == config.alias;
                if let Some(block) = module.provider_configs.values().find(own) {
                    block.for_each.iter().for_each(|for_each| self.expression(module, for_each));
                    self.body(module, &block.body);
                }
            }
            ExprNode::Resource(resource) => {
                self.inside(&resource.module);
                let Some(module) = self.tree.module(&resource.module) else { return };
                if let Some(config) = module.resources.get(&resource.resource) {
                    self.resource(module, config);
                }
            }
            ExprNode::Check(path, name) => {
                self.inside(path);
                let Some(module) = self.tree.module(path) else { return };
                let Some(check) = module.checks.get(name) else { return };
                if let Some(resource) = &check.data {
                    self.edge(
                        ExprNode::Resource(ConfigResource { module: path.clone(), resource: resource.clone() }),
                        None,
                    );
                }
                self.check = Some(&check.name);
                self.rules(module, &check.asserts);
            }
            ExprNode::ModuleDone(path) => {
                let inside = self.contents.by_module.get(path).cloned().unwrap_or_default();
                self.found.extend(inside.into_iter().map(|node| (node, None)));
            }
        }
    }

    fn edge(&mut self, to: ExprNode, range: Option<Range>) {
        if let Some(target) = self.index.get(&to) {
            self.found.push((*target, range));
        }
    }

    /// Everything in a called module waits until it is known which instances of the module there are.
    fn inside(&mut self, path: &ModulePath) {
        if !path.is_root() {
            self.edge(ExprNode::ModuleCall(path.clone()), None);
        }
    }

    fn call_of(&self, path: &ModulePath) -> Option<(&'a Module, &'a ModuleCall)> {
        let (parent, name) = path.parent()?;
        let module = self.tree.module(&parent)?;
        Some((module, module.module_calls.get(&name)?))
    }

    fn module_call(&mut self, path: &ModulePath) {
        let Some((parent, call)) = self.call_of(path) else { return };
        self.inside(&parent.path);
        for expr in call.count.iter().chain(&call.for_each).chain(&call.enabled).chain(&call.depends_on) {
            self.expression(parent, expr);
        }
    }

    fn variable(&mut self, path: &ModulePath, name: &Arc<str>) {
        self.inside(path);
        let Some(module) = self.tree.module(path) else { return };
        let Some(variable) = module.variables.get(name) else { return };
        if let Some((parent, call)) = self.call_of(path)
            && let Some(argument) = call.arguments.attribute(name)
        {
            self.expression(parent, &argument.expr);
            if let Some(message) = variable.deprecated.as_ref().filter(|_| !silenced(self.tree, &parent.path)) {
                let detail = format!("The module's author says of variable {name:?}: {message}");
                let warning = Diagnostic::warning("Deprecated variable", detail).at(argument.name_range());
                self.troubles.push(warning.within(call.range.clone()));
            }
        }
        if !variable.rules_refer_elsewhere() {
            // Only for malformed references: the rules refer to nothing but the variable.
            let found = self.found.len();
            self.rules(module, &variable.validations);
            self.found.truncate(found);
        }
    }

    fn resource(&mut self, module: &'a Module, config: &'a ResourceConfig) {
        self.edge(ExprNode::Provider(config.provider_config.clone()), None);
        if let Some(key) = &config.provider_key {
            let written = match &key.place {
                KeyPlace::Resource => Some(module),
                KeyPlace::Call(called) => self.call_of(called).map(|(caller, _)| caller),
            };
            written.into_iter().for_each(|written| self.expression(written, &key.expr));
        }
        let lifecycle = &config.lifecycle;
        self.check = config.check.as_ref();
        let meta =
            config.count.iter().chain(&config.for_each).chain(&lifecycle.enabled).chain(&lifecycle.prevent_destroy);
        for expr in meta {
            self.expression(module, expr);
        }
        for expr in &config.depends_on {
            self.expression(module, expr);
            self.troubles.extend(not_whole(expr));
        }
        for expr in &lifecycle.replace_triggered_by {
            self.expression(module, expr);
            self.troubles.extend(no_trigger(expr));
        }
        self.imports(module, config);
        self.rules(module, &lifecycle.preconditions);
        self.rules(module, &lifecycle.postconditions);
        self.body(module, &config.body);
        config.connection.iter().for_each(|block| self.body(module, &block.body));
        for provisioner in &config.provisioners {
            self.body(module, &provisioner.body);
            provisioner.connection.iter().for_each(|block| self.body(module, &block.body));
        }
    }

    /// What is imported to a resource must be known before the resource is planned.
    fn imports(&mut self, module: &'a Module, config: &'a ResourceConfig) {
        let Some(root) = self.tree.root() else { return };
        let here =
            root.imports.iter().filter(|import| import.to.resource == config.addr && import.to.path() == module.path);
        here.for_each(|import| self.import(root, import));
    }

    fn import(&mut self, root: &'a Module, import: &'a config::ImportBlock) {
        let keys = import.to.modules.iter().filter_map(|(_, key)| key.as_ref()).chain(&import.to.key);
        for expr in import.for_each.iter().chain([import.by.expr()]).chain(keys) {
            self.expression(root, expr);
        }
    }

    fn rules(&mut self, module: &'a Module, rules: &'a [CheckRule]) {
        for rule in rules {
            self.expression(module, &rule.condition);
            self.expression(module, &rule.error_message);
        }
    }

    fn deprecated_output(&mut self, module: &Module, called: &ModulePath, output: &Arc<str>, range: Range) {
        let declared = self.tree.module(called).and_then(|module| module.outputs.get(output));
        let Some(message) = declared.and_then(|output| output.deprecated.as_ref()) else { return };
        if !silenced(self.tree, &module.path) {
            let detail = format!("The author of {called} says of output {output:?}: {message}");
            self.troubles.push(Diagnostic::warning("Deprecated output", detail).at(range));
        }
    }

    fn expressions(&mut self, module: &'a Module, expressions: &'a [Expression]) {
        expressions.iter().for_each(|expr| self.expression(module, expr));
    }

    fn expression(&mut self, module: &'a Module, expr: &'a Expression) {
        let mut found = Vec::new();
        free_traversals(&expr.root, &mut Vec::new(), &mut |name, steps, span| found.push((name, steps, span)));
        found.into_iter().for_each(|traversal| self.traversal(module, traversal, &expr.file));
    }

    fn body(&mut self, module: &'a Module, body: &'a Body) {
        let mut found = Vec::new();
        body_traversals(body, &mut Vec::new(), &mut |name, steps, span| found.push((name, steps, span)));
        found.into_iter().for_each(|traversal| self.traversal(module, traversal, &body.file));
    }

    fn traversal(&mut self, module: &Module, (name, steps, span): (&Name, &[Step], Span), file: &Arc<str>) {
        let parsed = match parse_referent(name, steps, file) {
            Ok(parsed) => parsed,
            Err(trouble) => return self.troubles.push(*trouble),
        };
        if let Some(trouble) = declared::check(self.tree, module, &parsed, (name, steps), file) {
            return self.troubles.push(trouble);
        }
        let range = Some(span.of(file));
        let Parsed { referent, used } = parsed;
        let path = || module.path.clone();
        match referent {
            Referent::Variable(name) => self.edge(ExprNode::Variable(path(), name), range),
            Referent::Local(name) => self.edge(ExprNode::Local(path(), name), range),
            Referent::Resource(resource) => {
                let scoped = module.resources.get(&resource).and_then(|config| config.check.as_ref());
                if let Some(check) = scoped.filter(|check| self.check != Some(*check)) {
                    let detail = format!("{resource} stands in check {check:?}, and can be referred to in there only.");
                    let trouble = Diagnostic::error("Reference to scoped resource", detail).at(span.of(file));
                    self.troubles.push(trouble.next("Move the data block out of the check block."));
                }
                self.edge(ExprNode::Resource(ConfigResource { module: path(), resource }), range);
            }
            Referent::ModuleCall(call, _) => {
                let called = module.path.child(call);
                match one_output(self.tree, module, &called, steps.get(used..).unwrap_or(&[])) {
                    Some(output) => {
                        self.deprecated_output(module, &called, &output, span.of(file));
                        self.edge(ExprNode::ModuleCall(called.clone()), range.clone());
                        self.edge(ExprNode::Output(called, output), range);
                    }
                    None => self.edge(ExprNode::ModuleDone(called), range),
                }
            }
            Referent::Each(_)
            | Referent::Count
            | Referent::SelfObject
            | Referent::PathAttr(_)
            | Referent::TerraformAttr(_) => {}
        }
    }
}

/// The one output that the steps after `module.name` read, if it is one.
fn one_output(tree: &ModuleTree, module: &Module, called: &ModulePath, steps: &[Step]) -> Option<Arc<str>> {
    let (_, name) = called.parent()?;
    let call = module.module_calls.get(&name)?;
    let repeated = call.count.is_some() || call.for_each.is_some();
    let output = match (repeated, steps) {
        (false, [Step::Attribute(output), ..]) | (true, [Step::Index(..), Step::Attribute(output), ..]) => output,
        _ => return None,
    };
    tree.module(called)?.outputs.contains_key(&output.text).then(|| output.text.clone())
}

/// Visits the free traversals of all expressions in a body; iterators of `dynamic` blocks are bound.
pub(crate) fn body_traversals<'e>(
    body: &'e Body,
    bound: &mut Vec<&'e str>,
    visit: &mut dyn FnMut(&'e Name, &'e [Step], Span),
) {
    for attribute in &body.attributes {
        free_traversals(&attribute.expr.root, bound, visit);
    }
    for block in &body.blocks {
        match dynamic_iterator(block) {
            Some(iterator) => {
                let outside = bound.len();
                for attribute in &block.body.attributes {
                    match attribute.name.text.as_ref() {
                        "iterator" => {}
                        "labels" => {
                            bound.push(iterator);
                            free_traversals(&attribute.expr.root, bound, visit);
                            bound.truncate(outside);
                        }
                        _ => free_traversals(&attribute.expr.root, bound, visit),
                    }
                }
                bound.push(iterator);
                let contents = block.body.blocks.iter();
                contents.for_each(|content| with_room(|| body_traversals(&content.body, bound, visit)));
                bound.truncate(outside);
            }
            None => with_room(|| body_traversals(&block.body, bound, visit)),
        }
    }
    body.undecided.iter().for_each(|property| undecided_traversals(property, bound, visit));
}

/// The same for a property of JSON that may be an argument or blocks. Taken for an argument, unless something inside is a
/// sign of blocks: a `dynamic` block, whose iterator is bound, or a comment.
fn undecided_traversals<'e>(
    property: &'e Property,
    bound: &mut Vec<&'e str>,
    visit: &mut dyn FnMut(&'e Name, &'e [Step], Span),
) {
    if !has_sign_of_blocks(&property.value) {
        return free_traversals(&property.as_argument().expr.root, bound, visit);
    }
    for inner in bodies(&property.value) {
        match inner.name.text.as_ref() {
            "//" => {}
            "dynamic" => dynamic_traversals(inner, bound, visit),
            _ => with_room(|| undecided_traversals(inner, bound, visit)),
        }
    }
}

fn dynamic_traversals<'e>(
    dynamic: &'e Property,
    bound: &mut Vec<&'e str>,
    visit: &mut dyn FnMut(&'e Name, &'e [Step], Span),
) {
    for labelled in bodies(&dynamic.value) {
        let parts = || bodies(&labelled.value);
        let name = parts().find(|part| part.name.text.as_ref() == "iterator").map(|part| &part.value.kind);
        let iterator = match name {
            Some(NodeKind::String(text)) => text.text.as_ref(),
            _ => labelled.name.text.as_ref(),
        };
        for part in parts() {
            let outside = bound.len();
            match part.name.text.as_ref() {
                "iterator" | "//" => continue,
                "for_each" => {}
                _ => bound.push(iterator),
            }
            undecided_traversals(part, bound, visit);
            bound.truncate(outside);
        }
    }
}

fn has_sign_of_blocks(node: &Node) -> bool {
    let sign = |property: &Property| {
        let content = |labelled: &Property| bodies(&labelled.value).any(|part| part.name.text.as_ref() == "content");
        match property.name.text.as_ref() {
            "//" => true,
            "dynamic" => bodies(&property.value).any(content),
            _ => false,
        }
    };
    bodies(node).any(|property| sign(property) || with_room(|| has_sign_of_blocks(&property.value)))
}

/// The properties of an object, or of the objects in an array.
fn bodies(node: &Node) -> Box<dyn Iterator<Item = &Property> + '_> {
    match &node.kind {
        NodeKind::Object(properties) => Box::new(properties.iter().map(AsRef::as_ref)),
        NodeKind::Array(items) => Box::new(items.iter().flat_map(properties)),
        _ => Box::new(std::iter::empty()),
    }
}

fn properties(node: &Node) -> impl Iterator<Item = &Property> {
    let found = if let NodeKind::Object(properties) = &node.kind { properties.as_slice() } else { &[] };
    found.iter().map(AsRef::as_ref)
}

/// The iterator name of a `dynamic` block.
pub(crate) fn dynamic_iterator(block: &Block) -> Option<&str> {
    if block.kind.text.as_ref() != "dynamic" {
        return None;
    }
    let label = block.labels.first()?.text.as_ref();
    match block.body.attribute("iterator").map(|attribute| &attribute.expr.root.kind) {
        Some(syntax::ExprKind::Variable(name)) => Some(&name.text),
        Some(syntax::ExprKind::String(name)) => Some(name),
        _ => Some(label),
    }
}

#[cfg(test)]
mod tests;
