//! What functions such as `file()` read while something is planned: a saved plan is not applied when it has changed since.

use eval::functions::{Entry, FileSource};
use install::ModuleFiles;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a site, and digests of those that were read.
pub(crate) struct FilesRead {
    inner: ModuleFiles,
    digests: Mutex<BTreeMap<Arc<str>, Arc<str>>>,
}

impl FilesRead {
    /// Nothing was read yet.
    pub(crate) fn new(dir: &Path) -> FilesRead {
        FilesRead { inner: ModuleFiles::new(dir), digests: Mutex::default() }
    }

    /// SHA-256 of each file that was read, by its path as the function had it.
    pub(crate) fn digests(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FileSource for FilesRead {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let bytes = self.inner.read(path)?;
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests.entry(path.into()).or_insert_with(|| saved::sha256(&bytes).into());
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        self.inner.exists(path)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, String> {
        self.inner.list(directory)
    }
}

/// Files that are there and are not what they were. One that is gone is missed only by whoever reads it again.
pub(crate) fn changed(dir: &Path, digests: &BTreeMap<Arc<str>, Arc<str>>) -> Vec<Arc<str>> {
    let files = ModuleFiles::new(dir);
    let differs = |(path, digest): &(&Arc<str>, &Arc<str>)| {
        files.read(path).is_ok_and(|bytes| saved::sha256(&bytes).as_str() != digest.as_ref())
    };
    digests.iter().filter(differs).map(|(path, _)| path.clone()).collect()
}
