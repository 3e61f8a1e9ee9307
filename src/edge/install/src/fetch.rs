//! Fetching packages: what an address leads to becomes a directory.

mod checksum;
mod file;
mod gcs;
mod git;
mod hg;
mod http;
mod objects;
mod request;
#[cfg(feature = "aws")]
mod s3;
#[cfg(not(feature = "aws"))]
#[path = "fetch/without_s3.rs"]
mod s3;

use crate::masked;
use crate::source::{self, Package, Source};
use crate::unpack;
use crate::web::{Netrc, Web};
use crate::{Settings, whole_file};
pub(crate) use http::absolute;
use request::Request;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes that are downloaded for one archive.
const MAX_DOWNLOAD: u64 = 2 << 30;

/// How often one address may lead to another.
const MAX_INDIRECTIONS: usize = 10;

/// Why there is no package: a sentence, and what to do. Neither holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) why: String,
    pub(crate) next: String,
    /// Whether whoever was asked knows that there is no such thing.
    pub(crate) is_absence: bool,
}

impl Failure {
    pub(crate) fn new(why: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { why: why.into(), next: next.into(), is_absence: false }
    }

    /// There is no such thing.
    pub(crate) fn absent(why: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { is_absence: true, ..Failure::new(why, next) }
    }

    /// Something on this machine went wrong.
    fn here(what: &str, error: &std::io::Error) -> Failure {
        Failure::new(format!("{what}: {error}."), "Check that there is room and that the directory may be written to.")
    }
}

/// Fetches, as often as asked, from several threads.
pub(crate) struct Fetcher {
    settings: Settings,
    netrc: Netrc,
    /// Made when it is needed first: most packages come by git.
    web: OnceLock<Result<Web, String>>,
}

/// A token that is shown to one host only.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) host: String,
    pub(crate) token: String,
}

impl Fetcher {
    pub(crate) fn new(settings: &Settings) -> Fetcher {
        let home = settings.home.as_ref().map(|home| home.join(".netrc"));
        let netrc = Netrc::read(settings.netrc.as_ref().or(home.as_ref()).map(PathBuf::as_path));
        Fetcher { settings: settings.clone(), netrc, web: OnceLock::new() }
    }

    pub(crate) fn web(&self) -> Result<&Web, Failure> {
        let web = self.web.get_or_init(|| Web::new(&self.settings));
        web.as_ref().map_err(|why| Failure::new(format!("{why}."), "Correct SSL_CERT_FILE, or unset it."))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Fetches the package at an address; the directory must not be there, the one above it must. After a failure
    /// nothing is left behind.
    pub(crate) fn fetch(&self, address: &str, to: &Path, bearer: Option<&Bearer>) -> Result<(), Failure> {
        self.lead(address, to, bearer, MAX_INDIRECTIONS).map_err(|failure| {
            // Nobody finds half a package.
            let _leftover = whole_file::remove(to);
            Failure::new(masked::text(&failure.why, address), masked::text(&failure.next, address))
        })
    }

    fn lead(&self, address: &str, to: &Path, bearer: Option<&Bearer>, left: usize) -> Result<(), Failure> {
        let request = Request::parse(address)?;
        if request.means == "git" {
            return git::fetch(&self.settings, &request, to);
        }
        if request.means == "hg" {
            return hg::fetch(&request, self.settings.search_path.as_deref(), to);
        }
        if let Some(packing) = request.packing {
            let above = to.parent().unwrap_or(Path::new("."));
            let archive =
                tempfile::NamedTempFile::new_in(above).map_err(|e| Failure::here("No archive was made", &e))?;
            self.download(&request, archive.as_file(), bearer)?;
            if let Some(checksum) = &request.checksum {
                checksum::verify(self, archive.path(), checksum, &request)?;
            }
            fs::create_dir(to).map_err(|error| Failure::here("No directory was made", &error))?;
            return unpack::unpack(archive.path(), packing, to, unpack::LIMITS).map_err(|error| {
                let shown = masked::address(address);
                Failure::new(
                    format!("{shown} was not unpacked: {error}."),
                    "Nothing of it was kept. Ask whoever made the archive.",
                )
            });
        }
        match request.means.as_str() {
            "file" => file::directory(&request, to),
            "s3" => s3::directory(self, &request, to),
            "gcs" => gcs::directory(self, &request, to),
            _ => {
                let next = http::indirection(self, &request, bearer)?;
                let left = left.checked_sub(1).ok_or_else(|| {
                    let why = format!("{} leads from address to address without end.", masked::address(address));
                    Failure::new(why, "Name the address of the package itself.")
                })?;
                self.inner(&next, to, bearer, left)
            }
        }
    }

    /// A package that is a directory of another one.
    fn inner(&self, source: &str, to: &Path, bearer: Option<&Bearer>, left: usize) -> Result<(), Failure> {
        let package = package(source)?;
        if package.subdirectory.is_empty() {
            return self.lead(&package.address, to, bearer, left);
        }
        let above = to.parent().unwrap_or(Path::new("."));
        let whole = tempfile::tempdir_in(above).map_err(|error| Failure::here("No directory was made", &error))?;
        let place = whole.path().join("package");
        self.lead(&package.address, &place, bearer, left)?;
        let wanted = subdirectory(&place, &package.subdirectory)?;
        fs::rename(place.join(wanted), to).map_err(|error| Failure::here("The package was not moved", &error))
    }

    /// Writes what an address leads to into a file.
    fn download(&self, request: &Request, into: &File, bearer: Option<&Bearer>) -> Result<(), Failure> {
        match request.means.as_str() {
            "file" => file::file(request, into),
            "s3" => s3::file(self, request, into),
            "gcs" => gcs::file(self, request, into),
            _ => http::file(self, request, into, bearer),
        }
    }
}

/// An address that a server gave.
pub(crate) fn package(source: &str) -> Result<Package, Failure> {
    match source::parse(source) {
        Ok(Source::Package(package)) => Ok(package),
        Ok(_) => {
            let why = format!("The server leads to {:?}, which is no address of a package.", masked::address(source));
            Err(Failure::new(why, "Tell whoever runs the server."))
        }
        Err(error) => Err(Failure::new(format!("The server leads to a wrong address. {}", error.why), error.next)),
    }
}

/// The subdirectory of a package: a path in which `*` stands for one name.
pub(crate) fn subdirectory(package: &Path, wanted: &str) -> Result<String, Failure> {
    let mut found = vec![String::new()];
    for part in wanted.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for place in found {
            let names = if part.contains('*') { directories(&package.join(&place)) } else { vec![part.to_string()] };
            for name in names.into_iter().filter(|name| matches(part, name)) {
                let place = if place.is_empty() { name } else { format!("{place}/{name}") };
                if package.join(&place).is_dir() {
                    next.push(place);
                }
            }
        }
        found = next;
    }
    match found.as_slice() {
        [one] if leads_out(package, one) => {
            let why = format!("{wanted:?} is a link that leads out of the package.");
            Err(Failure::new(why, "Name a directory of the package itself."))
        }
        [one] => Ok(one.clone()),
        [] => {
            let there = directories(package);
            let there: Vec<&str> =
                there.iter().map(String::as_str).filter(|name| !name.starts_with('.')).take(20).collect();
            let next = if there.is_empty() {
                "The package has no directories: leave out what follows //.".to_string()
            } else {
                format!("The package has the directories {}.", there.join(", "))
            };
            Err(Failure::new(format!("The package has no directory {wanted:?}."), next))
        }
        several => {
            let why = format!("{wanted:?} means more than one directory of the package: {}.", several.join(", "));
            Err(Failure::new(why, "Write the name of one of them."))
        }
    }
}

fn leads_out(package: &Path, inside: &str) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    match (real(package), real(&package.join(inside))) {
        (Some(package), Some(inside)) => !inside.starts_with(package),
        _ => true,
    }
}

fn directories(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Whether a name has the form of a pattern with `*`. Hidden directories are not meant.
fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == name;
    }
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let parts: Vec<&str> = pattern.split('*').collect();
    let (Some((first, rest)), Some(last)) = (parts.split_first(), parts.last()) else { return false };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    for part in rest.iter().take(rest.len().saturating_sub(1)) {
        let Some((_, after)) = name.split_once(part) else { return false };
        name = after;
    }
    name.ends_with(last)
}

#[cfg(test)]
pub(crate) mod tests;
