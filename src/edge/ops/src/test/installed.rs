//! Modules of runs among those that `init` installs: they stand in the tree below `test`, where the manifest has them.

use super::loaded::{Below, module_path};
use crate::{Site, configuration};
use addrs::ModulePath;
use config::{Module, ModuleCall, ModuleTree, Sources, TestRun};
use diag::{Diagnostic, SourceTexts};
use eval::VariableInput;
use install::Loaded;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use syntax::Body;

/// Adds the modules of all runs to a configuration. Of those that are missing, the calls alone.
pub(crate) fn graft(
    site: &Site,
    directory: &Path,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    sources: &dyn Sources,
    loaded: &mut Loaded,
) {
    if super::climbs(directory) {
        return;
    }
    let files = match install::test_files(&site.dir, directory) {
        Ok(files) => files,
        Err(trouble) => return loaded.diagnostics.push(trouble),
    };
    for (name, text) in files {
        loaded.texts.insert(name.clone(), text.clone());
        let (test, troubles) = config::load_test_file(name.clone(), text);
        loaded.diagnostics.extend(troubles);
        for run in &test.runs {
            graft_run(site, &name, run, inputs, (sources, loaded));
        }
    }
}

fn graft_run(
    site: &Site,
    file: &str,
    run: &TestRun,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    (sources, loaded): (&dyn Sources, &mut Loaded),
) {
    let Some(module) = &run.module else { return };
    let path = module_path(file, &run.name);
    if install::is_remote_package(&module.source) {
        return loaded.diagnostics.push(super::loaded::not_a_package(module));
    }
    call(&mut loaded.tree, &path, run, module);
    let dir = match sources.resolve(".", &module.source, &path) {
        Ok(dir) => dir,
        Err(trouble) => return loaded.diagnostics.push(trouble.at_if_missing(&module.source_range)),
    };
    let below = Below { inner: sources, path: &path };
    let (tree, texts, troubles): (ModuleTree, SourceTexts, Vec<Diagnostic>) = {
        let sources = configuration::static_sources(site, inputs, &below);
        let (tree, texts, troubles) = config::load(&sources, &dir);
        let troubles = troubles.into_iter().filter(|one| !config::awaits_provider(&tree, one)).collect();
        (tree, texts, troubles)
    };
    loaded.texts.extend(texts);
    loaded.diagnostics.extend(troubles);
    for (inner, mut module) in tree.modules {
        let whole = inner.0.iter().fold(path.clone(), |path, name| path.child(name.clone()));
        module.path = whole.clone();
        loaded.tree.modules.insert(whole, module);
    }
}

/// A call of the module, in modules that are nowhere: they have no directory.
fn call(tree: &mut ModuleTree, path: &ModulePath, run: &TestRun, module: &config::RunModule) {
    let mut above = ModulePath::ROOT;
    for name in path.0.iter().take(path.0.len().saturating_sub(1)) {
        above = above.child(name.clone());
        let nowhere = || Module { path: above.clone(), ..Module::default() };
        tree.modules.entry(above.clone()).or_insert_with(nowhere);
    }
    let Some(parent) = tree.modules.get_mut(&above) else { return };
    let call = ModuleCall {
        name: run.name.clone(),
        source: module.source.clone(),
        source_range: module.source_range.clone(),
        version: module.version.clone(),
        open_source: None,
        open_version: None,
        enabled: None,
        ignores_deprecations: false,
        count: None,
        for_each: None,
        depends_on: Vec::new(),
        providers: BTreeMap::new(),
        arguments: Body::default(),
        range: module.range.clone(),
    };
    parent.module_calls.insert(run.name.clone(), call);
}
