//! Choosing and installing providers.

use super::{Upgrade, Wanted};
use crate::archive;
use crate::cli_config::CliConfig;
use crate::find::{self, bullets};
use crate::lock_file::{self, LockFile, Locked};
use crate::mirror::{self, Found};
use crate::package::{self, Package};
use crate::platform::platform;
use crate::requirements::{Requirement, is_built_in, requirements};
use crate::search::{Search, search};
use crate::{Place, Version, whole_file};
use addrs::Provider;
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Installs every provider that is needed and writes the lock file if a choice changed.
pub(super) fn install(
    place: &Place,
    config: &CliConfig,
    wanted: Wanted<'_>,
    lines: &mut Vec<String>,
) -> Diagnostics {
    let (mut required, mut diagnostics) = requirements(wanted.tree);
    let (before, troubles) = lock_file::read(&place.dir);
    diagnostics.extend(troubles);
    if diagnostics.has_errors() {
        return diagnostics;
    }
    for provider in wanted.state.into_iter().flatten() {
        if !required.keys().any(|known| known.same_as(provider)) {
            required.insert(provider.clone(), Requirement::default());
        }
    }
    lines.push("Initializing provider plugins...".to_string());
    let mut installer = Installer { place, config, upgrade: wanted.upgrade, lock: before.clone(), incomplete: Vec::new(), lines };
    for (provider, requirement) in &required {
        if let Err(trouble) = installer.provide(provider, requirement) {
            diagnostics.push(match requirement.range() {
                Some(range) => trouble.at_if_missing(range),
                None => trouble,
            });
        }
    }
    // Where the state is not known, an entry may be for an object that is no longer in the configuration.
    if wanted.state.is_some() {
        installer.forget_all_but(&required);
    }
    let Installer { lock, incomplete, .. } = installer;
    if diagnostics.has_errors() {
        return diagnostics;
    }
    match save(place, &before, &lock) {
        Ok(written) => lines.extend(written),
        Err(trouble) => diagnostics.push(trouble),
    }
    diagnostics.extend(incomplete_lock(&incomplete));
    diagnostics
}

struct Installer<'a> {
    place: &'a Place,
    config: &'a CliConfig,
    upgrade: Upgrade,
    lock: LockFile,
    /// Providers whose checksums are known for this platform alone.
    incomplete: Vec<String>,
    lines: &'a mut Vec<String>,
}

impl Installer<'_> {
    fn provide(&mut self, provider: &Provider, wanted: &Requirement) -> Result<(), Diagnostic> {
        let name = provider.short();
        if is_built_in(provider) {
            self.lines.push(format!("- {name} is built in to drform"));
            return Ok(());
        }
        if find::reattach(self.place, provider)?.is_some() {
            self.lines.push(format!("- {name} runs already (TF_REATTACH_PROVIDERS)"));
            return Ok(());
        }
        if let Some(dir) = self.config.dev_override(provider) {
            self.lines.push(format!("- {name} is overridden for development by {}", dir.display()));
            return Ok(());
        }
        let locked = self.lock.locked(provider).map(|(address, locked)| (address.clone(), locked.clone()));
        match (locked, self.upgrade) {
            (Some((address, locked)), Upgrade::No) => self.keep(&address, locked, wanted),
            (locked, _) => self.choose(provider, locked, wanted),
        }
    }

    /// Installs the version that is locked.
    fn keep(&mut self, provider: &Provider, locked: Locked, wanted: &Requirement) -> Result<(), Diagnostic> {
        let name = provider.short();
        self.lines.push(format!("- Reusing previous version of {name} from the dependency lock file"));
        let version = &locked.version;
        if !wanted.constraints.allow(version) {
            let detail = format!(
                "Locked provider {name} {version} does not match configured version constraint {}.",
                wanted.constraints
            );
            return Err(Diagnostic::error("Failed to query available provider packages", detail)
                .next("Run drform init -upgrade to allow selection of new versions."));
        }
        if self.is_installed(provider, &locked) {
            self.lines.push(format!("- Using previously-installed {name} v{version}"));
            self.record(provider, Locked { constraints: wanted.constraints.clone(), ..locked });
            return Ok(());
        }
        let search = search(self.place, self.config, provider);
        let Some(found) = search.found.iter().find(|found| found.version == *version) else {
            return Err(nowhere(provider, &format!("version {version}, which is locked,"), &search));
        };
        self.install(provider, found, Some(&locked), wanted)
    }

    fn is_installed(&self, provider: &Provider, locked: &Locked) -> bool {
        find::cached(self.place, provider, &locked.version).is_some_and(|found| {
            let executable = package::executable(found.package.path(), &provider.kind);
            matches!(executable, Ok(Some(_)))
                && (locked.hashes.is_empty() || found.package.matches_any(&locked.hashes).unwrap_or_default())
        })
    }

    /// Chooses the newest version that is allowed.
    fn choose(
        &mut self,
        provider: &Provider,
        locked: Option<(Provider, Locked)>,
        wanted: &Requirement,
    ) -> Result<(), Diagnostic> {
        let name = provider.short();
        self.lines.push(match wanted.constraints.is_empty() {
            true => format!("- Finding latest version of {name}..."),
            false => format!("- Finding {name} versions matching \"{}\"...", wanted.constraints),
        });
        let search = search(self.place, self.config, provider);
        let newest = search.found.iter().find(|found| wanted.constraints.allow(&found.version));
        match (newest, find::own(self.place, provider), locked) {
            (Some(found), _, locked) => {
                let locked = locked.filter(|(_, locked)| locked.version == found.version).map(|(_, locked)| locked);
                self.install(provider, found, locked.as_ref(), wanted)
            }
            (None, Some(own), _) => {
                find::check_own(own, provider, wanted)?;
                self.lines.push(format!("- {name} comes with drform"));
                Ok(())
            }
            // What was downloaded once is as good as what nobody has.
            (None, None, Some((address, locked)))
                if wanted.constraints.allow(&locked.version) && self.is_installed(&address, &locked) =>
            {
                self.lines.push(format!("- Using previously-installed {name} v{}", locked.version));
                self.record(&address, Locked { constraints: wanted.constraints.clone(), ..locked });
                Ok(())
            }
            (None, None, _) => {
                let which = match wanted.constraints.is_empty() {
                    true => "a release".to_string(),
                    false => format!("a version matching \"{}\"", wanted.constraints),
                };
                Err(nowhere(provider, &which, &search))
            }
        }
    }

    /// Puts a package into the data directory and records it.
    fn install(
        &mut self,
        provider: &Provider,
        found: &Found,
        locked: Option<&Locked>,
        wanted: &Requirement,
    ) -> Result<(), Diagnostic> {
        let name = found.provider.short();
        let version = &found.version;
        self.lines.push(format!("- Installing {name} v{version}..."));
        let failed = |why: String| {
            let detail = format!("Error while installing {name} v{version}: {why}.");
            Diagnostic::error("Failed to install provider", detail)
        };
        let next = format!("Check {}.", found.package.path().display());
        let system = |error: io::Error| failed(error.to_string()).next(next.clone());
        let known = locked.map(|locked| locked.hashes.clone()).unwrap_or_default();
        if !known.is_empty() && !found.package.matches_any(&known).map_err(system)? {
            return Err(mismatch(found, failed));
        }
        let target = self.place_package(found).map_err(system)?;
        if package::executable(&target, &provider.kind).map_err(system)?.is_none() {
            let why = format!(
                "provider binary not found: could not find executable file starting with {}",
                package::executable_name(&provider.kind)
            );
            return Err(failed(why).next(next));
        }
        let mut hashes = known.clone();
        hashes.push(package::h1_of_directory(&target).map_err(system)?);
        hashes.sort();
        hashes.dedup();
        self.lines.push(match locked {
            Some(locked) if !locked.hashes.is_empty() => format!("- Installed {name} v{version} (verified checksum)"),
            _ => format!("- Installed {name} v{version} (unauthenticated)"),
        });
        if known.is_empty() {
            self.incomplete.push(name);
        }
        let constraints = wanted.constraints.clone();
        self.record(&found.provider, Locked { version: version.clone(), constraints, hashes });
        Ok(())
    }

    /// Links or unpacks a package; through the plugin cache, if there is one.
    fn place_package(&self, found: &Found) -> io::Result<PathBuf> {
        let dir = |root: &Path| mirror::package_dir(root, &found.provider, &found.version, &platform());
        let target = dir(&find::providers_dir(self.place));
        match (&found.package, &self.config.plugin_cache_dir) {
            (Package::Unpacked(from), _) => whole_file::link_directory(from, &target)?,
            (Package::Packed(archive), None) => archive::unpack(archive, &target)?,
            (Package::Packed(archive), Some(cache)) => {
                let cached = dir(cache);
                archive::unpack(archive, &cached)?;
                whole_file::link_directory(&cached, &target)?;
            }
        }
        Ok(target)
    }

    /// Locks a choice, in the place of an entry under the other public registry.
    fn record(&mut self, provider: &Provider, locked: Locked) {
        self.lock.providers.retain(|known, _| !known.same_as(provider));
        self.lock.providers.insert(provider.clone(), locked);
    }

    fn forget_all_but(&mut self, required: &BTreeMap<Provider, Requirement>) {
        self.lock.providers.retain(|known, _| required.keys().any(|provider| provider.same_as(known)));
    }
}

fn mismatch(found: &Found, failed: impl Fn(String) -> Diagnostic) -> Diagnostic {
    failed(format!(
        "the local package in {} doesn't match any of the checksums previously recorded in the dependency lock file \
         (this might be because the available checksums are for packages targeting different platforms)",
        found.package.path().display()
    ))
    .next(format!(
        "Find out which of the two is right. If the lock file only lacks the checksums of {0}, run terraform providers \
         lock -platform={0}; if the package was rebuilt on purpose, remove its entry from {1}.",
        platform(),
        lock_file::NAME
    ))
}

/// No place has what is needed.
fn nowhere(provider: &Provider, which: &str, search: &Search) -> Diagnostic {
    let detail = format!(
        "Could not find {which} of provider {} for {}. Looked at:{}",
        provider.short(),
        platform(),
        bullets(&search.looked)
    );
    let layout = format!(
        "{}/{}/{}/{}/{}",
        provider.host,
        provider.namespace,
        provider.kind,
        search.found.first().map_or_else(|| "VERSION".to_string(), |found: &Found| version_text(&found.version)),
        platform()
    );
    Diagnostic::error("Failed to query available provider packages", detail).next(format!(
        "drform does not download packages yet: run terraform init once, or put the package into one of these \
         directories as {layout}."
    ))
}

fn version_text(version: &Version) -> String {
    version.to_string()
}

/// Writes the lock file if a choice changed, and says so.
fn save(place: &Place, before: &LockFile, now: &LockFile) -> Result<Vec<String>, Diagnostic> {
    if now.chooses_as(before) {
        return Ok(Vec::new());
    }
    let path = lock_file::path(&place.dir);
    let existed = path.exists();
    whole_file::write(&path, &now.text()).map_err(|error| {
        Diagnostic::error("Failed to write dependency lock file", format!("{}: {error}.", path.display()))
            .next("Check that the directory may be written to.")
    })?;
    let text = match existed {
        true => {
            "\ndrform has made some changes to the provider dependency selections recorded\nin the .terraform.lock.hcl \
             file. Review those changes and commit them to your\nversion control system if they represent changes you \
             intended to make."
        }
        false => {
            "\ndrform has created a lock file .terraform.lock.hcl to record the provider\nselections it made above. \
             Include this file in your version control repository\nso that drform and Terraform make the same \
             selections by default when you run\n\"drform init\" or \"terraform init\" in the future."
        }
    };
    Ok(text.lines().map(str::to_string).collect())
}

fn incomplete_lock(providers: &[String]) -> Option<Diagnostic> {
    if providers.is_empty() {
        return None;
    }
    let platform = platform();
    let detail = format!(
        "The packages came from local directories, so lock file checksums were calculated here for the following \
         providers:{}\nThe lock file only includes their checksums for {platform}: on another platform their \
         installation will fail.",
        bullets(providers)
    );
    Some(
        Diagnostic::warning("Incomplete lock file information for providers", detail)
            .next("To add another platform, run terraform providers lock -platform=OS_ARCH."),
    )
}
