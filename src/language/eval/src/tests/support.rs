//! A configuration from text, an evaluator that has gone through it, and one-line checks.

use crate::functions::{FileSource, NoFiles};
use crate::{Evaluator, ExprNode, ExpressionGraph, Phase, Repetition, Settings, VariableInput, expression_graph};
use addrs::{ConfigResource, ModuleInstance, ModulePath, ResourceInstance};
use config::{ModuleTree, Sources};
use configschema::{Attribute, Block};
use diag::{Diagnostic, Diagnostics, SourceTexts};
use std::sync::Arc;
use value::{PathStep, Refinement, Type, Value};

/// Files by directory and name: `main.tf`, `child/main.tf`.
pub(crate) struct Texts(pub(crate) Vec<(&'static str, String)>);

impl Sources for Texts {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        let prefix = if dir == "." { String::new() } else { format!("{}/", dir.trim_start_matches("./")) };
        let inside = |name: &str| name.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/'));
        let files = self.0.iter().filter(|(name, _)| inside(name));
        Ok(files.map(|(name, text)| (Arc::from(*name), Arc::from(text.as_str()))).collect())
    }

    fn resolve(&self, from: &str, source: &str, _: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let source = source.trim_start_matches("./");
        Ok(if from == "." { source.into() } else { format!("{from}/{source}").into() })
    }
}

pub(crate) struct Loaded {
    pub(crate) tree: Arc<ModuleTree>,
    pub(crate) texts: SourceTexts,
    pub(crate) graph: ExpressionGraph,
    /// Of loading and of the graph.
    pub(crate) diagnostics: Diagnostics,
}

/// Loads files given as `#- name` parts; text before the first is `main.tf`.
pub(crate) fn load(fixture: &str) -> Loaded {
    let mut files: Vec<(&'static str, String)> = vec![("main.tf", String::new())];
    for line in fixture.lines() {
        match line.trim().strip_prefix("#- ") {
            Some(name) => files.push((Box::leak(name.to_string().into_boxed_str()), String::new())),
            None => {
                let (_, text) = files.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let (tree, texts, mut diagnostics) = config::load(&Texts(files), ".");
    let (graph, more) = expression_graph(&tree);
    diagnostics.extend(more);
    Loaded { tree: Arc::new(tree), texts, graph, diagnostics }
}

pub(crate) fn settings(phase: Phase) -> Settings {
    Settings {
        phase,
        workspace: "default".into(),
        cwd: "/work".into(),
        home: Some("/home/somebody".into()),
        files: Arc::new(NoFiles) as Arc<dyn FileSource + Send + Sync>,
        plan_timestamp: None,
        chance: None,
    }
}

/// Goes through the whole graph; resources stay unknown.
pub(crate) fn run(loaded: &Loaded, given: &[(&str, VariableInput)]) -> (Evaluator, Diagnostics) {
    let mut evaluator = Evaluator::new(loaded.tree.clone(), settings(Phase::Plan));
    evaluator.set_root_variables(given.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect());
    let mut diagnostics = loaded.diagnostics.clone();
    for node in loaded.graph.order.iter().map(|i| &loaded.graph.nodes[*i]) {
        diagnostics.extend(match node {
            ExprNode::ModuleCall(path) => {
                let mut troubles = evaluator.expand_module(path);
                troubles.extend(evaluator.awaited_calls(path).into_iter().map(|(_, awaited)| awaited.refusal.clone()));
                troubles
            }
            ExprNode::Variable(path, name) => evaluator.evaluate_variable(path, name),
            ExprNode::VariableRules(path, name) => evaluator.check_variable(path, name),
            ExprNode::Local(path, name) => evaluator.evaluate_local(path, name),
            ExprNode::Output(path, name) => evaluator.evaluate_output(path, name),
            ExprNode::Check(path, name) => evaluator.evaluate_check(path, name),
            ExprNode::Resource(resource) => plan(&mut evaluator, resource),
            ExprNode::Provider(_) | ExprNode::ModuleDone(_) => Diagnostics::new(),
        });
    }
    (evaluator, diagnostics)
}

/// The schema of `terraform_data`.
pub(crate) fn terraform_data() -> Block {
    let attributes = [
        ("id", Attribute::computed(Type::String)),
        ("input", Attribute::optional(Type::Dynamic)),
        ("output", Attribute::computed(Type::Dynamic)),
        ("triggers_replace", Attribute::optional(Type::Dynamic)),
    ];
    Block { attributes: attributes.into_iter().map(|(n, a)| (n.into(), a)).collect(), ..Block::default() }
}

/// Plans the creation of all instances of a `terraform_data` as Terraform does; other resources stay unknown.
fn plan(evaluator: &mut Evaluator, resource: &ConfigResource) -> Diagnostics {
    let tree = evaluator.tree().clone();
    let config = &tree.module(&resource.module).unwrap().resources[&resource.resource];
    let mut diagnostics = Diagnostics::new();
    if resource.resource.kind.as_ref() != "terraform_data" {
        return diagnostics;
    }
    for module in evaluator.module_instances(&resource.module) {
        let (expansion, troubles) = evaluator.expand_resource(&module, config);
        diagnostics.extend(troubles);
        diagnostics.extend(expansion.refusal());
        for key in expansion.keys() {
            let repetition = expansion.repetition(&key);
            let (object, troubles) = evaluator.decode_body(&module, &config.body, &terraform_data(), &repetition);
            diagnostics.extend(troubles);
            let addr = ResourceInstance { module: module.clone(), resource: resource.resource.clone(), key };
            let input = object.get("input").unwrap().clone();
            let planned = object.map_children(|step, part| match step {
                PathStep::Attribute(name) if name.as_ref() == "id" => {
                    Value::refined(Type::String, Refinement::not_null())
                }
                PathStep::Attribute(name) if name.as_ref() == "output" && input.is_null() => input.clone(),
                PathStep::Attribute(name) if name.as_ref() == "output" => Value::unknown(input.ty()),
                _ => part.clone(),
            });
            evaluator.set_instance(&addr, planned.with_origin(&addr.to_string().into()));
        }
        evaluator.finish_resource(&module, &resource.resource, &expansion);
    }
    diagnostics
}

/// What `console` prints, or the errors as `Error: summary: detail`.
pub(crate) fn answer(evaluator: &Evaluator, text: &str) -> String {
    let (expr, parsed) = syntax::parse_expression("test".into(), text);
    if parsed.has_errors() {
        return told(&parsed);
    }
    let (printed, diagnostics) = evaluator.console(&ModuleInstance::ROOT, &expr);
    match printed {
        Some(text) => text,
        None => told(&diagnostics),
    }
}

pub(crate) fn told(diagnostics: &Diagnostics) -> String {
    let told: Vec<String> = diagnostics.iter().map(|d| format!("Error: {}: {}", d.summary, d.detail)).collect();
    told.join(" ")
}

/// The value of an expression, in an evaluator, which must not fail.
pub(crate) fn value(evaluator: &Evaluator, text: &str) -> Value {
    let (expr, parsed) = syntax::parse_expression("test".into(), text);
    assert!(!parsed.has_errors(), "{text}: {}", told(&parsed));
    let (value, diagnostics) = evaluator.evaluate(&ModuleInstance::ROOT, &expr, &Repetition::NONE);
    assert!(!diagnostics.has_errors(), "{text}: {}", told(&diagnostics));
    value
}

/// Expressions against what the console prints, blanks and line breaks taken together.
pub(crate) fn check_all(fixture: &str, rows: &[(&str, &str)]) {
    let loaded = load(fixture);
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let got = squeeze(&answer(&evaluator, text));
        if got != squeeze(expected) {
            wrong.push(format!("{text}\n  expected {}\n  got      {got}", squeeze(expected)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

pub(crate) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The summaries of all errors, in order.
pub(crate) fn summaries(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| d.summary.clone()).collect()
}

pub(crate) fn rendered(loaded: &Loaded, diagnostics: &Diagnostics) -> String {
    diagnostics.iter().map(|d| diag::render(d, &loaded.texts, diag::Style::PLAIN)).collect()
}
