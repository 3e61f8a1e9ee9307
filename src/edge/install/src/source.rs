//! What a `source` argument means: a path, a module of a registry, or a package at some address.
//!
//! The forms and their normalised texts are those of Terraform (seen in its output and in `modules.json`), so that a
//! directory prepared by one tool is prepared for the other.

mod shorthand;

pub(crate) use shorthand::split_means;

use crate::module_sources::joined;
use addrs::DEFAULT_HOST;
use std::fmt;

/// A source that has been understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A directory of the same package: `./a`, `../b`.
    Local(String),
    /// A module of a registry.
    Registry(RegistryModule),
    /// A package, fetched whole.
    Package(Package),
}

/// `HOST/NAMESPACE/NAME/SYSTEM//SUBDIRECTORY`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryModule {
    pub(crate) host: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) system: String,
    /// Empty for the package's own directory.
    pub(crate) subdirectory: String,
}

/// An address, and a directory in what is found there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    /// Such as `git::https://example.com/r.git?ref=v1`.
    pub(crate) address: String,
    /// Empty for the package's own directory.
    pub(crate) subdirectory: String,
}

/// True for the address of a package that is in no registry.
pub fn is_remote_package(source: &str) -> bool {
    matches!(parse(source), Ok(Source::Package(_)))
}

/// Why a source cannot be understood: a sentence, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misunderstood {
    pub(crate) why: String,
    pub(crate) next: String,
}

impl Misunderstood {
    fn new(why: impl Into<String>, next: impl Into<String>) -> Misunderstood {
        Misunderstood { why: why.into(), next: next.into() }
    }
}

/// Reads a source.
///
/// # Errors
/// When it is none.
pub(crate) fn parse(text: &str) -> Result<Source, Misunderstood> {
    if is_local(text) {
        return Ok(Source::Local(local(text)));
    }
    let (address, subdirectory) = split_subdirectory(text);
    let subdirectory = cleaned(&subdirectory)?;
    if let Some(module) = registry(&address, &subdirectory) {
        return Ok(Source::Registry(module));
    }
    package(&address, &subdirectory).map(Source::Package)
}

/// True for a path: only these beginnings make one.
pub(crate) fn is_local(text: &str) -> bool {
    ["./", "../", ".\\", "..\\"].iter().any(|beginning| text.starts_with(beginning))
}

fn local(text: &str) -> String {
    let path = joined(".", &text.replace('\\', "/"));
    // `..` alone gets the mark of a path, as in Terraform's manifest.
    if path.starts_with("../") { path } else { format!("./{path}") }
}

/// Takes `//subdirectory` out of an address; a query stays with the address.
pub(crate) fn split_subdirectory(text: &str) -> (String, String) {
    let (before, query) = match text.find('?') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let scheme = before.find("://").map_or(0, |at| at + 3);
    let Some(at) = before.get(scheme..).and_then(|rest| rest.find("//")) else {
        return (text.to_string(), String::new());
    };
    let (address, subdirectory) = before.split_at(scheme + at);
    (format!("{address}{query}"), subdirectory.get(2..).unwrap_or_default().to_string())
}

/// A subdirectory without detours; one that leads out of the package is refused.
fn cleaned(subdirectory: &str) -> Result<String, Misunderstood> {
    if subdirectory.is_empty() {
        return Ok(String::new());
    }
    let path = joined(".", subdirectory.trim_start_matches('/'));
    if path == ".." || path.starts_with("../") {
        let why = format!("The subdirectory {path:?} leads out of the package.");
        return Err(Misunderstood::new(why, "Name a directory below the package's own, after //."));
    }
    Ok(if path == "." { String::new() } else { path })
}

/// A registry's address has three parts, or four with the host; anything else is none, and no error.
fn registry(address: &str, subdirectory: &str) -> Option<RegistryModule> {
    let parts: Vec<&str> = address.split('/').collect();
    let (host, [namespace, name, system]) = match parts.as_slice() {
        [namespace, name, system] => (DEFAULT_HOST.to_string(), [*namespace, *name, *system]),
        [host, namespace, name, system] => (hostname(host)?, [*namespace, *name, *system]),
        _ => return None,
    };
    let plain = |name: &str| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        name.len() <= 64
            && ends(name.chars().next())
            && ends(name.chars().last())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let target = |name: &str| {
        (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    // These hosts have packages at addresses of this form.
    let reserved = matches!(host.as_str(), "github.com" | "bitbucket.org");
    (!reserved && plain(namespace) && plain(name) && target(system)).then(|| RegistryModule {
        host,
        namespace: namespace.to_string(),
        name: name.to_string(),
        system: system.to_string(),
        subdirectory: subdirectory.to_string(),
    })
}

/// A registry's host in lower case, with its port if it is not 443; international names as people write them.
fn hostname(text: &str) -> Option<String> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (text, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.to_lowercase().starts_with("xn--")
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if !name.contains('.') || !name.split('.').all(label) {
        return None;
    }
    let name = name.to_lowercase();
    Some(match port {
        Some(port) if port != 443 => format!("{name}:{port}"),
        _ => name,
    })
}

fn package(address: &str, subdirectory: &str) -> Result<Package, Misunderstood> {
    let normalised = shorthand::normalised(address)?;
    // A shorthand may name a directory by itself: github.com/owner/repository/directory.
    let (address, own) = split_subdirectory(&normalised);
    let both = match (cleaned(&own)?.as_str(), subdirectory) {
        (own, "") => own.to_string(),
        ("", subdirectory) => subdirectory.to_string(),
        (own, subdirectory) => format!("{own}/{subdirectory}"),
    };
    Ok(Package { address, subdirectory: both })
}

impl RegistryModule {
    /// The address without the subdirectory: `HOST/NAMESPACE/NAME/SYSTEM`.
    pub(crate) fn address(&self) -> String {
        format!("{}/{}/{}/{}", self.host, self.namespace, self.name, self.system)
    }
}

/// As `modules.json` has it.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Local(path) => f.write_str(path),
            Source::Registry(module) if module.subdirectory.is_empty() => f.write_str(&module.address()),
            Source::Registry(module) => write!(f, "{}//{}", module.address(), module.subdirectory),
            Source::Package(package) => write!(f, "{package}"),
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Package { address, subdirectory } = self;
        match address.split_once('?') {
            _ if subdirectory.is_empty() => f.write_str(address),
            Some((address, query)) => write!(f, "{address}//{subdirectory}?{query}"),
            None => write!(f, "{address}//{subdirectory}"),
        }
    }
}

#[cfg(test)]
mod tests;
