//! The CLI configuration: `~/.terraformrc`, or the file that `TF_CLI_CONFIG_FILE` names.

mod entries;

use crate::credentials_helper::{self, CredentialsProgram};
use crate::text_file;
use crate::{Secret, Settings};
use addrs::Provider;
use diag::{Diagnostic, Diagnostics, Range};
use entries::{Entry, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What it says about installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CliConfig {
    /// Directories that stand for a provider, whatever its version.
    pub(crate) dev_overrides: Vec<(Provider, PathBuf)>,
    /// Where packages come from, in order; `None` without a `provider_installation` block.
    pub(crate) methods: Option<Vec<Method>>,
    /// `plugin_cache_dir`
    pub(crate) plugin_cache_dir: Option<PathBuf>,
    /// `credentials "HOST" { token = "…" }`
    pub(crate) credentials: Vec<(String, Secret)>,
    /// `credentials_helper "NAME" { args = […] }`: asked for hosts that have none of the credentials above.
    pub(crate) helper: Option<CredentialsProgram>,
    /// `host "HOST" { services = { … } }`: addresses of services by name, in the place of what the host tells.
    pub(crate) hosts: Vec<(String, Vec<(String, String)>)>,
}

/// One block of `provider_installation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) origin: Origin,
    /// Everything, when empty.
    pub(crate) include: Vec<Pattern>,
    pub(crate) exclude: Vec<Pattern>,
}

/// Where a method gets packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `filesystem_mirror`
    FilesystemMirror(PathBuf),
    /// `network_mirror`
    NetworkMirror(String),
    /// `direct`: the provider's registry.
    Direct,
}

/// Provider addresses with `*` for any part, such as `registry.terraform.io/hashicorp/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: [String; 3],
}

impl Method {
    /// Whether it is used for a provider.
    pub(crate) fn serves(&self, provider: &Provider) -> bool {
        let among = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(provider));
        (self.include.is_empty() || among(&self.include)) && !among(&self.exclude)
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Pattern> {
        let own = |part: &str| part.to_ascii_lowercase();
        let host = || addrs::DEFAULT_HOST.to_string();
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        match parts.as_slice() {
            [kind] => Some(Pattern { parts: [host(), "hashicorp".to_string(), own(kind)] }),
            [namespace, kind] => Some(Pattern { parts: [host(), own(namespace), own(kind)] }),
            [host, namespace, kind] => Some(Pattern { parts: [own(host), own(namespace), own(kind)] }),
            _ => None,
        }
    }

    fn matches(&self, provider: &Provider) -> bool {
        let [host, namespace, kind] = &self.parts;
        let part = |pattern: &str, part: &Arc<str>| if pattern == "*" { part.clone() } else { Arc::from(pattern) };
        let closest = Provider {
            host: part(host, &provider.host),
            namespace: part(namespace, &provider.namespace),
            kind: part(kind, &provider.kind),
        };
        closest.same_as(provider)
    }
}

impl CliConfig {
    /// The directory that stands for a provider.
    pub(crate) fn dev_override(&self, provider: &Provider) -> Option<&Path> {
        self.dev_overrides.iter().find(|(overridden, _)| overridden.same_as(provider)).map(|(_, dir)| dir.as_path())
    }
}

/// Reads it. A file that was asked for and is not there is a warning, as in Terraform.
pub(crate) fn read(settings: &Settings) -> (CliConfig, Diagnostics) {
    let mut config = CliConfig::default();
    let mut diagnostics = Diagnostics::new();
    for (path, asked) in files(settings) {
        let name = path.display().to_string();
        match text_file::read(&path) {
            Ok(text) => config.add(Arc::from(name), text, settings, &mut diagnostics),
            Err(trouble) if trouble.is_absence() && !asked => {}
            Err(trouble) if trouble.is_absence() => diagnostics.push(
                Diagnostic::warning(
                    "Unable to open CLI configuration file",
                    format!("The CLI configuration file at {name:?} does not exist."),
                )
                .next("Correct TF_CLI_CONFIG_FILE, or unset it."),
            ),
            Err(trouble) => diagnostics.push(trouble.about("Unable to open CLI configuration file", &name)),
        }
    }
    config.credentials.extend(logins(settings));
    // The environment wins over the file.
    if let Some(dir) = &settings.plugin_cache_dir {
        config.plugin_cache_dir = Some(dir.clone());
    }
    (config, diagnostics)
}

/// The files, and whether somebody asked for them by name.
pub(crate) fn files(settings: &Settings) -> Vec<(PathBuf, bool)> {
    if let Some(path) = &settings.cli_config_file {
        return vec![(path.clone(), true)];
    }
    let Some(home) = &settings.home else { return Vec::new() };
    let dir = home.join(".terraform.d");
    let more = text_file::list(&dir).unwrap_or_default();
    let more = more.into_iter().filter(|name| name.ends_with(".tfrc")).map(|name| (dir.join(name), false));
    std::iter::once((home.join(".terraformrc"), false)).chain(more).collect()
}

impl CliConfig {
    fn add(&mut self, file: Arc<str>, text: Arc<str>, settings: &Settings, diagnostics: &mut Diagnostics) {
        for entry in entries::read(file, text, diagnostics) {
            match (entry.first(), &entry.value) {
                (Some("plugin_cache_dir"), Value::Text(dir)) => {
                    self.plugin_cache_dir = Some(PathBuf::from(expanded(dir, settings)));
                }
                (Some("provider_installation"), Value::Body(_)) if self.methods.is_some() => diagnostics.push(
                    wrong("There is more than one provider_installation block.", &entry.range)
                        .next("Keep one, with all the methods in it."),
                ),
                (Some("provider_installation"), Value::Body(body)) => self.installation(body, diagnostics),
                (Some("credentials"), Value::Body(body)) => self.credentials.extend(credentials(&entry, body)),
                (Some("credentials_helper"), Value::Body(body)) => self.helper(&entry, body, settings, diagnostics),
                (Some("host"), Value::Body(body)) => self.hosts.extend(host(&entry, body)),
                // Checkpoint and whatever comes: not for us.
                _ => {}
            }
        }
    }

    fn installation(&mut self, body: &[Entry], diagnostics: &mut Diagnostics) {
        let mut methods = Vec::new();
        for entry in body {
            match (entry.first(), &entry.value) {
                (Some("dev_overrides"), Value::Body(body)) => self.overrides(body, diagnostics),
                (Some(kind), Value::Body(body)) => methods.extend(method(kind, entry, body, diagnostics)),
                _ => diagnostics.push(
                    wrong("The items of a provider_installation block must be blocks.", &entry.range)
                        .next("Write filesystem_mirror { path = \"…\" }, direct {} or dev_overrides { … }."),
                ),
            }
        }
        self.methods = Some(methods);
    }

    fn helper(&mut self, entry: &Entry, body: &[Entry], settings: &Settings, diagnostics: &mut Diagnostics) {
        let next = "Write credentials_helper \"NAME\" { args = [] } once.";
        let mut refuse = |detail: &str| diagnostics.push(wrong(detail, &entry.range).next(next));
        let Some(name) = entry.keys.get(1).filter(|name| credentials_helper::is_name(name)) else {
            return refuse("A credentials_helper block needs the name of a program, terraform-credentials-NAME.");
        };
        if self.helper.is_some() {
            return refuse("There is more than one credentials_helper block.");
        }
        let args = match body.iter().find(|entry| entry.first() == Some("args")).map(|entry| &entry.value) {
            None => Vec::new(),
            Some(Value::Texts(args)) => args.clone(),
            Some(_) => return refuse("The argument args of a credentials_helper block must be a list of texts."),
        };
        match credentials_helper::find(settings, name) {
            Some(program) => self.helper = Some(CredentialsProgram { program, args }),
            None => {
                let dirs: Vec<String> =
                    credentials_helper::directories(settings).iter().map(|dir| dir.display().to_string()).collect();
                let detail = format!("There is no terraform-credentials-{name} in {}.", dirs.join(" or "));
                diagnostics.push(
                    Diagnostic::warning("Credentials helper not found", detail)
                        .at(entry.range.clone())
                        .next("Put it there, or remove the block."),
                );
            }
        }
    }

    fn overrides(&mut self, body: &[Entry], diagnostics: &mut Diagnostics) {
        for entry in body {
            let provider = entry.first().and_then(|name| addrs::parse_provider(name).ok());
            match (provider, &entry.value) {
                (Some(provider), Value::Text(dir)) => self.dev_overrides.push((provider, PathBuf::from(dir))),
                _ => diagnostics.push(
                    wrong("An entry of dev_overrides must be a provider address and a directory.", &entry.range)
                        .next("Write \"hashicorp/aws\" = \"/directory/of/the/executable\"."),
                ),
            }
        }
    }
}

fn credentials(entry: &Entry, body: &[Entry]) -> Option<(String, Secret)> {
    let host = entry.keys.get(1)?.to_lowercase();
    let token = body.iter().find(|entry| entry.first() == Some("token"))?;
    match &token.value {
        Value::Text(token) => Some((host, Secret::new(token.clone()))),
        _ => None,
    }
}

fn host(entry: &Entry, body: &[Entry]) -> Option<(String, Vec<(String, String)>)> {
    let host = entry.keys.get(1)?.to_lowercase();
    let services = body.iter().find(|entry| entry.first() == Some("services"))?;
    let Value::Body(services) = &services.value else { return None };
    let address = |entry: &Entry| match &entry.value {
        Value::Text(address) => Some((entry.first()?.to_string(), address.clone())),
        _ => None,
    };
    Some((host, services.iter().filter_map(address).collect()))
}

/// What `terraform login` keeps: `~/.terraform.d/credentials.tfrc.json`. One that cannot be read says nothing.
fn logins(settings: &Settings) -> Vec<(String, Secret)> {
    let Some(home) = &settings.home else { return Vec::new() };
    let text = std::fs::read(home.join(".terraform.d").join("credentials.tfrc.json")).unwrap_or_default();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let hosts = file.get("credentials").and_then(serde_json::Value::as_object).into_iter().flatten();
    hosts.filter_map(|(host, login)| Some((host.to_lowercase(), Secret::new(login.get("token")?.as_str()?)))).collect()
}

fn method(kind: &str, entry: &Entry, body: &[Entry], diagnostics: &mut Diagnostics) -> Option<Method> {
    let text = |name: &str| {
        body.iter().find(|e| e.first() == Some(name)).and_then(|e| match &e.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    };
    let mut missing = |name: &str| {
        let detail = format!("The {kind} block needs the argument {name}.");
        diagnostics.push(wrong(&detail, &entry.range).next(format!("Add {name} = \"…\".")));
    };
    let origin = match kind {
        "direct" => Origin::Direct,
        "filesystem_mirror" => match text("path") {
            Some(path) => Origin::FilesystemMirror(PathBuf::from(path)),
            None => {
                missing("path");
                return None;
            }
        },
        "network_mirror" => match text("url") {
            Some(url) => Origin::NetworkMirror(url),
            None => {
                missing("url");
                return None;
            }
        },
        _ => {
            diagnostics.push(
                wrong(&format!("Unknown provider installation method {kind:?}."), &entry.range)
                    .next("The methods are filesystem_mirror, network_mirror, direct and dev_overrides."),
            );
            return None;
        }
    };
    let include = patterns("include", body, diagnostics);
    let exclude = patterns("exclude", body, diagnostics);
    Some(Method { origin, include, exclude })
}

fn patterns(name: &str, body: &[Entry], diagnostics: &mut Diagnostics) -> Vec<Pattern> {
    let Some(entry) = body.iter().find(|entry| entry.first() == Some(name)) else { return Vec::new() };
    let parsed = match &entry.value {
        Value::Texts(texts) => texts.iter().map(|text| Pattern::parse(text)).collect::<Option<Vec<Pattern>>>(),
        _ => None,
    };
    parsed.unwrap_or_else(|| {
        diagnostics.push(
            wrong(&format!("{name} must be a list of provider addresses, with * for any part."), &entry.range)
                .next(format!("Write {name} = [\"registry.terraform.io/hashicorp/*\"].")),
        );
        Vec::new()
    })
}

fn wrong(detail: &str, range: &Range) -> Diagnostic {
    Diagnostic::error("Invalid CLI configuration", format!("{}: {detail}", range.file)).at(range.clone())
}

/// `$HOME` and `${HOME}` replaced: people write nothing else there.
fn expanded(text: &str, settings: &Settings) -> String {
    let Some(home) = settings.home.as_ref().and_then(|home| home.to_str()) else { return text.to_string() };
    text.replace("${HOME}", home).replace("$HOME", home)
}

#[cfg(test)]
mod tests;
