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
use crate::{Place, ProviderBinary, Version, whole_file};
use addrs::Provider;
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Installs every provider that is needed and writes the lock file if a choice changed.
pub(super) fn install(place: &Place, config: &CliConfig, wanted: Wanted<'_>, lines: &mut Vec<String>) -> Diagnostics {
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
    let mut installer =
        Installer { place, config, upgrade: wanted.upgrade, lock: before.clone(), incomplete: Vec::new(), lines };
    diagnostics.extend(installer.choose_and_install(&required));
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

/// The version of a provider that is to be installed.
struct Chosen<'a> {
    /// The address under which it is locked or was found.
    provider: Provider,
    version: Version,
    /// Its package, if one has been looked for.
    found: Option<Found>,
    /// Its entry in the lock file.
    locked: Option<Locked>,
    wanted: &'a Requirement,
}

impl Installer<'_> {
    /// Installs nothing before every choice is made: half of the providers is of no use.
    fn choose_and_install(&mut self, required: &BTreeMap<Provider, Requirement>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let mut chosen = Vec::new();
        for (provider, wanted) in required {
            match self.choose(provider, wanted) {
                Ok(choice) => chosen.extend(choice),
                Err(trouble) => diagnostics.push(pointed(trouble, wanted)),
            }
        }
        if diagnostics.has_errors() {
            return diagnostics;
        }
        for choice in chosen {
            let wanted = choice.wanted;
            if let Err(trouble) = self.install(choice) {
                diagnostics.push(pointed(trouble, wanted));
            }
        }
        diagnostics
    }

    /// Chooses a version; `None` for a provider that needs no installation.
    fn choose<'r>(&mut self, provider: &Provider, wanted: &'r Requirement) -> Result<Option<Chosen<'r>>, Diagnostic> {
        let name = provider.short();
        if find::reattach(self.place, provider)?.is_some() {
            self.lines.push(format!("- {name} runs already (TF_REATTACH_PROVIDERS)"));
            return Ok(None);
        }
        if let Some(dir) = self.config.dev_override(provider) {
            self.lines.push(format!("- {name} is overridden for development by {}", dir.display()));
            return Ok(None);
        }
        if is_built_in(provider) {
            self.lines.push(format!("- {name} is built in to drform"));
            return Ok(None);
        }
        let locked = self.lock.locked(provider).map(|(address, locked)| (address.clone(), locked.clone()));
        match (locked, self.upgrade) {
            (Some((address, locked)), Upgrade::No) => self.keep(address, locked, wanted).map(Some),
            (locked, _) => self.newest(provider, locked, wanted),
        }
    }

    /// Chooses the version that is locked.
    fn keep<'r>(
        &mut self,
        provider: Provider,
        locked: Locked,
        wanted: &'r Requirement,
    ) -> Result<Chosen<'r>, Diagnostic> {
        let name = provider.short();
        self.lines.push(format!("- Reusing previous version of {name} from the dependency lock file"));
        let version = locked.version.clone();
        if wanted.constraints.allow(&version) {
            return Ok(Chosen { provider, version, found: None, locked: Some(locked), wanted });
        }
        let detail = format!(
            "Locked provider {name} {version} does not match configured version constraint {}.",
            wanted.constraints
        );
        Err(Diagnostic::error("Failed to query available provider packages", detail)
            .next("Run drform init -upgrade to allow selection of new versions."))
    }

    /// Chooses the newest version that is allowed.
    fn newest<'r>(
        &mut self,
        provider: &Provider,
        locked: Option<(Provider, Locked)>,
        wanted: &'r Requirement,
    ) -> Result<Option<Chosen<'r>>, Diagnostic> {
        let name = provider.short();
        self.lines.push(match wanted.constraints.is_empty() {
            true => format!("- Finding latest version of {name}..."),
            false => format!("- Finding {name} versions matching \"{}\"...", wanted.constraints),
        });
        let search = search(self.place, self.config, provider);
        let newest = search.found.iter().find(|found| wanted.constraints.allow(&found.version)).cloned();
        // A registry that was not asked may have more: what came from it once is not replaced by something older.
        let from_elsewhere = locked.as_ref().filter(|(address, locked)| {
            search.overlooked
                && wanted.constraints.allow(&locked.version)
                && newest.as_ref().is_none_or(|newest| newest.version < locked.version)
                && self.is_installed(address, locked)
        });
        if let Some((provider, locked)) = from_elsewhere.cloned() {
            let version = locked.version.clone();
            return Ok(Some(Chosen { provider, version, found: None, locked: Some(locked), wanted }));
        }
        if let Some(found) = newest {
            let locked = locked.map(|(_, locked)| locked).filter(|locked| locked.version == found.version);
            let (provider, version) = (found.provider.clone(), found.version.clone());
            return Ok(Some(Chosen { provider, version, found: Some(found), locked, wanted }));
        }
        if let Some(own) = find::own(self.place, provider) {
            return self.take_own(own, provider, wanted).map(|()| None);
        }
        let which = match wanted.constraints.is_empty() {
            true => "a release".to_string(),
            false => format!("a version matching \"{}\"", wanted.constraints),
        };
        Err(nowhere(provider, &which, &search))
    }

    fn take_own(&mut self, own: ProviderBinary, provider: &Provider, wanted: &Requirement) -> Result<(), Diagnostic> {
        find::check_own(own, provider, wanted)?;
        self.lines.push(format!("- {} comes with drform", provider.short()));
        Ok(())
    }

    /// Whether the package that is locked is in the data directory. Without checksums nobody can say.
    fn is_installed(&self, provider: &Provider, locked: &Locked) -> bool {
        find::cached(self.place, provider, &locked.version).is_some_and(|found| {
            let executable = package::executable(found.package.path(), &provider.kind);
            matches!(executable, Ok(Some(_))) && found.package.matches_any(&locked.hashes).unwrap_or_default()
        })
    }

    /// Puts a package into the data directory and locks it.
    fn install(&mut self, chosen: Chosen<'_>) -> Result<(), Diagnostic> {
        let Chosen { provider, version, found, locked, wanted } = chosen;
        let name = provider.short();
        if locked.as_ref().is_some_and(|locked| self.is_installed(&provider, locked)) {
            self.lines.push(format!("- Using previously-installed {name} v{version}"));
            return Ok(());
        }
        let found = match found {
            Some(found) => found,
            None => {
                let search = search(self.place, self.config, &provider);
                let found = search.found.iter().find(|found| found.version == version).cloned();
                match (found, find::own(self.place, &provider)) {
                    (Some(found), _) => found,
                    (None, Some(own)) => return self.take_own(own, &provider, wanted),
                    (None, None) => {
                        return Err(nowhere(&provider, &format!("version {version}, which is locked,"), &search));
                    }
                }
            }
        };
        self.lines.push(format!("- Installing {name} v{version}..."));
        let known = locked.map(|locked| locked.hashes).unwrap_or_default();
        let hashes = self.verify_and_place(&found, &known)?;
        self.lines.push(match known.is_empty() {
            true => format!("- Installed {name} v{version} (unauthenticated)"),
            false => format!("- Installed {name} v{version} (verified checksum)"),
        });
        if known.is_empty() {
            self.incomplete.push(name);
        }
        // One provider, one entry: that under the other public registry gives way.
        self.lock.providers.retain(|known, _| !known.same_as(&found.provider));
        let constraints = wanted.constraints.clone();
        self.lock.providers.insert(found.provider, Locked { version, constraints, hashes });
        Ok(())
    }

    /// Compares a package with the known checksums, puts it in its place and gives all checksums.
    fn verify_and_place(&self, found: &Found, known: &[String]) -> Result<Vec<String>, Diagnostic> {
        let from = found.package.path().display();
        let failed = |why: String| {
            let detail = format!("Error while installing {} v{}: {why}.", found.provider.short(), found.version);
            Diagnostic::error("Failed to install provider", detail).next(format!("Check the package in {from}."))
        };
        let system = |error: io::Error| failed(error.to_string());
        if !known.is_empty() && !found.package.matches_any(known).map_err(system)? {
            return Err(failed(format!(
                "the local package in {from} doesn't match any of the checksums previously recorded in the dependency \
                 lock file (this might be because the available checksums are for packages targeting different platforms)"
            ))
            .next(mismatch_step()));
        }
        let target = self.place_package(found).map_err(system)?;
        let kind = &found.provider.kind;
        if package::executable(&target, kind).map_err(system)?.is_none() {
            return Err(failed(format!(
                "provider binary not found: could not find executable file starting with {}",
                package::executable_name(kind)
            )));
        }
        let mut hashes = known.to_vec();
        hashes.push(package::h1_of_directory(&target).map_err(system)?);
        hashes.sort();
        hashes.dedup();
        Ok(hashes)
    }

    /// Links or unpacks a package; through the plugin cache, if there is one.
    fn place_package(&self, found: &Found) -> io::Result<PathBuf> {
        let dir = |root: &Path| mirror::package_dir(root, &found.provider, &found.version, &platform());
        let target = dir(&find::providers_dir(self.place));
        match (&found.package, &self.config.plugin_cache_dir) {
            (Package::Unpacked(from), _) => whole_file::link_directory(from, &target)?,
            (Package::Packed(archive), None) => archive::unpack(archive, &target)?,
            (Package::Packed(archive), Some(cache)) => {
                let cache = self.place.dir.join(cache);
                let cached = dir(&cache);
                archive::unpack_into_cache(archive, &cache, &cached)?;
                whole_file::link_directory(&cached, &target)?;
            }
        }
        Ok(target)
    }

    fn forget_all_but(&mut self, required: &BTreeMap<Provider, Requirement>) {
        self.lock.providers.retain(|known, _| required.keys().any(|provider| provider.same_as(known)));
    }
}

/// Underlines the entry of `required_providers`.
fn pointed(trouble: Diagnostic, wanted: &Requirement) -> Diagnostic {
    match wanted.range() {
        Some(range) => trouble.at_if_missing(range),
        None => trouble,
    }
}

fn mismatch_step() -> String {
    format!(
        "Find out which of the two is right. If the lock file only lacks the checksums of {0}, run terraform providers \
         lock -platform={0}; if the package was rebuilt on purpose, remove its entry from {1}.",
        platform(),
        lock_file::NAME
    )
}

/// No place has what is needed.
fn nowhere(provider: &Provider, which: &str, search: &Search) -> Diagnostic {
    let detail = format!(
        "Could not find {which} of provider {} for {}. Looked at:{}",
        provider.short(),
        platform(),
        bullets(&search.looked)
    );
    let layout = format!("{provider}/VERSION/{}", platform());
    Diagnostic::error("Failed to query available provider packages", detail).next(format!(
        "drform does not download packages yet: run terraform init once, or put the package into one of these \
         directories as {layout}."
    ))
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
