//! Packages in a directory laid out as mirrors are:
//! `HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/`, or `HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip`.

use crate::Version;
use crate::package::{Package, executable_name};
use addrs::{DEFAULT_HOST, Provider};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The other public registry: an address under either is the same provider.
const OTHER_HOST: &str = "registry.opentofu.org";

/// A package that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The provider, under the host that it was found at.
    pub(crate) provider: Provider,
    pub(crate) version: Version,
    pub(crate) package: Package,
}

/// Every address under which the packages of a provider may lie, that of the configuration first.
pub(crate) fn addresses(provider: &Provider) -> Vec<Provider> {
    let mut addresses = vec![provider.clone()];
    for host in [DEFAULT_HOST, OTHER_HOST] {
        let address = Provider { host: host.into(), ..provider.clone() };
        if provider.same_as(&address) && &address != provider {
            addresses.push(address);
        }
    }
    addresses
}

/// The directory of a provider's packages.
pub(crate) fn provider_dir(root: &Path, provider: &Provider) -> PathBuf {
    // A port's colon stays: that is how Terraform names the directory.
    root.join(&*provider.host).join(&*provider.namespace).join(&*provider.kind)
}

/// The directory of an unpacked package.
pub(crate) fn package_dir(root: &Path, provider: &Provider, version: &Version, platform: &str) -> PathBuf {
    provider_dir(root, provider).join(version.to_string()).join(platform)
}

/// The packages of a provider for a platform: newest first, unpacked before packed. A directory that is not there
/// has none.
pub(crate) fn packages(root: &Path, provider: &Provider, platform: &str) -> io::Result<Vec<Found>> {
    let mut all = Vec::new();
    for provider in addresses(provider) {
        let dir = provider_dir(root, &provider);
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let found = unpacked(&path, platform).or_else(|| packed(&path, &provider.kind, platform));
            all.extend(found.map(|(version, package)| Found { provider: provider.clone(), version, package }));
        }
    }
    let packed = |found: &Found| matches!(found.package, Package::Packed(_));
    all.sort_by(|a, b| b.version.cmp(&a.version).then(packed(a).cmp(&packed(b))));
    Ok(all)
}

fn unpacked(path: &Path, platform: &str) -> Option<(Version, Package)> {
    let version = full(path.file_name()?.to_str()?)?;
    let dir = path.join(platform);
    dir.is_dir().then_some((version, Package::Unpacked(dir)))
}

fn packed(path: &Path, kind: &str, platform: &str) -> Option<(Version, Package)> {
    let name = path.file_name()?.to_str()?;
    let version = name.strip_prefix(&executable_name(kind))?.strip_prefix('_')?;
    let version = full(version.strip_suffix(".zip")?.strip_suffix(platform)?.strip_suffix('_')?)?;
    path.is_file().then(|| (version, Package::Packed(path.to_path_buf())))
}

/// A version in its full form: anything else is some other file.
fn full(text: &str) -> Option<Version> {
    Version::parse(text).ok().filter(|version| version.to_string() == text)
}

#[cfg(test)]
mod tests;
