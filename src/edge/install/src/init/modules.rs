//! Modules: found, fetched, put into place, recorded.
//!
//! The configuration is loaded as often as there are levels of modules that are not there yet: each time all of them are
//! fetched, at once and in parallel. Whatever happens on the way, the manifest on disk names nothing that is not there
//! whole.

mod call;
mod packages;

use super::Upgrade;
use crate::cli_config;
use crate::fetch::Fetcher;
use crate::module_manifest::{self, InstalledModule, ModuleManifest};
use crate::module_sources::{self, ModuleSources, NOT_INSTALLED, SOURCE_CHANGED};
use crate::registry::Registries;
use crate::source::{self, Source};
use crate::{Constraints, Place, Version, masked, whole_file};
use addrs::ModulePath;
use call::Call;
use config::{ModuleTree, Sources};
use diag::{Diagnostic, Diagnostics, SourceTexts};
use packages::Packages;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A configuration with its modules.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The modules.
    pub tree: ModuleTree,
    /// Every text that was read.
    pub texts: SourceTexts,
    /// All troubles.
    pub diagnostics: Diagnostics,
}

/// Which command installs modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `init`: says so first, and has more to do afterwards.
    Init,
    /// `get`: modules and nothing else.
    Get,
}

impl Loaded {
    /// The configuration of a directory where nothing needs evaluation.
    pub fn plain(sources: &dyn Sources) -> Loaded {
        let (tree, texts, diagnostics) = config::load(sources, ".");
        Loaded { tree, texts, diagnostics }
    }
}

/// Loads a configuration and installs what is missing of its modules. Lines for the user are said as things happen.
/// Where nothing is missing nothing is asked of anybody, and nothing is written. `read` loads the configuration from
/// sources: whoever can evaluate does it there, for `source` and `version` may have variables in them.
pub fn install_modules(
    place: &Place,
    upgrade: Upgrade,
    purpose: Purpose,
    read: &dyn Fn(&dyn Sources) -> Loaded,
    say: &mut dyn FnMut(&str),
) -> Loaded {
    let (config, troubles) = cli_config::read(&place.settings);
    let fetcher = Fetcher::new(&place.settings);
    let registries = Registries::new(&fetcher, &config);
    let mut installation = Installation {
        place,
        upgrade,
        packages: Packages::new(place, &fetcher, &registries),
        before: ModuleManifest::default(),
        known: ModuleManifest::default(),
        failed: BTreeMap::new(),
        said: BTreeSet::new(),
        read,
        say,
    };
    installation.read_manifest();
    let mut loaded = installation.run(purpose);
    if purpose == Purpose::Get {
        loaded.diagnostics.extend(troubles);
    }
    loaded
}

struct Installation<'a> {
    place: &'a Place,
    upgrade: Upgrade,
    packages: Packages<'a>,
    /// What the manifest on disk says.
    before: ModuleManifest,
    /// What is installed, as far as it is still right.
    known: ModuleManifest,
    /// Calls of which the module could not be had.
    failed: BTreeMap<ModulePath, Diagnostic>,
    /// Modules that the user has been told of.
    said: BTreeSet<ModulePath>,
    read: &'a dyn Fn(&dyn Sources) -> Loaded,
    say: &'a mut dyn FnMut(&str),
}

impl Installation<'_> {
    fn read_manifest(&mut self) {
        // One that cannot be read is made anew.
        self.before = module_manifest::read(&self.place.data_dir).unwrap_or_default();
        self.known = match self.upgrade {
            Upgrade::No => self.before.clone(),
            Upgrade::Yes => ModuleManifest::default(),
        };
    }

    fn run(&mut self, purpose: Purpose) -> Loaded {
        let mut first = true;
        loop {
            let mut loaded = self.load();
            let calls_modules = loaded.tree.modules.values().any(|module| !module.module_calls.is_empty());
            if std::mem::take(&mut first) && calls_modules && purpose == Purpose::Init {
                let upgrading = self.upgrade == Upgrade::Yes;
                (self.say)(if upgrading { "Upgrading modules..." } else { "Initializing modules..." });
            }
            // What is wrong with the configuration would be wrong afterwards, too.
            let missing = |d: &Diagnostic| d.summary == NOT_INSTALLED || d.summary == SOURCE_CHANGED;
            let others: Diagnostics = loaded.diagnostics.iter().filter(|d| !missing(d)).cloned().collect();
            self.announce(&loaded.tree);
            let wanted = self.wanted(&loaded.tree);
            if !others.has_errors() && !wanted.is_empty() {
                match self.packages.lock() {
                    Ok(true) => self.fetch(wanted),
                    // Another process may have installed them by now.
                    Ok(false) => self.read_manifest(),
                    Err(trouble) => {
                        loaded.diagnostics = trouble.into();
                        return loaded;
                    }
                }
                continue;
            }
            loaded.diagnostics = others;
            loaded.diagnostics.extend(self.failed.values().cloned());
            loaded.diagnostics.extend(misplaced_versions(&loaded.tree));
            if calls_modules {
                loaded.diagnostics.extend(self.save(&loaded.tree));
            }
            return loaded;
        }
    }

    fn load(&self) -> Loaded {
        let sources = ModuleSources::with(&self.place.dir, &self.place.data_dir, Ok(self.known.clone()));
        (self.read)(&sources)
    }

    /// Says where modules are that were not there before.
    fn announce(&mut self, tree: &ModuleTree) {
        for module in tree.modules.values().filter(|module| !module.path.is_root() && is_somewhere(module)) {
            let entry = self.entry(tree, module);
            let known = self.upgrade == Upgrade::No && self.before.modules.contains(&entry);
            let stale = self.failed.contains_key(&module.path);
            if !known && !stale && self.said.insert(module.path.clone()) {
                (self.say)(&format!("- {} in {}", entry.key, entry.dir));
            }
        }
    }

    /// The calls whose modules have to be fetched.
    fn wanted(&mut self, tree: &ModuleTree) -> Vec<Call> {
        let mut wanted: Vec<Call> = Vec::new();
        for module in tree.modules.values() {
            // What is below a module that is replaced goes with it.
            if wanted.iter().any(|call| module.path.0.starts_with(&call.path.0)) {
                continue;
            }
            for written in module.module_calls.values() {
                let path = module.path.child(written.name.clone());
                let Ok(source @ (Source::Package(_) | Source::Registry(_))) = source::parse(&written.source) else {
                    continue;
                };
                if self.failed.contains_key(&path) || self.is_installed(&path, &source, written) {
                    continue;
                }
                match Call::new(tree, path.clone(), source, written) {
                    Ok(call) => wanted.push(call),
                    Err(trouble) => {
                        self.failed.insert(path, trouble);
                    }
                }
            }
        }
        for call in &wanted {
            self.known.modules.retain(|entry| !is_of(&entry.key, &module_manifest::key(&call.path)));
        }
        wanted
    }

    fn is_installed(&self, path: &ModulePath, source: &Source, call: &config::ModuleCall) -> bool {
        self.known.entry(path).is_some_and(|entry| {
            module_manifest::same_source(&entry.source, source)
                && self.place.dir.join(&entry.dir).is_dir()
                && version_is_allowed(entry, call) != Some(false)
        })
    }

    fn fetch(&mut self, wanted: Vec<Call>) {
        let resolved = self.packages.resolve(wanted);
        let mut found = Vec::new();
        for (call, resolved) in resolved {
            match resolved {
                Ok(resolved) => {
                    (self.say)(&format!("Downloading {} for {}...", resolved.shown, module_manifest::key(&call.path)));
                    found.push((call, resolved));
                }
                Err(trouble) => {
                    self.failed.insert(call.path, trouble);
                }
            }
        }
        let fetched = self.packages.fetch(&found);
        // Until the new ones are in place and recorded, the manifest on disk does not name the old ones. Where there is
        // no new one, the old one stays.
        let came = found.iter().zip(&fetched).filter(|(_, package)| package.is_ok());
        let keys: Vec<String> = came.map(|((call, _), _)| module_manifest::key(&call.path)).collect();
        let replaced = |entry: &InstalledModule| keys.iter().any(|key| is_of(&entry.key, key));
        if self.before.modules.iter().any(replaced) {
            let mut without = self.before.clone();
            without.modules.retain(|entry| !replaced(entry));
            if let Err(trouble) = write(self.place, &without) {
                self.failed.extend(found.into_iter().map(|(call, _)| (call.path, trouble.clone())));
                return;
            }
            self.before = without;
        }
        for ((call, resolved), package) in found.into_iter().zip(fetched) {
            match package.and_then(|package| self.packages.put(&call, &resolved, &package)) {
                Ok(dir) => self.known.modules.push(InstalledModule {
                    key: module_manifest::key(&call.path),
                    source: call.source.to_string(),
                    version: resolved.version.map_or_else(String::new, |version| version.to_string()),
                    dir,
                }),
                Err(trouble) => {
                    self.failed.insert(call.path, trouble);
                }
            }
        }
    }

    /// Writes the manifest of the modules that are called, if it is another one than before.
    fn save(&self, tree: &ModuleTree) -> Diagnostics {
        let mut now = ModuleManifest {
            modules: tree.modules.values().filter(|m| is_somewhere(m)).map(|m| self.entry(tree, m)).collect(),
        };
        let failed: Vec<String> = self.failed.keys().map(module_manifest::key).collect();
        let kept = self.before.modules.iter().filter(|entry| failed.iter().any(|key| is_of(&entry.key, key)));
        now.modules.extend(kept.cloned());
        now.modules.sort_by(|a, b| a.key.cmp(&b.key));
        if now == self.before {
            return Diagnostics::new();
        }
        write(self.place, &now).err().map(Diagnostics::from).unwrap_or_default()
    }

    fn entry(&self, tree: &ModuleTree, module: &config::Module) -> InstalledModule {
        let source = tree.call_of(&module.path).and_then(|call| source::parse(&call.source).ok());
        let entry = InstalledModule {
            key: module_manifest::key(&module.path),
            source: source.as_ref().map_or_else(String::new, Source::to_string),
            version: String::new(),
            dir: module.dir.to_string(),
        };
        match (source, self.known.entry(&module.path)) {
            (Some(Source::Package(_) | Source::Registry(_)), Some(installed)) => installed.clone(),
            _ => entry,
        }
    }
}

/// Whether a module has a directory. Those without one only hold the calls of tests.
fn is_somewhere(module: &config::Module) -> bool {
    !module.dir.is_empty()
}

fn write(place: &Place, manifest: &ModuleManifest) -> Result<(), Diagnostic> {
    let path = module_manifest::path(&place.data_dir);
    whole_file::write(&path, &module_manifest::text(manifest)).map_err(|error| {
        Diagnostic::error("Failed to write module manifest", format!("{}: {error}.", path.display()))
            .next("Check that the directory may be written to.")
    })
}

/// Whether a key is that of a module or of one below it.
fn is_of(key: &str, module: &str) -> bool {
    key.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether the installed version is one that the call allows; `None` where versions do not matter.
fn version_is_allowed(entry: &InstalledModule, call: &config::ModuleCall) -> Option<bool> {
    let constraints = Constraints::parse(&call.version.as_ref()?.text).ok()?;
    let version = Version::parse(&entry.version).ok()?;
    Some(constraints.allow(&version))
}

/// Compares the installed modules with the versions that the configuration allows: for every command but `init`.
pub fn check_module_versions(dir: &Path, data_dir: &Path, tree: &ModuleTree) -> Diagnostics {
    let manifest = module_manifest::read(data_dir).unwrap_or_default();
    let mut diagnostics = Diagnostics::new();
    for path in tree.modules.keys() {
        let (Some(call), Some(entry)) = (tree.call_of(path), manifest.entry(path)) else { continue };
        if version_is_allowed(entry, call) != Some(false) || module_sources::is_missing(dir, &entry.dir) {
            continue;
        }
        let place = call.version.as_ref().map_or(&call.source_range, |version| &version.range);
        let detail =
            format!("{path} is installed in version {}, which the constraint no longer allows.", entry.version);
        diagnostics.push(
            Diagnostic::error("Module version requirements have changed", detail)
                .at(place.clone())
                .next("Run drform init: it installs another version."),
        );
    }
    diagnostics
}

/// A module that a configuration calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledModule {
    /// Where it stands in the tree.
    pub path: ModulePath,
    /// Its source in the long form, without secrets.
    pub source: String,
    /// Its version, for modules of a registry; otherwise empty.
    pub version: String,
    /// Its directory.
    pub dir: String,
}

/// All modules that a configuration calls, each before those that it calls itself.
pub fn called_modules(data_dir: &Path, tree: &ModuleTree) -> Vec<CalledModule> {
    let manifest = module_manifest::read(data_dir).unwrap_or_default();
    let called = tree.modules.values().filter_map(|module| {
        let call = tree.call_of(&module.path)?;
        let source = source::parse(&call.source).map_or_else(|_| call.source.to_string(), |source| source.to_string());
        Some(CalledModule {
            path: module.path.clone(),
            source: masked::address(&source),
            version: manifest.entry(&module.path).map(|entry| entry.version.clone()).unwrap_or_default(),
            dir: module.dir.to_string(),
        })
    });
    called.collect()
}

/// Versions of what has none.
fn misplaced_versions(tree: &ModuleTree) -> Diagnostics {
    let calls = tree.modules.values().flat_map(|module| module.module_calls.values());
    let misplaced = calls.filter_map(|call| {
        let version = call.version.as_ref()?;
        let why = match source::parse(&call.source).ok()? {
            Source::Registry(_) => return None,
            Source::Local(_) => "it has a path",
            Source::Package(_) => "it does not come from a registry",
        };
        let detail = format!("Module {:?} cannot have a version: {why}.", call.name);
        Some(
            Diagnostic::error("Invalid version constraint", detail)
                .at(version.range.clone())
                .next("Remove the argument version; a package of git has the argument ref in its address (?ref=…)."),
        )
    });
    misplaced.collect()
}

#[cfg(test)]
mod tests;
