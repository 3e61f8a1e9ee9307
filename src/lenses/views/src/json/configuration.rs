//! `configuration`: the modules with their expressions.

use super::expressions::{dependency, expression, expressions};
use super::provider_configs::{ProviderConfigs, key};
use super::values::{Members, known, member, mode, text};
use addrs::{Mode, ModulePath, Resource};
use config::{Module, ModuleCall, ModuleTree, Output, ProviderName, Provisioner, ResourceConfig, Variable};
use configschema::{Attribute, Block};
use diag::SourceTexts;
use plan::Schemas;
use std::collections::BTreeSet;
use std::sync::Arc;
use syntax::Expression;
use value::Type;
use value::json::Node;

/// What the configuration is made from.
pub(crate) struct Written<'a> {
    pub(crate) tree: &'a ModuleTree,
    pub(crate) schemas: &'a Schemas,
    /// A version constraint in its usual form.
    pub(crate) constraint: &'a dyn Fn(&str) -> String,
    pub(crate) texts: &'a SourceTexts,
    /// Resources of the root module whose blocks were written for imported objects: Terraform does not take them for a part of it.
    pub(crate) generated: BTreeSet<&'a Resource>,
}

pub(crate) fn configuration(written: &Written<'_>) -> Node {
    let providers = ProviderConfigs::new(written);
    let mut members = Vec::new();
    let shown = providers.node();
    if shown.as_object().is_some_and(|all| !all.is_empty()) {
        members.push(member("provider_config", shown));
    }
    members.push(member("root_module", Node::Object(module(written, &providers, &ModulePath::ROOT))));
    Node::Object(members)
}

fn module(written: &Written<'_>, providers: &ProviderConfigs, path: &ModulePath) -> Members {
    let Some(module) = written.tree.module(path) else { return Vec::new() };
    let mut members = Vec::new();
    let mut add = |name: &'static str, node: Node| {
        let empty = match &node {
            Node::Object(members) => members.is_empty(),
            Node::Array(items) => items.is_empty(),
            _ => false,
        };
        if !empty {
            members.push(member(name, node));
        }
    };
    add("outputs", Node::Object(module.outputs.iter().map(|(name, o)| (name.clone(), output(written, o))).collect()));
    add("resources", Node::Array(resources(written, providers, module)));
    let called =
        module.module_calls.iter().map(|(name, call)| (name.clone(), module_call(written, providers, (path, call))));
    add("module_calls", Node::Object(called.collect()));
    add("variables", Node::Object(module.variables.iter().map(|(name, v)| (name.clone(), variable(v))).collect()));
    members
}

fn output(written: &Written<'_>, output: &Output) -> Node {
    let mut members = Vec::new();
    if output.sensitive {
        members.push(member("sensitive", Node::Bool(true)));
    }
    members.push(member("expression", Node::Object(expression(written.texts, &output.expr))));
    members.extend(depends_on(&output.depends_on));
    members.extend(described(output.description.as_ref()));
    Node::Object(members)
}

fn variable(variable: &Variable) -> Node {
    let mut members = Vec::new();
    if let Some(default) = default_of(variable) {
        members.push(member("default", default));
    }
    members.extend(described(variable.description.as_ref()));
    if variable.sensitive {
        members.push(member("sensitive", Node::Bool(true)));
    }
    Node::Object(members)
}

/// The default of a variable, converted to its type.
pub(crate) fn default_of(variable: &Variable) -> Option<Node> {
    let (value, _) = eval::constant(variable.default.as_ref()?);
    let value = variable.type_defaults.as_ref().map_or_else(|| value.clone(), |defaults| defaults.apply(&value));
    let converted = value::convert(&value, &variable.type_constraint);
    known(&converted.unwrap_or(value))
}

fn described(description: Option<&Arc<str>>) -> Option<(Arc<str>, Node)> {
    description
        .filter(|description| !description.is_empty())
        .map(|description| text("description", description.clone()))
}

fn depends_on(written: &[Expression]) -> Option<(Arc<str>, Node)> {
    let names: Vec<Node> = written.iter().filter_map(dependency).collect();
    (!names.is_empty()).then(|| member("depends_on", Node::Array(names)))
}

/// `count` or `for_each`, whichever says something.
fn repetition(
    texts: &SourceTexts,
    count: Option<&Expression>,
    for_each: Option<&Expression>,
) -> Option<(Arc<str>, Node)> {
    let said = |name: &'static str, expr: Option<&Expression>| {
        let members = expression(texts, expr?);
        (!members.is_empty()).then(|| member(name, Node::Object(members)))
    };
    said("count_expression", count).or_else(|| said("for_each_expression", for_each))
}

/// Managed resources, then data sources, each by their address.
fn resources(written: &Written<'_>, providers: &ProviderConfigs, module: &Module) -> Vec<Node> {
    let is_generated = |addr: &Resource| module.path.is_root() && written.generated.contains(addr);
    let of = |mode: Mode| {
        let mut all: Vec<(String, Node)> = module
            .resources
            .values()
            .filter(|block| block.addr.mode == mode && !is_generated(&block.addr))
            .map(|block| (block.addr.to_string(), resource(written, providers, (module, block))))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.into_iter().map(|(_, node)| node)
    };
    of(Mode::Managed).chain(of(Mode::Data)).collect()
}

fn resource(written: &Written<'_>, providers: &ProviderConfigs, (module, block): (&Module, &ResourceConfig)) -> Node {
    let mut members = vec![
        text("address", block.addr.to_string()),
        text("mode", mode(block.addr.mode)),
        text("type", block.addr.kind.clone()),
        text("name", block.addr.name.clone()),
        text("provider_config_key", providers.source(key(&compact(&block.provider_name), &module.path))),
    ];
    if !block.provisioners.is_empty() {
        let all = block.provisioners.iter().map(|one| provisioner(written.texts, one));
        members.push(member("provisioners", Node::Array(all.collect())));
    }
    let schema = written.schemas.get(&block.provider).and_then(|schemas| match block.addr.mode {
        Mode::Managed => schemas.resources.get(&block.addr.kind),
        _ => schemas.data_sources.get(&block.addr.kind),
    });
    if let Some(schema) = schema {
        let arguments = expressions(written.texts, &block.body, &schema.block);
        if arguments.as_object().is_some_and(|all| !all.is_empty()) {
            members.push(member("expressions", arguments));
        }
    }
    let version = schema.map_or(0, |schema| schema.version);
    members.push(member("schema_version", Node::Number(version.to_string().into())));
    members.extend(repetition(written.texts, block.count.as_ref(), block.for_each.as_ref()));
    members.extend(depends_on(&block.depends_on));
    Node::Object(members)
}

fn provisioner(texts: &SourceTexts, provisioner: &Provisioner) -> Node {
    let mut members = vec![text("type", provisioner.kind.clone())];
    let arguments = expressions(texts, &provisioner.body, &eval::provisioner_schema(&provisioner.kind));
    if arguments.as_object().is_some_and(|all| !all.is_empty()) {
        members.push(member("expressions", arguments));
    }
    Node::Object(members)
}

/// `aws` or `aws.west`.
pub(crate) fn compact((name, alias): &ProviderName) -> String {
    alias.as_ref().map_or_else(|| name.to_string(), |alias| format!("{name}.{alias}"))
}

fn module_call(written: &Written<'_>, providers: &ProviderConfigs, (path, call): (&ModulePath, &ModuleCall)) -> Node {
    let inner = path.child(call.name.clone());
    let mut members = vec![text("source", call.source.clone())];
    if let Some(called) = written.tree.module(&inner) {
        let variables = called.variables.keys().map(|name| (name.clone(), Attribute::optional(Type::Dynamic)));
        let schema = Block { attributes: variables.collect(), ..Block::default() };
        let arguments = expressions(written.texts, &call.arguments, &schema);
        if arguments.as_object().is_some_and(|all| !all.is_empty()) {
            members.push(member("expressions", arguments));
        }
    }
    members.extend(repetition(written.texts, call.count.as_ref(), call.for_each.as_ref()));
    members.push(member("module", Node::Object(module(written, providers, &inner))));
    if let Some(version) = &call.version {
        let parts: Vec<&str> = version.text.split(',').map(str::trim).collect();
        members.push(text("version_constraint", parts.join(",")));
    }
    members.extend(depends_on(&call.depends_on));
    Node::Object(members)
}
