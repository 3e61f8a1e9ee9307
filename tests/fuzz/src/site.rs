//! The site of all evaluations: files of configuration in memory, an evaluator that has gone through them.

use addrs::{ModuleInstance, ModulePath, ResourceInstance};
use config::{ModuleTree, Sources};
use configschema::{Attribute, Block, NestedBlock, Nesting};
use diag::{Diagnostic, Diagnostics};
use eval::functions::{Entry, EntryKind, FileSource};
use eval::{Evaluator, ExprNode, Phase, Repetition, Settings, expression_graph};
use std::sync::Arc;
use value::{Refinement, Type, Value};

/// Argument classes of the function matrix: locals of every type.
pub const CLASSES: &str = include_str!("../../../src/language/eval/tests/oracle/classes.tf");

/// One file; the module `./m` has it too, the others are not there.
pub struct Text {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: Arc<str>,
}

impl Sources for Text {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        match dir {
            "." => Ok(vec![(self.name.into(), self.text.clone())]),
            _ => Ok(vec![(
                "m/main.tf".into(),
                "variable \"a\" { default = 1 }\noutput \"a\" { value = var.a }\n".into(),
            )]),
        }
    }

    fn resolve(&self, _: &str, source: &str, _: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        if source == "./m" { Ok("m".into()) } else { Err(Diagnostic::error("Not there", "No such module.")) }
    }
}

/// Files for functions to read.
#[derive(Clone, Copy, Debug)]
pub struct Files;

impl FileSource for Files {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        match path.trim_start_matches("./") {
            "a.txt" => Ok(b"text\n".as_slice().into()),
            "t.tftpl" => Ok(b"${a}%{ for x in b ~}\n- ${x}\n%{ endfor ~}".as_slice().into()),
            "bytes" => Ok([0_u8, 159, 146, 150].as_slice().into()),
            _ => Err(format!("no file exists at {path:?}")),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.read(path).is_ok())
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, String> {
        let names = ["a.txt", "t.tftpl", "bytes"].into_iter().filter(|_| matches!(directory, "." | "./" | ""));
        Ok(names.map(|name| Entry { name: name.into(), kind: EntryKind::File }).collect())
    }
}

/// What the world is to expressions: a plan.
pub fn settings() -> Settings {
    Settings {
        phase: Phase::Plan,
        workspace: "default".into(),
        cwd: "/site".into(),
        home: Some("/home/somebody".into()),
        files: Arc::new(Files),
        plan_timestamp: Some("2024-01-02T03:04:05Z".into()),
        chance: None,
    }
}

/// The schema of all resources: an attribute of each kind, blocks of each nesting, and blocks in blocks.
pub fn schema() -> Block {
    let attributes = [
        ("id", Attribute::computed(Type::String)),
        ("input", Attribute::optional(Type::Dynamic)),
        ("output", Attribute::computed(Type::Dynamic)),
        ("triggers_replace", Attribute::optional(Type::Dynamic)),
        ("text", Attribute::optional(Type::String)),
        ("number", Attribute::optional_computed(Type::Number)),
        ("object", Attribute::optional(Type::object([("a", Type::String), ("b", Type::list(Type::Number))]))),
        ("blocks", Attribute::optional_computed(Type::list(Type::object([("a", Type::String)])))),
        ("list", Attribute::optional(Type::list(Type::String))),
    ];
    let attributes = || attributes.clone().into_iter().map(|(n, a)| (n.into(), a)).collect();
    let mut block = Block { attributes: attributes(), ..Block::default() };
    for _ in 0..2 {
        let kinds = [("one", Nesting::Single), ("many", Nesting::List), ("set", Nesting::Set), ("named", Nesting::Map)];
        let nested = |nesting| NestedBlock { nesting, block: block.clone(), min_items: 0, max_items: 0 };
        let blocks = kinds.into_iter().map(|(name, nesting)| (name.into(), nested(nesting))).collect();
        block = Block { attributes: attributes(), blocks, ..Block::default() };
    }
    block
}

/// Loads a configuration and goes through its graph as a plan does. Resources are decoded by [`schema`].
pub fn planned(sources: &Text) -> (Evaluator, Diagnostics) {
    let (tree, _, mut diagnostics) = config::load(sources, ".");
    let (graph, more) = expression_graph(&tree);
    diagnostics.extend(more);
    let tree: Arc<ModuleTree> = Arc::new(tree);
    let mut evaluator = Evaluator::new(tree.clone(), settings());
    if diagnostics.has_errors() {
        return (evaluator, diagnostics);
    }
    let validated = eval::validate_module_tree(&tree, &graph, &Default::default(), settings(), &[]);
    diagnostics.extend(validated.diagnostics);
    let schema = schema();
    for node in graph.order.iter().filter_map(|i| graph.nodes.get(*i)) {
        diagnostics.extend(match node {
            ExprNode::ModuleCall(path) => evaluator.expand_module(path),
            ExprNode::Variable(path, name) => evaluator.evaluate_variable(path, name),
            ExprNode::VariableRules(path, name) => evaluator.check_variable(path, name),
            ExprNode::Local(path, name) => evaluator.evaluate_local(path, name),
            ExprNode::Output(path, name) => evaluator.evaluate_output(path, name),
            ExprNode::Check(path, name) => evaluator.evaluate_check(path, name),
            ExprNode::Resource(resource) => plan(&mut evaluator, &schema, resource),
            ExprNode::Provider(_) | ExprNode::ModuleDone(_) => Diagnostics::new(),
        });
    }
    (evaluator, diagnostics)
}

/// How many instances of a resource are planned: `count = 1000000` is no bomb to the language.
const INSTANCES: usize = 20;

fn plan(evaluator: &mut Evaluator, schema: &Block, resource: &addrs::ConfigResource) -> Diagnostics {
    let tree = evaluator.tree().clone();
    let config = tree.module(&resource.module).and_then(|module| module.resources.get(&resource.resource));
    let mut diagnostics = Diagnostics::new();
    let Some(config) = config else { return diagnostics };
    for module in evaluator.module_instances(&resource.module) {
        let (expansion, troubles) = evaluator.expand_resource(&module, config);
        diagnostics.extend(troubles);
        for key in expansion.keys().into_iter().take(INSTANCES) {
            let repetition = expansion.repetition(&key);
            let (object, troubles) = evaluator.decode_body(&module, &config.body, schema, &repetition);
            diagnostics.extend(troubles);
            let addr = ResourceInstance { module: module.clone(), resource: resource.resource.clone(), key };
            let planned = object.map_children(|step, part| match step {
                value::PathStep::Attribute(name) if name.as_ref() == "id" => {
                    Value::refined(Type::String, Refinement::not_null())
                }
                value::PathStep::Attribute(name) if name.as_ref() == "output" => Value::unknown(part.ty()),
                _ => part.clone(),
            });
            evaluator.set_instance(&addr, planned.with_origin(&addr.to_string().into()));
        }
        evaluator.finish_resource(&module, &resource.resource, &expansion);
    }
    diagnostics
}

/// An evaluator that knows [`CLASSES`].
pub fn evaluator() -> Evaluator {
    let (evaluator, diagnostics) = planned(&Text { name: "main.tf", text: CLASSES.into() });
    let told: Vec<&str> = diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(!diagnostics.has_errors(), "{told:?}");
    evaluator
}

/// The value of an expression in the root module, and what is wrong.
pub fn evaluated(evaluator: &Evaluator, expr: &syntax::Expression) -> (Value, Diagnostics) {
    evaluator.evaluate(&ModuleInstance::ROOT, expr, &Repetition::NONE)
}
