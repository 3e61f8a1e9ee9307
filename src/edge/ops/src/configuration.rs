//! Reading the configuration: `.tf` files into a module tree, `*.dr.hcl` files beside them.

use crate::providers::place;
use crate::{Said, Site};
use config::ModuleTree;
use install::{Purpose, Upgrade};
use std::path::Path;
use std::sync::Arc;
use syntax::File;

/// What the directory says.
pub(crate) struct Configuration {
    pub(crate) tree: Arc<ModuleTree>,
    pub(crate) dr_files: Vec<File>,
}

/// Reads and checks the configuration of a directory, or nothing where there is none: for what looks at the state only.
pub(crate) fn read_if_any(site: &Site, said: &mut Said) -> Configuration {
    if is_empty(site) {
        return Configuration { tree: Arc::default(), dr_files: Vec::new() };
    }
    read(site, said)
}

/// Whether a directory has no configuration files at all.
pub fn is_empty(site: &Site) -> bool {
    let sources = install::ModuleSources::new(&site.dir, &site.data_dir());
    config::Sources::module_files(&sources, ".").is_ok_and(|files| files.is_empty())
}

/// Reads and checks the configuration of a directory.
pub(crate) fn read(site: &Site, said: &mut Said) -> Configuration {
    let sources = install::ModuleSources::new(&site.dir, &site.data_dir());
    let (tree, texts, diagnostics) = config::load(&sources, ".");
    said.texts = texts;
    said.diagnostics.extend(diagnostics);
    said.diagnostics.extend(install::check_module_versions(&site.dir, &site.data_dir(), &tree));
    with_dr_files(site, tree, said)
}

/// The same, with modules installed as far as they are missing; `say` hears what happens.
pub(crate) fn install(
    site: &Site,
    upgrade: Upgrade,
    purpose: Purpose,
    say: &mut dyn FnMut(&str),
    said: &mut Said,
) -> Configuration {
    let loaded = install::install_modules(&place(site), upgrade, purpose, say);
    said.texts = loaded.texts;
    said.diagnostics.extend(loaded.diagnostics);
    with_dr_files(site, loaded.tree, said)
}

fn with_dr_files(site: &Site, tree: ModuleTree, said: &mut Said) -> Configuration {
    let mut dr_files = Vec::new();
    match install::dr_files(&site.dir) {
        Ok(files) => {
            for (name, text) in files {
                dr_files.push(parse(name, text, said));
            }
        }
        Err(diagnostic) => said.diagnostics.push(diagnostic),
    }
    Configuration { tree: Arc::new(tree), dr_files }
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
