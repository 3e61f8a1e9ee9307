//! Packages on their way into the directory of modules.

use super::call::Call;
use crate::fetch::{self, Bearer, Failure, Fetcher};
use crate::module_manifest;
use crate::module_sources::modules_dir;
use crate::registry::Registries;
use crate::source::Source;
use crate::{Place, Version, masked, whole_file};
use diag::Diagnostic;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// Downloads at once.
const PARALLEL: usize = 8;

/// Beginning of the names of directories in which packages are prepared. A run that was killed leaves some; the next one
/// removes them.
const PREPARING: &str = ".fetch-";

const NOT_DOWNLOADED: &str = "Failed to download module";

pub(super) struct Packages<'a> {
    fetcher: &'a Fetcher,
    registries: &'a Registries<'a>,
    /// The directory of modules.
    dir: PathBuf,
    /// The same as the manifest names it.
    shown: String,
    /// One process at a time; freed by the death of the process, too.
    lock: Option<File>,
    /// Packages of this run by address: what is there already is copied.
    placed: BTreeMap<String, PathBuf>,
}

/// Where the package of a call is.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    address: String,
    /// The directory that is meant, with `*` for any name.
    subdirectory: String,
    pub(super) version: Option<Version>,
    /// For the user.
    pub(super) shown: String,
    /// The registry that told.
    registry: Option<String>,
}

/// A package that has been fetched.
pub(super) struct Fetched {
    /// Removed when nobody wants it any more.
    _dir: Option<std::sync::Arc<TempDir>>,
    path: PathBuf,
}

impl<'a> Packages<'a> {
    pub(super) fn new(place: &Place, fetcher: &'a Fetcher, registries: &'a Registries<'a>) -> Packages<'a> {
        let dir = place.data_dir.join("modules");
        let shown = modules_dir(&place.dir, &place.data_dir);
        Packages { fetcher, registries, dir, shown, lock: None, placed: BTreeMap::new() }
    }

    /// Makes sure that no other process installs modules here; true if that was so already.
    pub(super) fn lock(&mut self) -> Result<bool, Diagnostic> {
        if self.lock.is_some() {
            return Ok(true);
        }
        let locked = fs::create_dir_all(&self.dir).and_then(|()| {
            let dir = File::open(&self.dir)?;
            dir.lock()?;
            Ok(dir)
        });
        self.lock = Some(locked.map_err(|error| {
            Diagnostic::error("Modules cannot be installed", format!("{}: {error}.", self.dir.display()))
                .next("Check that the directory may be written to.")
        })?);
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREPARING)) {
                // If it stays, it does no harm.
                let _removed = whole_file::remove(&entry.path());
            }
        }
        Ok(false)
    }

    /// Finds out where the packages of calls are; registries are asked in parallel.
    pub(super) fn resolve(&self, calls: Vec<Call>) -> Vec<(Call, Result<Resolved, Diagnostic>)> {
        let resolved = in_parallel(&calls, |call| self.resolve_one(call));
        calls.into_iter().zip(resolved).collect()
    }

    fn resolve_one(&self, call: &Call) -> Result<Resolved, Diagnostic> {
        let module = match &call.source {
            Source::Registry(module) => module,
            Source::Package(package) => {
                return Ok(Resolved {
                    address: package.address.clone(),
                    subdirectory: package.subdirectory.clone(),
                    version: None,
                    shown: masked::address(&package.address),
                    registry: None,
                });
            }
            Source::Local(path) => {
                let failure = Failure::new(format!("{path} is a path."), "Report this: drform never fetches paths.");
                return Err(call.failed(NOT_DOWNLOADED, failure));
            }
        };
        let not_found = |failure: Failure| {
            let absent = failure.is_absence;
            call.failed(if absent { "Module not found" } else { "Error accessing remote module registry" }, failure)
        };
        let versions = self.registries.versions(module).map_err(not_found)?;
        let allowed = versions.iter().find(|version| call.constraints.allow(version));
        let Some(version) = allowed.cloned() else {
            let newest: Vec<String> = versions.iter().take(12).map(Version::to_string).collect();
            let more = if versions.len() > newest.len() { " and older ones" } else { "" };
            let detail = if call.constraints.is_empty() {
                format!("{} has prereleases only: {}{more}.", module.address(), newest.join(", "))
            } else {
                let constraints = &call.constraints;
                let there = newest.join(", ");
                format!("{} has no version that {constraints} allows; there are {there}{more}.", module.address())
            };
            let next = "Correct the version constraint; a prerelease is taken only when it is named exactly.";
            return Err(call.no_version(detail, next.to_string()));
        };
        let location = self.registries.location(module, &version).map_err(not_found)?;
        let package = fetch::package(&location).map_err(|failure| call.failed(NOT_DOWNLOADED, failure))?;
        let both = [package.subdirectory, module.subdirectory.clone()];
        let both: Vec<String> = both.into_iter().filter(|part| !part.is_empty()).collect();
        Ok(Resolved {
            address: package.address,
            subdirectory: both.join("/"),
            shown: format!("{} {version}", module.address()),
            version: Some(version),
            registry: Some(module.host.clone()),
        })
    }

    /// Fetches packages, each address once.
    pub(super) fn fetch(&self, found: &[(Call, Resolved)]) -> Vec<Result<Fetched, Diagnostic>> {
        let mut addresses: Vec<(&str, Option<Bearer>)> = Vec::new();
        for (_, resolved) in found {
            let known = addresses.iter().any(|(address, _)| *address == resolved.address);
            if !known && !self.placed.contains_key(&resolved.address) {
                // A helper that fails has been told of when the registry was asked.
                let bearer = resolved.registry.as_ref().and_then(|host| self.registries.bearer(host).ok().flatten());
                addresses.push((&resolved.address, bearer));
            }
        }
        let fetched = in_parallel(&addresses, |(address, bearer)| {
            let dir = tempfile::Builder::new().prefix(PREPARING).tempdir_in(&self.dir);
            let dir = dir.map_err(|error| {
                let why = format!("{} cannot be written to: {error}.", self.dir.display());
                Failure::new(why, "Check that there is room and that the directory may be written to.")
            })?;
            self.fetcher.fetch(address, &dir.path().join("package"), bearer.as_ref())?;
            Ok(std::sync::Arc::new(dir))
        });
        let fetched: BTreeMap<&str, Result<std::sync::Arc<TempDir>, Failure>> =
            addresses.iter().map(|(address, _)| *address).zip(fetched).collect();
        let of = |(call, resolved): &(Call, Resolved)| match fetched.get(resolved.address.as_str()) {
            Some(Ok(dir)) => Ok(Fetched { path: dir.path().join("package"), _dir: Some(dir.clone()) }),
            Some(Err(failure)) => Err(call.failed(NOT_DOWNLOADED, failure.clone())),
            None => {
                let path = self.placed.get(&resolved.address).cloned().unwrap_or_default();
                Ok(Fetched { path, _dir: None })
            }
        };
        found.iter().map(of).collect()
    }

    /// Puts a package into the place of a module; the module's directory, as the manifest names it.
    pub(super) fn put(&mut self, call: &Call, resolved: &Resolved, package: &Fetched) -> Result<String, Diagnostic> {
        let key = module_manifest::key(&call.path);
        // Another call of this round may have moved it already.
        let from = match self.placed.get(&resolved.address) {
            Some(placed) => placed.clone(),
            None => package.path.clone(),
        };
        let inside = fetch::subdirectory(&from, &resolved.subdirectory)
            .map_err(|failure| call.failed("Unreadable module subdirectory", failure))?;
        let place = self.dir.join(&key);
        let moved = if self.placed.contains_key(&resolved.address) {
            self.copy(&from, &place)
        } else {
            whole_file::remove(&place).and_then(|()| fs::rename(&from, &place))
        };
        moved.map_err(|error| {
            let why = format!("It was not put into {}: {error}.", place.display());
            call.failed(NOT_DOWNLOADED, Failure::new(why, "Check that the directory may be written to."))
        })?;
        self.placed.entry(resolved.address.clone()).or_insert(place);
        let inside = if inside.is_empty() { String::new() } else { format!("/{inside}") };
        Ok(format!("{}/{key}{inside}", self.shown))
    }

    fn copy(&self, from: &Path, place: &Path) -> std::io::Result<()> {
        let dir = tempfile::Builder::new().prefix(PREPARING).tempdir_in(&self.dir)?;
        let copy = dir.path().join("package");
        whole_file::copy_tree(from, &copy)?;
        whole_file::remove(place)?;
        fs::rename(copy, place)
    }
}

/// Does something for each item, several at a time; the results are in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if let [item] = items {
        return vec![work(item)];
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL.min(items.len()) {
            scope.spawn(|| {
                while let Some((at, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    let result = work(item);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
