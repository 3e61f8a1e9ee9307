//! Files of modules: those of directories, and those that were installed.

use crate::module_manifest::{self, ModuleManifest};
use crate::source::{self, Source};
use crate::{masked, text_file};
use addrs::ModulePath;
use diag::Diagnostic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Supplies the files of modules. Directories are named relative to the root module, as people type them.
#[derive(Clone, Debug)]
pub struct ModuleSources {
    dir: PathBuf,
    modules_dir: String,
    manifest: Result<ModuleManifest, Diagnostic>,
}

/// Summary of what `init` puts right: there is no such module yet.
pub(crate) const NOT_INSTALLED: &str = "Module not installed";

/// Summary of what `init` puts right: there is another one.
pub(crate) const SOURCE_CHANGED: &str = "Module source has changed";

impl ModuleSources {
    /// The modules below a root module's directory; installed ones as the manifest in the data directory says.
    pub fn new(dir: &Path, data_dir: &Path) -> ModuleSources {
        ModuleSources::with(dir, data_dir, module_manifest::read(data_dir))
    }

    /// The same, with a manifest that is being made.
    pub(crate) fn with(dir: &Path, data_dir: &Path, manifest: Result<ModuleManifest, Diagnostic>) -> ModuleSources {
        ModuleSources { dir: dir.to_path_buf(), modules_dir: modules_dir(dir, data_dir), manifest }
    }
}

impl config::Sources for ModuleSources {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        let path = self.dir.join(dir);
        let names = text_file::list(&path).map_err(|error| unreadable(dir, &error))?;
        let named = |name: &str| if dir == "." { name.to_string() } else { format!("{dir}/{name}") };
        names
            .iter()
            .filter(|name| config::is_configuration_file(name))
            .map(|name| match text_file::read(&path.join(name)) {
                Ok(text) => Ok((named(name).into(), text)),
                Err(trouble) => Err(trouble.about("Failed to read file", &named(name))),
            })
            .collect()
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        match source::parse(source) {
            Ok(Source::Local(path)) => self.local(from_dir, &path),
            Ok(source) => self.installed(&source, module),
            Err(error) => Err(Diagnostic::error("Invalid module source address", error.why).next(error.next)),
        }
    }

    fn hides(&self, source: &str) -> bool {
        masked::hides(source)
    }
}

impl ModuleSources {
    fn local(&self, from_dir: &str, path: &str) -> Result<Arc<str>, Diagnostic> {
        let dir = joined(from_dir, path);
        if let Some(package) = self.package_of(from_dir)
            && !is_below(&dir, package)
        {
            let detail = format!("The path {path:?} leads out of the package that the calling module came in.");
            return Err(Diagnostic::error("Local module path escapes module package", detail)
                .next("Call the other module by the address of its own package."));
        }
        match std::fs::metadata(self.dir.join(&dir)) {
            Ok(found) if found.is_dir() => Ok(dir.into()),
            Ok(_) => Err(unreadable(&dir, &std::io::Error::other("it is not a directory"))),
            Err(error) => Err(unreadable(&dir, &error)),
        }
    }

    /// The directory of the package that a directory belongs to; `None` outside of packages.
    fn package_of<'d>(&self, dir: &'d str) -> Option<&'d str> {
        let inside = dir.strip_prefix(&self.modules_dir)?.strip_prefix('/')?;
        let end = inside.find('/').map_or(dir.len(), |at| dir.len() - inside.len() + at);
        dir.get(..end)
    }

    fn installed(&self, source: &Source, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let manifest = self.manifest.as_ref().map_err(Diagnostic::clone)?;
        let shown = masked::address(&source.to_string());
        let Some(entry) = manifest.entry(module) else {
            let detail = format!("{module} comes from {shown:?} and is not installed in this directory.");
            return Err(Diagnostic::error(NOT_INSTALLED, detail).next("Run drform init: it downloads modules."));
        };
        if !module_manifest::same_source(&entry.source, source) {
            let before = masked::address(&entry.source);
            let detail = format!("{module} was installed from {before:?}; the configuration now says {shown:?}.");
            return Err(Diagnostic::error(SOURCE_CHANGED, detail).next("Run drform init: it replaces the module."));
        }
        let dir = joined(".", &entry.dir);
        if !self.dir.join(&dir).is_dir() {
            let detail = format!("{module} was installed in {dir}, and is no longer there.");
            return Err(Diagnostic::error(NOT_INSTALLED, detail).next("Run drform init: it downloads modules."));
        }
        Ok(dir.into())
    }
}

/// The directory of installed modules, as the manifest names directories: relative to the root module where it can be.
pub(crate) fn modules_dir(dir: &Path, data_dir: &Path) -> String {
    let data_dir = data_dir.strip_prefix(dir).unwrap_or(data_dir).display().to_string();
    joined(".", &format!("{data_dir}/modules"))
}

/// Whether a directory that the manifest names is gone.
pub(crate) fn is_missing(root: &Path, dir: &str) -> bool {
    !root.join(dir).is_dir()
}

fn is_below(dir: &str, above: &str) -> bool {
    dir.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `path` seen from `base`, without `.` and with `..` only in front: names are compared and shown.
pub(crate) fn joined(base: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_string();
    }
    let rooted = base.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            ("..", None) if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_string(),
        (false, false) => joined,
    }
}

fn unreadable(dir: &str, error: &std::io::Error) -> Diagnostic {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_string(),
        _ => error.to_string(),
    };
    Diagnostic::error("Unreadable module directory", format!("The directory {dir} could not be read: {reason}."))
        .next("Check the path; it is relative to the module that it is written in.")
}

#[cfg(test)]
mod tests;
