//! The executable of a provider, for operations that start it.

use crate::cli_config::{self, CliConfig};
use crate::lock_file::{self, LockFile, Locked};
use crate::mirror::{self, Found};
use crate::package::{self, Package};
use crate::platform::platform;
use crate::requirements::{Requirement, requirement};
use crate::search::search;
use crate::{Place, Version};
use addrs::{DEFAULT_HOST, Provider};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A provider that can be started, or that runs already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderBinary {
    /// The executable; empty for one that runs already.
    pub path: PathBuf,
    /// Its version, where one is known.
    pub version: Option<Version>,
    /// How it was found.
    pub how: How,
    /// `TF_REATTACH_PROVIDERS` as a whole, for one that runs already.
    pub reattach: Option<Arc<str>>,
}

/// How a provider was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It runs already, says `TF_REATTACH_PROVIDERS`.
    Reattach,
    /// `dev_overrides` in the CLI configuration.
    DevOverride,
    /// `init` put it into the data directory.
    Installed,
    /// Ours, beside our executable.
    Own,
}

/// True when somebody who develops the provider put a process or directory of their own in its place.
pub fn is_overridden(place: &Place, provider: &Provider) -> bool {
    reattach(place, provider).is_ok_and(|text| text.is_some())
        || cli_config::read(&place.settings).0.dev_override(provider).is_some()
}

/// The warning that somebody's own builds stand in for packages, if they do.
pub fn overrides_in_effect(place: &Place) -> Option<Diagnostic> {
    let (config, _) = cli_config::read(&place.settings);
    if config.dev_overrides.is_empty() {
        return None;
    }
    let overrides = config.dev_overrides.iter();
    let lines: Vec<String> =
        overrides.map(|(provider, dir)| format!("{} in {}", provider.short(), dir.display())).collect();
    let detail = format!(
        "The following provider development overrides are set in the CLI configuration:{}\nThe behavior may therefore \
         not match any released version of the provider and applying changes may cause the state to become incompatible \
         with published releases.",
        bullets(&lines)
    );
    Some(
        Diagnostic::warning("Provider development overrides are in effect", detail)
            .next("To use packages again, take dev_overrides out of the CLI configuration."),
    )
}

/// Finds a provider: running already, overridden, installed as the lock file says, or our own.
///
/// # Errors
/// When it is nowhere, or is not what the lock file says.
pub fn find_provider(place: &Place, tree: &ModuleTree, provider: &Provider) -> Result<ProviderBinary, Diagnostic> {
    if let Some(text) = reattach(place, provider)? {
        let path = PathBuf::new();
        return Ok(ProviderBinary { path, version: None, how: How::Reattach, reattach: Some(text) });
    }
    let (config, diagnostics) = cli_config::read(&place.settings);
    first_error(diagnostics)?;
    if let Some(dir) = config.dev_override(provider) {
        return overridden(&place.dir.join(dir), provider);
    }
    let (lock, diagnostics) = lock_file::read(&place.dir);
    first_error(diagnostics)?;
    let wanted = requirement(tree, provider)?;
    let binary = match (lock.locked(provider), own(place, provider)) {
        // Ours needs no package, whoever locked one: it is part of drform.
        (Some((_, locked)), Some(own)) if cached(place, provider, &locked.version).is_none() => {
            check_own(own, provider, &wanted)
        }
        (Some((_, locked)), _) => installed(place, provider, locked, &wanted),
        (None, Some(own)) => check_own(own, provider, &wanted),
        (None, None) => Err(not_locked(place, &config, &lock, provider)),
    };
    binary.map_err(|trouble| match wanted.range() {
        Some(range) => trouble.at_if_missing(range),
        None => trouble,
    })
}

/// `TF_REATTACH_PROVIDERS`, if it names the provider.
pub(crate) fn reattach(place: &Place, provider: &Provider) -> Result<Option<Arc<str>>, Diagnostic> {
    let Some(text) = &place.settings.reattach_providers else { return Ok(None) };
    let entries: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).map_err(|error| {
        Diagnostic::error(
            "Invalid TF_REATTACH_PROVIDERS",
            format!("It is not a JSON object by provider address: {error}."),
        )
        .next("Copy the line that the provider printed when it was started with --debug, or unset the variable.")
    })?;
    let named = entries.keys().any(|key| addrs::parse_provider(key).is_ok_and(|key| key.same_as(provider)));
    Ok(named.then(|| text.clone()))
}

fn overridden(dir: &Path, provider: &Provider) -> Result<ProviderBinary, Diagnostic> {
    let wrong = |why: String| {
        let detail = format!("dev_overrides has {} for {}: {why}.", dir.display(), provider.short());
        Diagnostic::error("Failed to load provider override", detail)
            .next("Build the provider into that directory, or take the entry out of the CLI configuration.")
    };
    // Unlike a package, it may be the executable itself.
    if dir.is_file() {
        let path = dir.to_path_buf();
        return Ok(ProviderBinary { path, version: None, how: How::DevOverride, reattach: None });
    }
    match package::executable(dir, &provider.kind) {
        Ok(Some(path)) => Ok(ProviderBinary { path, version: None, how: How::DevOverride, reattach: None }),
        Ok(None) => Err(wrong(format!("there is no {}* in it", package::executable_name(&provider.kind)))),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// Our own provider beside our executable.
pub(crate) fn own(place: &Place, provider: &Provider) -> Option<ProviderBinary> {
    let ours = Provider { host: DEFAULT_HOST.into(), namespace: "drform".into(), kind: provider.kind.clone() };
    if !provider.same_as(&ours) {
        return None;
    }
    let dir = place.executable_dir.as_ref()?;
    let path = package::executable(dir, &provider.kind).ok()??;
    let version = Version::parse(env!("CARGO_PKG_VERSION")).ok();
    Some(ProviderBinary { path, version, how: How::Own, reattach: None })
}

/// Our providers have our version.
pub(crate) fn check_own(
    own: ProviderBinary,
    provider: &Provider,
    wanted: &Requirement,
) -> Result<ProviderBinary, Diagnostic> {
    // A build on the way to a version counts as that version.
    let released = own.version.as_ref().map(|version| Version { prerelease: String::new(), ..version.clone() });
    match released {
        Some(version) if !wanted.constraints.allow(&version) => Err(Diagnostic::error(
            "Unsupported provider version",
            format!(
                "{} comes with drform and has version {version}; the configuration asks for {}.",
                provider.short(),
                wanted.constraints
            ),
        )
        .next("Widen the version constraint, or use the drform of that version.")),
        _ => Ok(own),
    }
}

/// The package in the data directory that the lock file names.
fn installed(
    place: &Place,
    provider: &Provider,
    locked: &Locked,
    wanted: &Requirement,
) -> Result<ProviderBinary, Diagnostic> {
    let Locked { version, hashes, .. } = locked;
    if !wanted.constraints.allow(version) {
        let detail = format!(
            "{}: locked version selection {version} doesn't match the updated version constraints \"{}\".",
            provider.short(),
            wanted.constraints
        );
        return Err(Diagnostic::error("Inconsistent dependency lock file", detail)
            .next("Run drform init -upgrade to choose a version that matches."));
    }
    let root = providers_dir(place);
    let Some(found) = cached(place, provider, version) else {
        let detail =
            format!("There is no package of {} {version} for {} in {}.", provider.short(), platform(), root.display());
        return Err(Diagnostic::error("Required plugins are not installed", detail).next("Run drform init."));
    };
    let broken = |why: String| {
        let detail = format!("{}: {why}.", found.package.path().display());
        Diagnostic::error("Required plugins are not installed", detail)
            .next("Remove that directory and run drform init: the package is installed again.")
    };
    let matches = hashes.is_empty() || found.package.matches_any(hashes).map_err(|error| broken(error.to_string()))?;
    if !matches {
        return Err(mismatch(provider, version, found.package.path()));
    }
    match package::executable(found.package.path(), &provider.kind) {
        Ok(Some(path)) => {
            let version = Some(version.clone());
            Ok(ProviderBinary { path, version, how: How::Installed, reattach: None })
        }
        Ok(None) => Err(broken(format!("there is no executable {}*", package::executable_name(&provider.kind)))),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// `.terraform/providers`
pub(crate) fn providers_dir(place: &Place) -> PathBuf {
    place.data_dir.join("providers")
}

/// The package of a version in the data directory.
pub(crate) fn cached(place: &Place, provider: &Provider, version: &Version) -> Option<Found> {
    let root = providers_dir(place);
    mirror::addresses(provider).into_iter().find_map(|provider| {
        let dir = mirror::package_dir(&root, &provider, version, &platform());
        let version = version.clone();
        dir.is_dir().then_some(Found { provider, version, package: Package::Unpacked(dir) })
    })
}

fn mismatch(provider: &Provider, version: &Version, path: &Path) -> Diagnostic {
    let detail = format!(
        "The package of {} {version} in {} does not match any of the checksums recorded in {}: it was changed after \
         it was installed, or the lock file was written for another platform.",
        provider.short(),
        path.display(),
        lock_file::NAME
    );
    Diagnostic::error("Provider package does not match the lock file", detail).next(format!(
        "Remove that directory and run drform init. If the checksums of {} are missing in the lock file, run terraform \
         providers lock -platform={} where the packages can be downloaded.",
        platform(),
        platform()
    ))
}

/// Nobody has chosen a version yet.
fn not_locked(place: &Place, config: &CliConfig, lock: &LockFile, provider: &Provider) -> Diagnostic {
    let mut looked = vec![match lock.providers.is_empty() {
        true => format!("{}: no provider is locked", lock_file::NAME),
        false => format!("{}: this provider is not locked", lock_file::NAME),
    }];
    if provider.namespace.as_ref() == "drform" {
        looked.extend(
            place
                .executable_dir
                .as_ref()
                .map(|dir| format!("{}: no {}", dir.display(), package::executable_name(&provider.kind))),
        );
    }
    looked.extend(search(place, config, provider).looked);
    let detail = format!(
        "Provider {} is required and no version of it has been chosen. Looked at:{}",
        provider.short(),
        bullets(&looked)
    );
    Diagnostic::error("Provider is not installed", detail).next(
        "Run drform init. It takes packages from file system mirrors; to have them downloaded, run terraform init.",
    )
}

/// Lines of a list.
pub(crate) fn bullets(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  - {line}")).collect()
}

/// Stops at an error; warnings are `init`'s to tell.
fn first_error(diagnostics: Diagnostics) -> Result<(), Diagnostic> {
    diagnostics.into_iter().find(Diagnostic::is_error).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
