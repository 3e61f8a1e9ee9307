//! Our side: an evaluator over the same file, its resources planned as Terraform plans them.

use crate::terraform::comparable;
use addrs::{ModuleInstance, ModulePath, ResourceInstance};
use config::Sources;
use configschema::{Attribute, Block};
use diag::{Diagnostic, Diagnostics};
use drform_eval::functions::{Entry, EntryKind, FileSource};
use drform_eval::{Evaluator, ExprNode, Phase, Repetition, Settings, expression_graph};
use std::sync::Arc;
use value::{PathStep, Refinement, Type, Value};

/// One file of configuration, and files to read.
struct Text(Arc<str>);

impl Sources for Text {
    fn module_files(&self, _: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        Ok(vec![("main.tf".into(), self.0.clone())])
    }

    fn resolve(&self, _: &str, source: &str, _: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        Ok(source.into())
    }
}

/// Files to read, all in one directory.
struct Files(Vec<(String, String)>);

impl Files {
    fn find(&self, path: &str) -> Option<&str> {
        let name = path.trim_start_matches("./");
        self.0.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }
}

impl FileSource for Files {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        if matches!(path, "" | "." | "/") {
            return Err("failed to read file: read .: is a directory".into());
        }
        self.find(path).map(|text| text.as_bytes().into()).ok_or_else(|| {
            format!(
                "no file exists at {path:?}; this function works only with files that are distributed as part of the \
             configuration source code, so if this file will be created by a resource in this configuration you must \
             instead obtain this result from an attribute of that resource"
            )
        })
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match path.trim_end_matches('/') {
            "" | "." => Err("\".\" is a directory, not a file".into()),
            _ => Ok(self.find(path).is_some()),
        }
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, String> {
        let inside = matches!(directory, "." | "./" | "");
        let names = self.0.iter().filter(|_| inside);
        Ok(names.map(|(name, _)| Entry { name: name.as_str().into(), kind: EntryKind::File }).collect())
    }
}

/// The evaluator after it has gone through `main.tf`; the other files can be read by functions.
pub(crate) fn evaluator(files: &[(&str, &str)]) -> Evaluator {
    let main = files.iter().find(|(name, _)| *name == "main.tf").map_or("", |(_, text)| text);
    let (tree, _, mut diagnostics) = config::load(&Text(main.into()), ".");
    let (graph, more) = expression_graph(&tree);
    diagnostics.extend(more);
    let settings = Settings {
        phase: Phase::Plan,
        workspace: "default".into(),
        cwd: "/site".into(),
        home: Some("/home/somebody".into()),
        files: Arc::new(Files(files.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect())),
        plan_timestamp: None,
        chance: None,
    };
    let mut evaluator = Evaluator::new(Arc::new(tree), settings);
    for node in graph.order.iter().map(|i| &graph.nodes[*i]) {
        diagnostics.extend(match node {
            ExprNode::Variable(path, name) => evaluator.evaluate_variable(path, name),
            ExprNode::VariableRules(path, name) => evaluator.check_variable(path, name),
            ExprNode::Local(path, name) => evaluator.evaluate_local(path, name),
            ExprNode::Resource(resource) => plan(&mut evaluator, resource),
            _ => Diagnostics::new(),
        });
    }
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    evaluator
}

fn plan(evaluator: &mut Evaluator, resource: &addrs::ConfigResource) -> Diagnostics {
    let attributes = [
        ("id", Attribute::computed(Type::String)),
        ("input", Attribute::optional(Type::Dynamic)),
        ("output", Attribute::computed(Type::Dynamic)),
        ("triggers_replace", Attribute::optional(Type::Dynamic)),
    ];
    let schema = Block { attributes: attributes.into_iter().map(|(n, a)| (n.into(), a)).collect(), ..Block::default() };
    let tree = evaluator.tree().clone();
    let config = &tree.module(&resource.module).unwrap().resources[&resource.resource];
    let mut diagnostics = Diagnostics::new();
    for module in evaluator.module_instances(&resource.module) {
        let (expansion, troubles) = evaluator.expand_resource(&module, config);
        diagnostics.extend(troubles);
        diagnostics.extend(expansion.refusal());
        for key in expansion.keys() {
            let repetition = expansion.repetition(&key);
            let (object, troubles) = evaluator.decode_body(&module, &config.body, &schema, &repetition);
            diagnostics.extend(troubles);
            let addr = ResourceInstance { module: module.clone(), resource: resource.resource.clone(), key };
            let input = object.get("input").unwrap().clone();
            let planned = object.map_children(|step, part| match step {
                PathStep::Attribute(name) if name.as_ref() == "id" => {
                    Value::refined(Type::String, Refinement::not_null())
                }
                PathStep::Attribute(name) if name.as_ref() == "output" => Value::unknown(input.ty()),
                _ => part.clone(),
            });
            evaluator.set_instance(&addr, planned);
        }
        evaluator.finish_resource(&module, &resource.resource, &expansion);
    }
    diagnostics
}

/// What our console prints for `text` and for `type(text)`, or twice the errors.
pub(crate) fn value_and_type(evaluator: &Evaluator, text: &str) -> (String, String) {
    let (expr, parsed) = syntax::parse_expression("test".into(), text);
    let (value, diagnostics) = evaluator.evaluate(&ModuleInstance::ROOT, &expr, &Repetition::NONE);
    if parsed.has_errors() || diagnostics.has_errors() {
        let told = comparable(&told(&parsed.into_iter().chain(diagnostics).collect()));
        return (told.clone(), told);
    }
    (comparable(&value::text::value_text(&value)), comparable(&value::text::type_text(&value.ty())))
}

/// What our console prints, or the errors as `Error: summary: detail`.
pub(crate) fn answer(evaluator: &Evaluator, text: &str) -> String {
    let (expr, parsed) = syntax::parse_expression("test".into(), text);
    if parsed.has_errors() {
        return comparable(&told(&parsed));
    }
    let (printed, diagnostics) = evaluator.console(&ModuleInstance::ROOT, &expr);
    comparable(&printed.unwrap_or_else(|| told(&diagnostics)))
}

fn told(diagnostics: &Diagnostics) -> String {
    let told: Vec<String> = diagnostics.iter().map(|d| format!("Error: {}: {}", d.summary, d.detail)).collect();
    told.join(" ")
}
