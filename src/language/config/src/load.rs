//! The walk over the modules.

use crate::constant;
use crate::decode;
use crate::files;
use crate::inheritance;
use crate::json;
use crate::merge;
use crate::refactored;
use crate::shape;
use crate::suggestion::did_you_mean;
use crate::{Module, ModuleCall, ModuleTree, Sources, VersionConstraint};
use addrs::ModulePath;
use diag::{Diagnostic, Diagnostics, Range, SourceTexts};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use syntax::{Block, Expression};
use value::{Content, Type, Value, convert};

/// Levels of module calls that are followed: a module that calls itself through ever new directories ends here.
const MAX_MODULE_DEPTH: usize = 100;

/// Loads the module of a directory and all that it calls.
///
/// Everything that can be understood is in the tree, also when there are errors; with errors it must not be acted on.
pub fn load(sources: &dyn Sources, root_dir: &str) -> (ModuleTree, SourceTexts, Diagnostics) {
    let mut loader = Loader {
        sources,
        tree: ModuleTree::default(),
        texts: SourceTexts::default(),
        diagnostics: Diagnostics::new(),
        read: BTreeMap::new(),
    };
    loader.walk(root_dir);
    let Loader { mut tree, texts, mut diagnostics, .. } = loader;
    inheritance::resolve(&mut tree, &mut diagnostics);
    refactored::check(&tree, &mut diagnostics);
    (tree, texts, diagnostics.sorted())
}

/// A module still to be read.
struct Pending {
    path: ModulePath,
    dir: Arc<str>,
    /// Directories of the modules above it.
    above: Vec<Arc<str>>,
}

struct Loader<'a> {
    sources: &'a dyn Sources,
    tree: ModuleTree,
    texts: SourceTexts,
    diagnostics: Diagnostics,
    /// Blocks by directory: a module that is called twice is parsed once.
    read: BTreeMap<Arc<str>, Option<Arc<[Block]>>>,
}

impl Loader<'_> {
    fn walk(&mut self, root_dir: &str) {
        let root = Pending { path: ModulePath::ROOT, dir: Arc::from(root_dir), above: Vec::new() };
        let mut pending = VecDeque::from([root]);
        while let Some(Pending { path, dir, mut above }) = pending.pop_front() {
            let called_at = self.tree.call_of(&path).map(|call| call.source_range.clone());
            let Some(blocks) = self.blocks(&dir, called_at) else { continue };
            let module = decode::module(path.clone(), dir.clone(), &blocks, &self.texts, &mut self.diagnostics);
            above.push(dir.clone());
            if let Some(call) = self.tree.call_of(&path) {
                check_arguments(call, &module, &mut self.diagnostics);
            }
            self.tree.modules.insert(path.clone(), module);
            self.constant_arguments(&path);
            for name in self.calls_of(&path) {
                self.settle(&path, &name);
                let call = self.tree.modules.get(&path).and_then(|module| module.module_calls.get(&name)).cloned();
                // An empty source has been reported.
                if let Some(call) = call.filter(|call| !call.source.is_empty()) {
                    pending.extend(self.called(&path, &dir, &call, &above));
                }
            }
        }
    }

    fn calls_of(&self, path: &ModulePath) -> Vec<Arc<str>> {
        self.tree.modules.get(path).map(|module| module.module_calls.keys().cloned().collect()).unwrap_or_default()
    }

    /// The value of an expression that decides which modules there are.
    fn constant(&mut self, path: &ModulePath, expr: &Expression) -> Option<Value> {
        let tree = Arc::new(std::mem::take(&mut self.tree));
        let (value, diagnostics) = self.sources.constant(&tree, path, expr);
        self.tree = Arc::unwrap_or_clone(tree);
        let failed = diagnostics.has_errors();
        self.diagnostics.extend(diagnostics);
        value.filter(|_| !failed)
    }

    /// Evaluates `source` and `version` of a call where they are no literals.
    fn settle(&mut self, path: &ModulePath, name: &Arc<str>) {
        let call = |tree: &ModuleTree| tree.modules.get(path).and_then(|module| module.module_calls.get(name)).cloned();
        let Some(ModuleCall { open_source, open_version, .. }) = call(&self.tree) else { return };
        let source = open_source.as_ref().and_then(|expr| self.text(path, expr, "source"));
        let version = open_version.as_ref().and_then(|expr| self.text(path, expr, "version"));
        if let (Some(expr), None) =
            (&open_source, source.as_ref().filter(|text| text.as_deref().is_some_and(|t| !t.is_empty())))
            && source.is_some()
        {
            let detail = "The source of a module must be a text that is not empty.";
            self.diagnostics.push(
                Diagnostic::error("Invalid module source address", detail)
                    .at(expr.range())
                    .next("Give the variables in it values that make it an address."),
            );
        }
        let module = self.tree.modules.get_mut(path);
        let Some(call) = module.and_then(|module| module.module_calls.get_mut(name)) else { return };
        if let Some(Some(source)) = source {
            call.source = source;
        }
        if self.sources.hides(&call.source) {
            call.source_range = call.range.clone();
        }
        if let (Some(Some(text)), Some(expr)) = (version, open_version) {
            call.version = Some(VersionConstraint { text, range: expr.range() });
        }
    }

    /// A constant text, or null; `None` when it is neither, which is reported.
    fn text(&mut self, path: &ModulePath, expr: &Expression, what: &str) -> Option<Option<Arc<str>>> {
        let value = self.constant(path, expr)?;
        let refused = |detail: &str, next: &str| {
            Diagnostic::error(format!("Invalid module {what}"), detail).at(expr.range()).next(next)
        };
        if !value.all_marks().is_empty() {
            let detail = format!(
                "The {what} of a module is written down where modules are installed, so that it must not be made from sensitive or ephemeral values."
            );
            self.diagnostics.push(refused(&detail, "Use other values, or nonsensitive() where nothing is revealed."));
            return None;
        }
        match convert(&value, &Type::String).map(|value| value.content) {
            Ok(Content::String(text)) => Some(Some(text)),
            Ok(Content::Null(_)) => Some(None),
            Ok(_) => {
                let detail = format!("The {what} of a module must be known before anything is planned.");
                self.diagnostics.push(refused(&detail, "Make it from literals and from variables that have values."));
                None
            }
            Err(error) => {
                self.diagnostics.push(refused(&format!("Unsuitable value for {what}: {error}."), "Give a text."));
                None
            }
        }
    }

    /// Values for `const` variables must be constants themselves.
    fn constant_arguments(&mut self, path: &ModulePath) {
        let (Some((parent, _)), Some(module)) = (path.parent(), self.tree.modules.get(path)) else { return };
        let Some(call) = self.tree.call_of(path) else { return };
        let constants = module.variables.values().filter(|variable| variable.constant);
        let given = constants.filter_map(|variable| Some(call.arguments.attribute(&variable.name)?.expr.clone()));
        let open: Vec<Expression> = given.filter(constant::needs_evaluation).collect();
        for expr in open {
            self.constant(&parent, &expr);
        }
    }

    /// The module that a call brings in.
    fn called(&mut self, caller: &ModulePath, from: &str, call: &ModuleCall, above: &[Arc<str>]) -> Option<Pending> {
        let path = caller.child(call.name.clone());
        let dir = match self.sources.resolve(from, &call.source, &path) {
            Ok(dir) => dir,
            Err(trouble) => {
                self.diagnostics.push(trouble.at_if_missing(&call.source_range));
                return None;
            }
        };
        if above.contains(&dir) || above.len() > MAX_MODULE_DEPTH {
            let detail = format!(
                "{path} would call modules without end: its directory ({}) is already among its callers.",
                shown(&dir)
            );
            self.diagnostics.push(
                Diagnostic::error("Module calls itself", detail)
                    .at(call.source_range.clone())
                    .next("Take the common part out into a module that both can call."),
            );
            return None;
        }
        Some(Pending { path, dir, above: above.to_vec() })
    }

    /// The blocks of a directory with override files merged; `None` when it cannot be read, which is reported once
    /// per call.
    fn blocks(&mut self, dir: &Arc<str>, called_at: Option<Range>) -> Option<Arc<[Block]>> {
        if let Some(known) = self.read.get(dir) {
            return known.clone();
        }
        let blocks = match self.sources.module_files(dir) {
            Ok(files) => Some(self.parse(dir, files, called_at.as_ref())),
            Err(trouble) => {
                self.diagnostics.push(match &called_at {
                    Some(range) => trouble.at_if_missing(range),
                    None => trouble,
                });
                None
            }
        };
        self.read.insert(dir.clone(), blocks.clone());
        blocks
    }

    fn parse(&mut self, dir: &str, files: Vec<(Arc<str>, Arc<str>)>, called_at: Option<&Range>) -> Arc<[Block]> {
        let files = files::read_in_order(files, &mut self.diagnostics);
        if files.is_empty() {
            self.no_files(dir, called_at);
        }
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for file in files {
            self.texts.insert(file.name.clone(), file.text.clone());
            let parse = if file.json { syntax::parse_json } else { syntax::parse };
            let (parsed, troubles) = parse(file.name, file.text);
            self.diagnostics.extend(troubles);
            let body = json::settle(parsed.body, &mut self.diagnostics);
            self.diagnostics.extend(body.attributes.iter().map(decode::stray_argument));
            if file.overrides { &mut overrides } else { &mut blocks }.extend(body.blocks);
        }
        for block in overrides {
            merge::merge(&mut blocks, block, &mut self.diagnostics);
        }
        blocks.into()
    }

    fn no_files(&mut self, dir: &str, called_at: Option<&Range>) {
        let diagnostic = match called_at {
            Some(range) => {
                let detail = format!("The directory {dir} has no configuration files (.tf or .tf.json).");
                Diagnostic::error("Module has no configuration", detail).at(range.clone()).next("Check the source.")
            }
            None => {
                let detail = format!("The directory {} has no configuration files (.tf or .tf.json).", shown(dir));
                let next = "Change to a directory with configuration, or write a first main.tf.";
                Diagnostic::error("No configuration files", detail).next(next)
            }
        };
        self.diagnostics.push(diagnostic);
    }
}

fn shown(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}

/// Compares the arguments of a call with the variables of the called module.
fn check_arguments(call: &ModuleCall, module: &Module, diagnostics: &mut Diagnostics) {
    for attribute in &call.arguments.attributes {
        if !module.variables.contains_key(&attribute.name.text) {
            let known = module.variables.keys().map(AsRef::as_ref);
            let otherwise = format!("Remove it, or declare the variable in {}.", module.path);
            let detail = format!("An argument named \"{}\" is not expected here.", attribute.name.text);
            let next = did_you_mean(&attribute.name.text, known, &otherwise);
            diagnostics.push(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range()).next(next));
        }
    }
    for variable in module.variables.values().filter(|v| v.default.is_none()) {
        if call.arguments.attribute(&variable.name).is_none() {
            diagnostics.push(shape::missing_argument(&variable.name, call.range.clone()));
        }
    }
}
