//! Values that are known before anything is loaded: variables and local values in the `source` and `version` of modules
//! (OpenTofu 1.8, Terraform 1.15).

use crate::evaluator::{Evaluator, Repetition, Settings};
use crate::{Referent, VariableInput, references};
use addrs::{InstanceKey, ModuleInstance, ModulePath};
use config::{ModuleTree, Sources};
use diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::Expression;
use value::Value;

/// Sources of modules whose addresses may be made from root variables.
pub struct StaticSources<'a> {
    /// Where the text of modules comes from.
    pub inner: &'a dyn Sources,
    /// What the world is to expressions.
    pub settings: Settings,
    /// Root variables as given.
    pub variables: BTreeMap<Arc<str>, VariableInput>,
}

impl Sources for StaticSources<'_> {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        self.inner.module_files(dir)
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        self.inner.resolve(from_dir, source, module)
    }

    fn hides(&self, source: &str) -> bool {
        self.inner.hides(source)
    }

    fn constant(&self, tree: &Arc<ModuleTree>, module: &ModulePath, expr: &Expression) -> (Option<Value>, Diagnostics) {
        let mut evaluator = Evaluator::new(tree.clone(), self.settings.clone());
        evaluator.set_root_variables(self.variables.clone());
        let mut walk = Statics { evaluator, begun: BTreeSet::new(), diagnostics: Diagnostics::new() };
        let value = walk.value(module, expr);
        (value, walk.diagnostics)
    }
}

/// Evaluates what an expression needs, then the expression.
struct Statics {
    evaluator: Evaluator,
    /// Variables and local values that are evaluated or on their way.
    begun: BTreeSet<(ModulePath, Referent)>,
    diagnostics: Diagnostics,
}

impl Statics {
    /// `None` after an error.
    fn value(&mut self, module: &ModulePath, expr: &Expression) -> Option<Value> {
        let (references, troubles) = references(expr);
        self.note(troubles)?;
        for reference in references {
            match &reference.referent {
                Referent::Variable(name) => self.variable(module, name, &reference.referent)?,
                Referent::Local(name) => self.local(module, name, &reference.referent)?,
                Referent::PathAttr(_) => {}
                Referent::TerraformAttr(name) if name.as_ref() == "workspace" => {}
                _ => {
                    let detail = "Which modules there are is decided before anything is planned. Only variables, local \
                                  values made from them, path and terraform.workspace are known by then.";
                    let trouble = Diagnostic::error("Value not known in advance", detail).at(reference.range);
                    return self.note(trouble.next("Use a variable, or a literal.").into()).map(|()| Value::dynamic());
                }
            }
        }
        let instance = self.open(module);
        let (value, troubles) = self.evaluator.evaluate(&instance, expr, &Repetition::NONE);
        self.note(troubles)?;
        Some(value)
    }

    fn variable(&mut self, module: &ModulePath, name: &Arc<str>, referent: &Referent) -> Option<()> {
        if !self.begun.insert((module.clone(), referent.clone())) {
            return Some(());
        }
        let tree = self.evaluator.tree().clone();
        if !tree.module(module).is_some_and(|module| module.variables.contains_key(name)) {
            // Told by the evaluation itself.
            return Some(());
        }
        if let (Some((parent, _)), Some(call)) = (module.parent(), tree.call_of(module))
            && let Some(argument) = call.arguments.attribute(name)
        {
            self.value(&parent, &argument.expr)?;
            self.open(&parent);
        }
        self.open(module);
        let troubles = self.evaluator.evaluate_variable(module, name);
        self.note(troubles)
    }

    fn local(&mut self, module: &ModulePath, name: &Arc<str>, referent: &Referent) -> Option<()> {
        if !self.begun.insert((module.clone(), referent.clone())) {
            return Some(());
        }
        let tree = self.evaluator.tree().clone();
        if let Some(local) = tree.module(module).and_then(|module| module.locals.get(name)) {
            self.value(module, &local.expr)?;
            self.open(module);
            let troubles = self.evaluator.evaluate_local(module, name);
            self.note(troubles)?;
        }
        Some(())
    }

    /// One instance stands for all of a module: repetition decides no source.
    fn open(&mut self, path: &ModulePath) -> ModuleInstance {
        let instance = ModuleInstance(path.0.iter().map(|name| (name.clone(), InstanceKey::None)).collect());
        self.evaluator.instances.entry(path.clone()).or_insert_with(|| vec![instance.clone()]);
        self.evaluator.values.entry(instance.clone()).or_default();
        instance
    }

    /// Keeps diagnostics; `None` when there are errors among them.
    fn note(&mut self, diagnostics: Diagnostics) -> Option<()> {
        let failed = diagnostics.has_errors();
        self.diagnostics.extend(diagnostics);
        (!failed).then_some(())
    }
}
