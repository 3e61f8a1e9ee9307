//! Reading the configuration: `.tf` files into a module tree, `*.dr.hcl` files beside them.

use crate::providers::place;
use crate::recorded::{Recorded, Replayed};
use crate::variables::{self, VariableArguments};
use crate::{Said, Site, TERRAFORM_VERSION, session, test};
use config::{ModuleTree, Sources};
use eval::VariableInput;
use install::{Loaded, Purpose, Upgrade};
use saved::Snapshot;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use syntax::File;

/// Values of root variables.
type Inputs = BTreeMap<Arc<str>, VariableInput>;

/// What the directory says.
pub(crate) struct Configuration {
    pub(crate) tree: Arc<ModuleTree>,
    pub(crate) dr_files: Vec<File>,
    /// What all of it was read from.
    pub(crate) snapshot: Snapshot,
}

/// Reads and checks the configuration of a directory, or an empty root module where there is none: for what looks at the
/// state, and for who types expressions.
pub(crate) fn read_if_any(site: &Site, said: &mut Said) -> Configuration {
    if is_empty(site) {
        return nothing();
    }
    read(site, said)
}

/// No configuration.
fn nothing() -> Configuration {
    let root = config::Module { dir: ".".into(), ..config::Module::default() };
    let tree = ModuleTree { modules: [(addrs::ModulePath::ROOT, root)].into() };
    Configuration { tree: Arc::new(tree), dr_files: Vec::new(), snapshot: Snapshot::default() }
}

/// The configuration as a saved plan has kept it, whatever the directory says by now.
pub(crate) fn read_snapshot(
    site: &Site,
    snapshot: &Snapshot,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    said: &mut Said,
) -> Configuration {
    if snapshot.directories.is_empty() {
        return nothing();
    }
    let files = install::ModuleSources::new(&site.dir, &site.data_dir());
    let Loaded { tree, texts, diagnostics } = loaded(site, inputs, &Replayed { snapshot, hiding: &files });
    said.texts.extend(texts);
    // Warnings were told when the plan was made.
    said.diagnostics.extend(diagnostics.into_iter().filter(|d| d.severity == diag::Severity::Error));
    let mut dr_files = Vec::new();
    for (name, text) in &snapshot.dr_files {
        let mut told = Said::default();
        dr_files.push(parse(name.clone(), text.clone(), &mut told));
        said.texts.extend(told.texts);
    }
    Configuration { tree: Arc::new(tree), dr_files, snapshot: snapshot.clone() }
}

/// Whether a directory has no configuration files at all.
pub fn is_empty(site: &Site) -> bool {
    let sources = install::ModuleSources::new(&site.dir, &site.data_dir());
    config::Sources::module_files(&sources, ".").is_ok_and(|files| files.is_empty())
}

/// Reads and checks the configuration of a directory. Root variables have the values that files and the environment give
/// them, where modules depend on them.
pub(crate) fn read(site: &Site, said: &mut Said) -> Configuration {
    let (inputs, _) = variables::gather(site, &VariableArguments::default(), &mut said.texts);
    read_with(site, &inputs, said)
}

/// Reads and checks the configuration of a directory, with the values of root variables.
pub(crate) fn read_with(site: &Site, inputs: &BTreeMap<Arc<str>, VariableInput>, said: &mut Said) -> Configuration {
    let files = install::ModuleSources::new(&site.dir, &site.data_dir());
    let recorded = Recorded::new(&files);
    let Loaded { tree, texts, diagnostics } = loaded(site, inputs, &recorded);
    said.texts.extend(texts);
    said.diagnostics.extend(diagnostics);
    said.diagnostics.extend(install::check_module_versions(&site.dir, &site.data_dir(), &tree));
    let snapshot = recorded.taken();
    with_dr_files(site, (tree, snapshot), said)
}

/// Adds the modules of test files, for who looks at what providers all of it needs.
pub(crate) fn with_tests(
    site: &Site,
    inputs: &Inputs,
    tests: &Path,
    configuration: Configuration,
    said: &mut Said,
) -> Configuration {
    let files = install::ModuleSources::new(&site.dir, &site.data_dir());
    let mut loaded = Loaded { tree: configuration.tree.as_ref().clone(), ..Loaded::default() };
    test::graft(site, tests, inputs, &files, &mut loaded);
    said.texts.extend(loaded.texts);
    said.diagnostics.extend(loaded.diagnostics);
    Configuration { tree: Arc::new(loaded.tree), ..configuration }
}

/// The same, with modules installed as far as they are missing, those of the test files in `tests` too; `say` hears what
/// happens.
pub(crate) fn install(
    site: &Site,
    (variables, tests): (&VariableArguments, &Path),
    (upgrade, purpose): (Upgrade, Purpose),
    say: &mut dyn FnMut(&str),
    said: &mut Said,
) -> Configuration {
    let (inputs, _) = variables::gather(site, variables, &mut said.texts);
    let read = |sources: &dyn Sources| {
        let mut loaded = loaded(site, &inputs, sources);
        test::graft(site, tests, &inputs, sources, &mut loaded);
        // Nothing is downloaded for a configuration that wants another Terraform.
        loaded.diagnostics.extend(install::check_required_version(&loaded.tree, TERRAFORM_VERSION));
        loaded
    };
    let loaded = install::install_modules(&place(site), upgrade, purpose, &read, say);
    said.texts.extend(loaded.texts);
    said.diagnostics.extend(loaded.diagnostics);
    with_dr_files(site, (loaded.tree, Snapshot::default()), said)
}

/// Loads the configuration; `source` and `version` of modules may have variables in them.
fn loaded(site: &Site, inputs: &BTreeMap<Arc<str>, VariableInput>, files: &dyn Sources) -> Loaded {
    let sources = static_sources(site, inputs, files);
    let (tree, texts, diagnostics) = config::load(&sources, ".");
    Loaded { tree, texts, diagnostics }
}

/// Sources that know the values of root variables.
pub(crate) fn static_sources<'a>(
    site: &Site,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
    files: &'a dyn Sources,
) -> eval::StaticSources<'a> {
    eval::StaticSources { inner: files, settings: session::settings_of(site), variables: inputs.clone() }
}

fn with_dr_files(site: &Site, (tree, mut snapshot): (ModuleTree, Snapshot), said: &mut Said) -> Configuration {
    let mut dr_files = Vec::new();
    match install::dr_files(&site.dir) {
        Ok(files) => {
            snapshot.dr_files.clone_from(&files);
            for (name, text) in files {
                dr_files.push(parse(name, text, said));
            }
        }
        Err(diagnostic) => said.diagnostics.push(diagnostic),
    }
    Configuration { tree: Arc::new(tree), dr_files, snapshot }
}

fn parse(name: Arc<str>, text: Arc<str>, said: &mut Said) -> File {
    said.texts.insert(name.clone(), text.clone());
    let (file, diagnostics) = syntax::parse(name, text);
    said.diagnostics.extend(diagnostics);
    file
}

/// The directory as expressions see it (`path.cwd`).
pub(crate) fn working_directory(dir: &Path) -> String {
    std::env::current_dir().map(|cwd| cwd.join(dir)).unwrap_or_else(|_| dir.to_path_buf()).display().to_string()
}
