//! Where credentials come from: the block, the environment, profiles, the machine; and roles that are assumed with them.

use super::{Finding, wrong_at};
use crate::cloud::causes;
use crate::fields::Fields;
use crate::shape::parse_duration;
use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::{self, client::EndpointMode};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_ec2::config::Credentials;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use value::{Path, PathStep};

/// The shared files that the block names; none when it names none.
pub(super) fn profile_files(block: &Fields) -> Option<EnvConfigFiles> {
    let (configs, credentials) = (block.texts("shared_config_files"), block.texts("shared_credentials_files"));
    if configs.is_empty() && credentials.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(configs.is_empty())
        .include_default_credentials_file(credentials.is_empty());
    for file in configs {
        files = files.with_file(EnvConfigFileKind::Config, at_home(&file));
    }
    for file in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, at_home(&file));
    }
    Some(files.build())
}

/// `~/x` is in the home directory.
fn at_home(file: &str) -> std::path::PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => file.into(),
    }
}

/// Credentials before any role is assumed. What the block says goes first, then a profile that it names; then the
/// environment, the usual profile, a web identity, the container and the instance, as `hashicorp/aws` does.
pub(super) fn own(block: &Fields, conf: &ProviderConfig) -> Result<SharedCredentialsProvider, Finding> {
    if let (Some(key), Some(secret)) = (block.filled_text("access_key"), block.filled_text("secret_key")) {
        let token = block.filled_text("token").map(String::from);
        return Ok(SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, "provider block")));
    }
    let mut profile = ProfileFileCredentialsProvider::builder().configure(conf);
    if let Some(files) = profile_files(block) {
        profile = profile.profile_files(files);
    }
    if let Some(name) = block.filled_text("profile") {
        let source = format!("profile {name}");
        return Ok(SharedCredentialsProvider::new(Chain(vec![Source::new(
            source,
            profile.profile_name(name).build(),
        )])));
    }
    let name = super::environment("AWS_PROFILE").unwrap_or_else(|| "default".into());
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(conf).build();
    let mut sources = vec![
        Source::new("environment (AWS_ACCESS_KEY_ID)", EnvironmentVariableCredentialsProvider::new()),
        Source::new(format!("profile {name}"), profile.build()),
        Source::new("web identity (AWS_WEB_IDENTITY_TOKEN_FILE)", web_identity),
        Source::new(
            "container (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
            EcsCredentialsProvider::builder().configure(conf).build(),
        ),
    ];
    if block.text("skip_metadata_api_check") != Some("true") {
        sources.push(Source::new("instance", of_instance(block, conf)?));
    }
    Ok(SharedCredentialsProvider::new(Chain(sources)))
}

/// One place where credentials may be, as people call it.
#[derive(Debug)]
struct Source(String, SharedCredentialsProvider);

impl Source {
    fn new(name: impl Into<String>, provider: impl ProvideCredentials + 'static) -> Source {
        Source(name.into(), SharedCredentialsProvider::new(provider))
    }
}

/// Places that are looked at in this order. One that has none is passed over; one that fails is an error.
#[derive(Debug)]
struct Chain(Vec<Source>);

impl Chain {
    async fn ask(&self) -> Result<Credentials, CredentialsError> {
        let mut tried = String::new();
        for Source(name, provider) in &self.0 {
            match provider.provide_credentials().await {
                Ok(found) => return Ok(found),
                Err(why @ CredentialsError::CredentialsNotLoaded(_)) => {
                    tried.push_str(&format!("\n- {name}: {}", reason(&why)));
                }
                Err(why) => return Err(CredentialsError::provider_error(format!("{name}: {}", causes(&why)))),
            }
        }
        Err(CredentialsError::not_loaded(format!("there are no credentials in{tried}")))
    }
}

/// Why there are none, without what the SDK says of every place.
fn reason(why: &CredentialsError) -> String {
    const EVERY: &str = "the credential provider was not enabled";
    let text = causes(why);
    match text.strip_prefix(EVERY).map(|rest| rest.trim_start_matches(": ")) {
        Some("") => "it has none".into(),
        Some(rest) => rest.into(),
        None => text,
    }
}

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

/// Credentials that were asked for once: those of the first time are used before others are asked for.
#[derive(Debug)]
struct Prefetched {
    first: Mutex<Option<Credentials>>,
    provider: SharedCredentialsProvider,
}

impl Prefetched {
    async fn of(provider: impl ProvideCredentials + 'static) -> Result<SharedCredentialsProvider, CredentialsError> {
        let provider = SharedCredentialsProvider::new(provider);
        let first = Mutex::new(Some(provider.provide_credentials().await?));
        Ok(SharedCredentialsProvider::new(Prefetched { first, provider }))
    }
}

impl ProvideCredentials for Prefetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let fresh = |found: &Credentials| found.expiry().is_none_or(|until| until > SystemTime::now());
        match first.filter(fresh) {
            Some(first) => future::ProvideCredentials::ready(Ok(first)),
            None => self.provider.provide_credentials(),
        }
    }
}

/// Looks for credentials now, so that it is said once, and not of each object, when there are none.
pub(super) async fn found(own: SharedCredentialsProvider) -> Result<SharedCredentialsProvider, Finding> {
    Prefetched::of(own).await.map_err(|why| {
        let detail = format!(
            "{}\n\nSet AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, name a profile that has some, or run \
             where the machine gives some. With skip_credentials_validation = true they are looked for at their first \
             use only.",
            reason(&why)
        );
        wrong_at(Path::ROOT, "No credentials", detail)
    })
}

fn of_instance(block: &Fields, conf: &ProviderConfig) -> Result<ImdsCredentialsProvider, Finding> {
    let mut client = imds::Client::builder().configure(conf);
    if let Some(mode) = block.filled_text("ec2_metadata_service_endpoint_mode") {
        let v6 = mode.eq_ignore_ascii_case("ipv6");
        client = client.endpoint_mode(if v6 { EndpointMode::IpV6 } else { EndpointMode::IpV4 });
    }
    if let Some(endpoint) = block.filled_text("ec2_metadata_service_endpoint") {
        let why = "It must be a URL like http://169.254.169.254.";
        let name = "ec2_metadata_service_endpoint";
        client = client.endpoint(endpoint).map_err(|_| super::wrong(name, "Endpoint cannot be used", why))?;
    }
    Ok(ImdsCredentialsProvider::builder().configure(conf).imds_client(client.build()).build())
}

/// A role that is assumed anew whenever its credentials expire.
#[derive(Debug)]
struct Role {
    sts: aws_sdk_sts::Client,
    asked: Asked,
}

/// What is asked of STS.
#[derive(Debug)]
struct Asked {
    arn: String,
    session: String,
    seconds: Option<i32>,
    policy: Option<String>,
    policies: Vec<PolicyDescriptorType>,
    external_id: Option<String>,
    source_identity: Option<String>,
    tags: Vec<Tag>,
    transitive: Vec<String>,
    web_identity: Option<WebIdentity>,
}

enum WebIdentity {
    Token(String),
    File(String),
}

impl std::fmt::Debug for WebIdentity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("(secret)")
    }
}

impl Asked {
    fn of(block: &Fields, path: &Path) -> Result<Asked, Finding> {
        let text = |name: &str| block.has(name).then(|| block.filled_text(name).map(String::from)).flatten();
        let texts = |name: &str| if block.has(name) { block.texts(name) } else { Vec::new() };
        let Some(arn) = text("role_arn") else {
            let path = path.then(PathStep::Attribute("role_arn".into()));
            return Err(wrong_at(path, "No role", "Set role_arn to the ARN of the role that is to be assumed."));
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let tags = if block.has("tags") { block.text_map("tags") } else { Default::default() };
        let tag = |(key, value): (String, String)| Tag::builder().key(key).value(value).build().ok();
        Ok(Asked {
            arn,
            session: text("session_name").unwrap_or_else(|| format!("drform-{}", now.as_millis())),
            seconds: text("duration")
                .and_then(|text| parse_duration(&text))
                .and_then(|time| i32::try_from(time.as_secs()).ok()),
            policy: text("policy"),
            policies: texts("policy_arns")
                .into_iter()
                .map(|arn| PolicyDescriptorType::builder().arn(arn).build())
                .collect(),
            external_id: text("external_id"),
            source_identity: text("source_identity"),
            tags: tags.into_iter().filter_map(tag).collect(),
            transitive: texts("transitive_tag_keys"),
            web_identity: text("web_identity_token")
                .map(WebIdentity::Token)
                .or_else(|| text("web_identity_token_file").map(WebIdentity::File)),
        })
    }
}

impl Role {
    async fn ask(&self) -> Result<Credentials, CredentialsError> {
        let asked = &self.asked;
        let given = match &asked.web_identity {
            Some(identity) => {
                let token = match identity {
                    WebIdentity::Token(token) => token.clone(),
                    WebIdentity::File(file) => std::fs::read_to_string(at_home(file))
                        .map_err(|why| CredentialsError::invalid_configuration(format!("{file}: {why}")))?
                        .trim()
                        .to_owned(),
                };
                let answer = self
                    .sts
                    .assume_role_with_web_identity()
                    .role_arn(&asked.arn)
                    .role_session_name(&asked.session)
                    .web_identity_token(token)
                    .set_duration_seconds(asked.seconds)
                    .set_policy(asked.policy.clone())
                    .set_policy_arns(some(&asked.policies))
                    .send()
                    .await;
                answer.map_err(|why| CredentialsError::provider_error(causes(&why)))?.credentials
            }
            None => {
                let answer = self
                    .sts
                    .assume_role()
                    .role_arn(&asked.arn)
                    .role_session_name(&asked.session)
                    .set_duration_seconds(asked.seconds)
                    .set_policy(asked.policy.clone())
                    .set_policy_arns(some(&asked.policies))
                    .set_external_id(asked.external_id.clone())
                    .set_source_identity(asked.source_identity.clone())
                    .set_tags(some(&asked.tags))
                    .set_transitive_tag_keys(some(&asked.transitive))
                    .send()
                    .await;
                answer.map_err(|why| CredentialsError::provider_error(causes(&why)))?.credentials
            }
        };
        let given = given.ok_or_else(|| CredentialsError::unhandled("STS answered without credentials"))?;
        let until = SystemTime::try_from(given.expiration).ok();
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            until,
            "assumed role",
        ))
    }
}

/// STS refuses empty lists.
fn some<T: Clone>(items: &[T]) -> Option<Vec<T>> {
    (!items.is_empty()).then(|| items.to_vec())
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

/// Assumes the roles that the block names, each with the credentials of the one before. Each is assumed once at once, so
/// that a mistake shows where it was made.
pub(super) async fn with_roles(
    block: &Fields,
    sts: impl Fn(SharedCredentialsProvider) -> aws_sdk_sts::Client,
    own: SharedCredentialsProvider,
) -> Result<SharedCredentialsProvider, Finding> {
    let mut credentials = own;
    for name in ["assume_role_with_web_identity", "assume_role"] {
        for (index, role) in (0..).zip(block.blocks(name)) {
            let path = Path::attribute(name).then(PathStep::Index(index));
            let asked = Asked::of(&role, &path)?;
            if name != "assume_role" && asked.web_identity.is_none() {
                let why = "Set web_identity_token or web_identity_token_file.";
                return Err(wrong_at(path, "No web identity", why));
            }
            let arn = asked.arn.clone();
            credentials = Prefetched::of(Role { sts: sts(credentials), asked }).await.map_err(|why| {
                let detail = format!(
                    "{arn} was not given: {}.\n\nCheck the ARN, that the role trusts the identity in use, and what it \
                     demands (external id, source identity, tags).",
                    causes(&why).trim_end_matches('.')
                );
                wrong_at(path.then(PathStep::Attribute("role_arn".into())), "Role cannot be assumed", detail)
            })?;
        }
    }
    Ok(credentials)
}

/// A client for STS with other credentials than those of `sdk`.
pub(super) fn sts(
    sdk: &SdkConfig,
    endpoint: Option<&str>,
    credentials: SharedCredentialsProvider,
) -> aws_sdk_sts::Client {
    let mut conf = aws_sdk_sts::config::Builder::from(sdk).credentials_provider(credentials);
    if let Some(endpoint) = endpoint {
        conf = conf.endpoint_url(endpoint);
    }
    aws_sdk_sts::Client::from_conf(conf.build())
}
