//! The files of a configuration, kept while it is read, so that a saved plan can be read from them again.

use addrs::ModulePath;
use config::Sources;
use diag::Diagnostic;
use saved::{CalledModule, ModuleDir, Snapshot};
use std::cell::RefCell;
use std::sync::Arc;

/// Sources that remember what they gave.
pub(crate) struct Recorded<'s> {
    inner: &'s dyn Sources,
    snapshot: RefCell<Snapshot>,
}

impl<'s> Recorded<'s> {
    /// Nothing was read yet.
    pub(crate) fn new(inner: &'s dyn Sources) -> Recorded<'s> {
        Recorded { inner, snapshot: RefCell::default() }
    }

    /// Everything that was read.
    pub(crate) fn taken(self) -> Snapshot {
        self.snapshot.into_inner()
    }
}

impl Sources for Recorded<'_> {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        let files = self.inner.module_files(dir)?;
        let mut snapshot = self.snapshot.borrow_mut();
        if !snapshot.directories.iter().any(|known| known.dir.as_ref() == dir) {
            snapshot.directories.push(ModuleDir { dir: dir.into(), files: files.clone() });
        }
        Ok(files)
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let dir = self.inner.resolve(from_dir, source, module)?;
        let call =
            CalledModule { from_dir: from_dir.into(), source: source.into(), module: module.clone(), dir: dir.clone() };
        self.snapshot.borrow_mut().calls.push(call);
        Ok(dir)
    }

    fn hides(&self, source: &str) -> bool {
        self.inner.hides(source)
    }
}

/// Sources that give what was kept.
pub(crate) struct Replayed<'s> {
    /// What was kept.
    pub(crate) snapshot: &'s Snapshot,
    /// Who knows which sources hold secrets.
    pub(crate) hiding: &'s dyn Sources,
}

impl Sources for Replayed<'_> {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        let found = self.snapshot.directories.iter().find(|known| known.dir.as_ref() == dir);
        found.map(|found| found.files.clone()).ok_or_else(|| missing(dir))
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let same = |call: &&CalledModule| {
            call.from_dir.as_ref() == from_dir && call.source.as_ref() == source && call.module == *module
        };
        self.snapshot.calls.iter().find(same).map(|call| call.dir.clone()).ok_or_else(|| missing(&module.to_string()))
    }

    fn hides(&self, source: &str) -> bool {
        self.hiding.hides(source)
    }
}

fn missing(what: &str) -> Diagnostic {
    Diagnostic::error("The saved plan is incomplete", format!("It lacks the files of {what}."))
        .next("Make a new plan with drform plan -out=FILE.")
}
