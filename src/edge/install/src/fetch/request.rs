//! An address taken apart: the means, the place, and the arguments that are for us.

use super::Failure;
use crate::masked;
use crate::source::split_means;
use crate::unpack::{self, Packing};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// `git`, `hg`, `http`, `https`, `file`, `s3`, `gcs`
    pub(crate) means: String,
    /// The place without query.
    pub(crate) place: String,
    /// Arguments that are for the other side.
    pub(crate) query: Vec<String>,
    /// How the package is packed, if it is.
    pub(crate) packing: Option<Packing>,
    /// `checksum`
    pub(crate) checksum: Option<String>,
}

const MEANS: [&str; 7] = ["git", "hg", "http", "https", "file", "s3", "gcs"];

impl Request {
    pub(crate) fn parse(address: &str) -> Result<Request, Failure> {
        let shown = masked::address(address);
        let (means, url) = split_means(address);
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let scheme = place.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
        let means = means.map_or_else(|| scheme.clone(), str::to_string);
        if !MEANS.contains(&means.as_str()) {
            let next = match means.as_str() {
                "ssh" => format!("For a repository put git:: in front: git::{shown}."),
                "oci" => "Packages in OCI registries are not supported; use a registry, git or an archive.".to_string(),
                _ => format!("Known are {}.", MEANS.join(", ")),
            };
            return Err(Failure::new(format!("Packages cannot be fetched from addresses of the kind {means}:."), next));
        }
        let mut request = Request { means, place: place.to_string(), query: Vec::new(), packing: None, checksum: None };
        let mut archive = None;
        for argument in query.split('&').filter(|argument| !argument.is_empty()) {
            match argument.split_once('=') {
                Some(("archive", value)) => archive = Some(decoded(value)),
                Some(("checksum", value)) => request.checksum = Some(decoded(value)),
                // The name of a downloaded file; packages are directories.
                Some(("filename", _)) => {}
                _ => request.query.push(argument.to_string()),
            }
        }
        request.packing = match archive.as_deref() {
            None => unpack::by_path(&request.place),
            Some("false" | "0" | "f" | "F" | "FALSE" | "False") => None,
            Some(name) => Some(unpack::by_name(name).ok_or_else(|| {
                let why = format!("The argument archive={name} of {shown} names no kind of archive.");
                Failure::new(why, format!("Known are {}, and false.", unpack::names()))
            })?),
        };
        Ok(request)
    }

    /// Takes an argument out of the query.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let named = |argument: &String| argument.split_once('=').is_some_and(|(known, _)| known == name);
        let at = self.query.iter().position(named)?;
        let argument = self.query.remove(at);
        argument.split_once('=').map(|(_, value)| decoded(value))
    }

    /// The address that the other side is asked for.
    pub(crate) fn address(&self) -> String {
        if self.query.is_empty() { self.place.clone() } else { format!("{}?{}", self.place, self.query.join("&")) }
    }

    /// The same for HTTP.
    pub(crate) fn url(&self) -> Result<url::Url, Failure> {
        let address = self.address();
        url::Url::parse(&address).map_err(|error| {
            let why = format!("{} is no address: {error}.", masked::address(&address));
            Failure::new(why, "Correct the source.")
        })
    }
}

/// The value of an argument without escapes.
pub(crate) fn decoded(value: &str) -> String {
    let name = format!("x={value}");
    url::form_urlencoded::parse(name.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}
