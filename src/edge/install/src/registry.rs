//! Module registries: which versions there are, and where their packages lie (protocol `modules.v1`).

use crate::cli_config::CliConfig;
use crate::fetch::{Bearer, Failure, Fetcher};
use crate::source::RegistryModule;
use crate::web::{self, Header};
use crate::{Secret, Version, masked};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use url::Url;

/// Bytes of an answer: there are modules with thousands of versions.
const MAX_ANSWER: u64 = 32 << 20;

/// The service, as hosts name it.
const SERVICE: &str = "modules.v1";

/// Registries, each asked once for what does not change.
pub(crate) struct Registries<'a> {
    fetcher: &'a Fetcher,
    config: &'a CliConfig,
    services: Mutex<BTreeMap<String, Result<Url, Failure>>>,
    versions: Mutex<BTreeMap<String, Listed>>,
    helped: Mutex<BTreeMap<String, Result<Option<Secret>, Failure>>>,
}

/// Versions, newest first, or why there are none.
type Listed = Result<Arc<[Version]>, Failure>;

/// What the list of versions looks like.
#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    modules: Vec<ListedModule>,
}

#[derive(Deserialize)]
struct ListedModule {
    #[serde(default)]
    versions: Vec<ListedVersion>,
}

#[derive(Deserialize)]
struct ListedVersion {
    version: String,
}

/// Where a package is, for registries that answer with a body.
#[derive(Deserialize)]
struct Location {
    location: String,
}

impl Registries<'_> {
    pub(crate) fn new<'a>(fetcher: &'a Fetcher, config: &'a CliConfig) -> Registries<'a> {
        Registries { fetcher, config, services: Mutex::default(), versions: Mutex::default(), helped: Mutex::default() }
    }

    /// All versions of a module, newest first.
    pub(crate) fn versions(&self, module: &RegistryModule) -> Listed {
        // Who comes second waits for the answer to the first.
        let mut known = self.versions.lock().map_err(|_| broken_lock())?;
        known.entry(module.address()).or_insert_with(|| self.ask_versions(module)).clone()
    }

    fn ask_versions(&self, module: &RegistryModule) -> Listed {
        let url = self.address(module, &["versions"])?;
        let shown = module.address();
        let text = self.text(module, &url, &shown)?;
        let wrong = |why: String| {
            let why = format!("The registry {} lists no versions of {shown}: {why}.", module.host);
            Failure::new(why, "Tell whoever runs the registry.")
        };
        let listing: Listing = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let texts = listing.modules.into_iter().flat_map(|module| module.versions);
        let mut versions: Vec<Version> = texts.filter_map(|listed| Version::parse(&listed.version).ok()).collect();
        versions.sort_by(|a, b| b.cmp(a));
        if versions.is_empty() {
            return Err(wrong("the list is empty".to_string()));
        }
        Ok(versions.into())
    }

    fn text(&self, module: &RegistryModule, url: &Url, what: &str) -> Result<String, Failure> {
        let web = self.fetcher.web()?;
        let answer = web.get(url, &self.authorised(&module.host)?).map_err(|why| unreachable(&module.host, &why))?;
        match answer.status {
            200 => web.text(answer, MAX_ANSWER).map_err(|why| unreachable(&module.host, &why)),
            404 => Err(Failure::absent(
                format!("The registry {} has no module {what}.", module.host),
                "Check namespace, name and system of the source; a path begins with ./.",
            )),
            status => Err(refused(&module.host, status)),
        }
    }

    /// Where the package of a version is: an address as a source writes it.
    pub(crate) fn location(&self, module: &RegistryModule, version: &Version) -> Result<String, Failure> {
        let url = self.address(module, &[&version.to_string(), "download"])?;
        let web = self.fetcher.web()?;
        let answer = web.get(&url, &self.authorised(&module.host)?).map_err(|why| unreachable(&module.host, &why))?;
        let what = format!("{} {version}", module.address());
        match answer.status {
            200..=299 => {}
            404 => {
                let why = format!("The registry {} has no package of {what}.", module.host);
                return Err(Failure::absent(why, "Choose another version, or tell whoever runs the registry."));
            }
            status => return Err(refused(&module.host, status)),
        }
        let base = answer.url.clone();
        let location = match answer.header("x-terraform-get") {
            Some(location) => location.to_string(),
            None => {
                let text = web.text(answer, MAX_ANSWER).unwrap_or_default();
                serde_json::from_str::<Location>(&text).map(|answer| answer.location).unwrap_or_default()
            }
        };
        if location.is_empty() {
            let why = format!("The registry {} does not tell where the package of {what} is.", module.host);
            return Err(Failure::new(why, "Tell whoever runs the registry."));
        }
        Ok(crate::fetch::absolute(&base, &location))
    }

    /// The token for a host, to be shown to it alone: of the environment, of the CLI configuration, of its helper.
    pub(crate) fn bearer(&self, host: &str) -> Result<Option<Bearer>, Failure> {
        let variables = self.fetcher.settings().tokens.iter();
        let variable = variables.filter(|(name, _)| host_of_variable(name) == host).map(|(_, token)| token).next();
        let configured = self.config.credentials.iter().find(|(known, _)| known == host).map(|(_, token)| token);
        let known = match (variable.or(configured), &self.config.helper) {
            (Some(token), _) => Some(token.clone()),
            (None, None) => None,
            (None, Some(helper)) => {
                let mut helped = self.helped.lock().map_err(|_| broken_lock())?;
                helped.entry(host.to_string()).or_insert_with(|| helper.token(host)).clone()?
            }
        };
        Ok(known.map(|token| Bearer { host: host.to_string(), token: token.to_string() }))
    }

    fn authorised(&self, host: &str) -> Result<Vec<Header>, Failure> {
        let token = self.bearer(host)?.map(|bearer| format!("Bearer {}", bearer.token));
        Ok(token.map(|token| ("authorization".to_string(), token)).into_iter().collect())
    }

    fn address(&self, module: &RegistryModule, last: &[&str]) -> Result<Url, Failure> {
        let mut url = self.service(&module.host)?;
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend([&module.namespace, &module.name, &module.system]).extend(last);
        }
        Ok(url)
    }

    /// The address of the service at a host.
    fn service(&self, host: &str) -> Result<Url, Failure> {
        let mut known = self.services.lock().map_err(|_| broken_lock())?;
        known.entry(host.to_string()).or_insert_with(|| self.discover(host)).clone()
    }

    fn discover(&self, host: &str) -> Result<Url, Failure> {
        let wrong =
            |why: &str, next: &str| Err(Failure::new(format!("The host {host} has no module registry: {why}."), next));
        if let Some((_, services)) = self.config.hosts.iter().find(|(known, _)| known == host) {
            let address = services.iter().find(|(name, _)| name == SERVICE).map(|(_, address)| address);
            return match address.map(|address| Url::parse(address)) {
                Some(Ok(url)) if matches!(url.scheme(), "http" | "https") => Ok(url),
                Some(_) => wrong("the address in its host block is wrong", "Correct the CLI configuration."),
                None => wrong(
                    "its host block in the CLI configuration does not name the service modules.v1",
                    "Add it to the services of the block.",
                ),
            };
        }
        let document = format!("https://{host}/.well-known/terraform.json");
        let Ok(document) = Url::parse(&document) else {
            return wrong("its name is none", "Correct the source.");
        };
        let web = self.fetcher.web()?;
        let answer = web.get(&document, &self.authorised(host)?).map_err(|why| unreachable(host, &why))?;
        if answer.status == 404 {
            return wrong("it has no /.well-known/terraform.json", "Check the host's name in the source.");
        }
        if !answer.is_success() {
            return Err(refused(host, answer.status));
        }
        let base = answer.url.clone();
        let text = web.text(answer, MAX_ANSWER).map_err(|why| unreachable(host, &why))?;
        let Ok(services) = serde_json::from_str::<serde_json::Value>(&text) else {
            return wrong("its /.well-known/terraform.json is not JSON", "Tell whoever runs the host.");
        };
        let Some(address) = services.get(SERVICE).and_then(serde_json::Value::as_str) else {
            return wrong(
                "its /.well-known/terraform.json does not name the service modules.v1",
                "Check the host's name.",
            );
        };
        match base.join(address) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
            _ => wrong(&format!("{:?} is no address", masked::address(address)), "Tell whoever runs the host."),
        }
    }
}

/// `app__x_example_com` is `app-x.example.com`; dots and hyphens may stand for themselves.
fn host_of_variable(name: &str) -> String {
    name.replace("__", "-").replace('_', ".").to_lowercase()
}

fn refused(host: &str, status: u16) -> Failure {
    let next = match status {
        401 | 403 => format!(
            "Give drform a token: TF_TOKEN_{}, or a credentials block in the CLI configuration.",
            host.replace('-', "__").replace('.', "_")
        ),
        _ => "Try again later.".to_string(),
    };
    Failure::new(format!("The registry {host} answers with the status {status}."), next)
}

fn unreachable(host: &str, why: &str) -> Failure {
    Failure::new(
        format!("The registry {host} cannot be reached: {why}."),
        web::next_step(why, "Check the host's name and the network; a proxy is taken from HTTPS_PROXY."),
    )
}

/// Another thread panicked; it has said why.
fn broken_lock() -> Failure {
    Failure::new("Another download ended in an error of drform itself.", "Report it with what was printed.")
}

#[cfg(test)]
mod tests;
