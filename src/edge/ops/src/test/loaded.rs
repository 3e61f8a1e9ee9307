//! Test files with everything that they name: modules of runs, files of mock data.

use crate::configuration;
use crate::{Said, Site};
use addrs::ModulePath;
use config::{During, MockData, ModuleTree, Sources, TestFile, TestProvider, TestRun};
use diag::{Diagnostic, Diagnostics};
use eval::VariableInput;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A test file.
#[derive(Clone, Debug)]
pub(crate) struct LoadedFile {
    /// Relative to the site.
    pub(crate) name: Arc<str>,
    /// What it declares.
    pub(crate) test: TestFile,
    /// The modules that its runs carry out in place of the configuration, by run.
    pub(crate) modules: BTreeMap<Arc<str>, Arc<ModuleTree>>,
}

/// Loads all test files of a site.
pub(crate) fn load(
    site: &Site,
    directory: &Path,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    said: &mut Said,
) -> Vec<LoadedFile> {
    let mut files = Vec::new();
    // The default directory need not be there.
    if directory != Path::new("tests") && !site.dir.join(directory).is_dir() {
        let detail = format!("Requested test directory {} does not exist.", directory.display());
        let warning = Diagnostic::warning("Test directory does not exist", detail);
        said.diagnostics.push(warning.next("Correct -test-directory, or leave it out."));
    }
    for (name, text) in said.take(install::test_files(&site.dir, directory)).unwrap_or_default() {
        said.texts.insert(name.clone(), text.clone());
        let (mut test, troubles) = config::load_test_file(name.clone(), text);
        said.diagnostics.extend(troubles);
        let mut loaded = BTreeMap::new();
        for run in &test.runs {
            if let Some(tree) = module(site, &name, run, inputs, said) {
                loaded.insert(run.name.clone(), Arc::new(tree));
            }
        }
        for provider in test.providers.values_mut() {
            mock_data(site, provider, said);
        }
        files.push(LoadedFile { name, test, modules: loaded });
    }
    files
}

/// The name of a module of a run among the installed ones, as Terraform makes it: `test.tests.main.setup`.
pub(crate) fn module_path(file: &str, run: &str) -> ModulePath {
    let (dir, base) = file.rsplit_once('/').unwrap_or((".", file));
    let base = base.strip_suffix(".tftest.hcl").unwrap_or(base);
    let mut path = ModulePath::ROOT.child("test");
    if dir != "." {
        for part in dir.split('/') {
            path = path.child(part);
        }
    }
    path.child(base).child(run)
}

fn module(
    site: &Site,
    file: &str,
    run: &TestRun,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    said: &mut Said,
) -> Option<ModuleTree> {
    let module = run.module.as_ref()?;
    let path = module_path(file, &run.name);
    let installed = install::ModuleSources::new(&site.dir, &site.data_dir());
    let below = Below { inner: &installed, path: &path };
    if install::is_remote_package(&module.source) {
        said.diagnostics.push(not_a_package(module));
        return None;
    }
    let dir = match installed.resolve(".", &module.source, &path) {
        Ok(dir) => dir,
        Err(trouble) => {
            said.diagnostics.push(trouble.at_if_missing(&module.source_range));
            return None;
        }
    };
    let sources = configuration::static_sources(site, inputs, &below);
    let (tree, texts, troubles) = config::load(&sources, &dir);
    said.texts.extend(texts);
    said.diagnostics.extend(troubles.into_iter().filter(|one| !config::awaits_provider(&tree, one)));
    said.diagnostics.extend(install::check_required_version(&tree, crate::TERRAFORM_VERSION));
    crate::not_yet::refuse(site, &tree, said);
    Some(tree)
}

/// A module of a run that comes from where it must not.
pub(super) fn not_a_package(module: &config::RunModule) -> Diagnostic {
    let detail = "Only local or registry module sources are currently supported from within test run blocks.";
    Diagnostic::error("Invalid module source address", detail)
        .at(module.source_range.clone())
        .next("Write a path that begins with ./ or ../, or the address of a module in a registry.")
}

/// The modules below a module of a run: they are installed under its path.
pub(super) struct Below<'a> {
    pub(super) inner: &'a dyn Sources,
    pub(super) path: &'a ModulePath,
}

impl Sources for Below<'_> {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        self.inner.module_files(dir)
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let path = module.0.iter().fold(self.path.clone(), |path, name| path.child(name.clone()));
        self.inner.resolve(from_dir, source, &path)
    }

    fn hides(&self, source: &str) -> bool {
        self.inner.hides(source)
    }
}

/// Adds what the files of mock data say to what the block itself says.
fn mock_data(site: &Site, provider: &mut TestProvider, said: &mut Said) {
    let Some(mock) = &mut provider.mock else { return };
    let Some(source) = &mock.source else { return };
    match install::mock_files(&site.dir.join(source.as_ref()), source) {
        Ok(files) => {
            let data = read_mocks(files, mock.during, said);
            mock.data.complete(data);
        }
        Err(trouble) => said.diagnostics.push(trouble.at_if_missing(&provider.range)),
    }
}

fn read_mocks(files: Vec<(Arc<str>, Arc<str>)>, during: During, said: &mut Said) -> MockData {
    let mut all = MockData::default();
    for (name, text) in files {
        said.texts.insert(name.clone(), text.clone());
        let (data, troubles) = config::load_mock_file(name, text, during);
        said.diagnostics.extend(troubles);
        said.diagnostics.extend(twice(&all, &data));
        all.complete(data);
    }
    all
}

fn twice(known: &MockData, more: &MockData) -> Diagnostics {
    let pairs =
        [("mock_resource", &known.resources, &more.resources), ("mock_data", &known.data_sources, &more.data_sources)];
    let mut troubles = Diagnostics::new();
    for (block, known, more) in pairs {
        for (kind, mock) in more {
            if let Some(first) = known.get(kind) {
                let detail = format!("A {block} {kind:?} block already exists in another file.");
                let trouble = Diagnostic::error("Duplicate mock resource block", detail).at(mock.range.clone());
                troubles.push(trouble.related("the first one", first.range.clone()).next("Make one block of both."));
            }
        }
    }
    troubles
}
