//! Files of modules: those of directories, and those that were installed.

use crate::module_manifest::{self, ModuleManifest};
use crate::text_file;
use addrs::ModulePath;
use diag::Diagnostic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Supplies the files of modules. Directories are named relative to the root module, as people type them.
#[derive(Clone, Debug)]
pub struct ModuleSources {
    dir: PathBuf,
    manifest: Result<ModuleManifest, Diagnostic>,
}

impl ModuleSources {
    /// The modules below a root module's directory; installed ones as the manifest in the data directory says.
    pub fn new(dir: &Path, data_dir: &Path) -> ModuleSources {
        ModuleSources { dir: dir.to_path_buf(), manifest: module_manifest::read(data_dir) }
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
        if is_local(source) {
            let dir = joined(from_dir, source);
            return match std::fs::metadata(self.dir.join(&dir)) {
                Ok(found) if found.is_dir() => Ok(dir.into()),
                Ok(_) => Err(unreadable(&dir, &std::io::Error::other("it is not a directory"))),
                Err(error) => Err(unreadable(&dir, &error)),
            };
        }
        self.installed(source, module)
    }
}

impl ModuleSources {
    fn installed(&self, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let manifest = self.manifest.as_ref().map_err(Diagnostic::clone)?;
        let Some(entry) = manifest.entry(module) else {
            let detail = format!("{module} comes from {source:?} and is not installed in this directory.");
            return Err(Diagnostic::error("Module not installed", detail).next(
                "drform does not download modules yet: run terraform init once, or copy the module below this \
                 directory and call it by its path (./…).",
            ));
        };
        if !module_manifest::same_source(&entry.source, source) {
            let detail =
                format!("{module} was installed from {:?}; the configuration now says {source:?}.", entry.source);
            return Err(Diagnostic::error("Module source has changed", detail)
                .next("drform does not download modules yet: run terraform init once more."));
        }
        Ok(joined(".", &entry.dir).into())
    }
}

/// True for a source that is a path: only these two beginnings are.
pub(crate) fn is_local(source: &str) -> bool {
    source == "." || source == ".." || source.starts_with("./") || source.starts_with("../")
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
