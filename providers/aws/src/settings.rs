//! The `provider` block.

mod block;
mod credentials;
mod http;
mod regions;
mod services;

use crate::cloud::Aws;
use crate::fields::Fields;
use crate::planning::Surroundings;
use crate::tags::{Ignored, Tags};
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::region::Region;
use sdk::{Diagnostic, Finding, Findings};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use value::{Path, Value};

pub(crate) use block::shape;

/// What the `provider` block says, with what the environment says where it does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settings {
    /// Region of everything that does not say its own.
    pub(crate) region: String,
    /// Endpoint by service.
    pub(crate) endpoints: BTreeMap<String, String>,
    /// Tags of every object that can have some.
    pub(crate) default_tags: Tags,
    /// Tags that are left alone.
    pub(crate) ignored_tags: Ignored,
    /// Region of STS, where it is another one.
    pub(crate) sts_region: Option<String>,
    /// How often a request is sent again after a failure.
    pub(crate) max_retries: u32,
    /// ARNs go without the account.
    pub(crate) without_account: bool,
    /// Accounts that may be used, if any are named.
    pub(crate) allowed_accounts: Vec<String>,
    /// Accounts that must not be used.
    pub(crate) forbidden_accounts: Vec<String>,
}

/// Why there are no settings.
pub(crate) enum NotReady {
    /// Something is decided by an apply; what is known for plans.
    Unknown(Surroundings),
    /// What is wrong.
    Wrong(Findings),
}

impl From<Finding> for NotReady {
    fn from(finding: Finding) -> NotReady {
        NotReady::Wrong(vec![finding])
    }
}

/// Retries of `hashicorp/aws` when `max_retries` is not set.
const RETRIES: u32 = 25;
/// A host that does not take the connection by then is not there.
const CONNECT: Duration = Duration::from_secs(5);

/// Checks a `provider` block.
pub(crate) fn check(config: &Value) -> Findings {
    let mut findings = crate::planning::check(&block::definition(), config);
    let block = Fields::of(&Arc::new(shape()), config);
    if block.is_true("insecure") {
        let why = "Certificates are always checked here. Name your authority's file in custom_ca_bundle instead.";
        findings.push(wrong("insecure", "Certificates must be checked", why));
    }
    let policy = environment("TF_AWS_TAG_POLICY_COMPLIANCE");
    if let Some(wanted @ ("error" | "warning")) = block.filled_text("tag_policy_compliance").or(policy.as_deref()) {
        let why = format!(
            "{wanted:?} is not possible: plans are not held against tag policies here. Set \"disabled\" (or unset \
             TF_AWS_TAG_POLICY_COMPLIANCE), and let AWS Organizations enforce the policy."
        );
        findings.push(wrong("tag_policy_compliance", "Tag policies are not checked", why));
    }
    if let Some(region) = block.filled_text("region").filter(|_| !block.is_true("skip_region_validation")) {
        findings.extend(check_region("region", region));
    }
    findings
}

fn check_region(name: &'static str, region: &str) -> Option<Finding> {
    (!regions::is_name(region)).then(|| {
        let why = format!(
            "There is no region {region:?}. Regions are named like eu-central-1. If AWS has it and this provider does \
             not know it yet, set skip_region_validation."
        );
        wrong(name, "Not a region", why)
    })
}

/// Something in the block that cannot be as it is.
fn wrong(name: &'static str, summary: &str, detail: impl Into<String>) -> Finding {
    wrong_at(Path::attribute(name), summary, detail)
}

fn wrong_at(path: Path, summary: &str, detail: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::error(summary, detail), attribute: path }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Reads the block, and finds what it leaves open as the SDK does.
pub(crate) async fn read(config: &Value) -> Result<(Settings, SdkConfig), NotReady> {
    let block = Fields::of(&Arc::new(shape()), config);
    let findings = check(config);
    if !findings.is_empty() {
        return Err(NotReady::Wrong(findings));
    }
    let ignored_tags = ignored_tags(&block);
    if !config.is_wholly_known() {
        let region = match block.is_unknown("region") {
            true => None,
            false => {
                loader(&block, http::client(&block)?).no_credentials().load().await.region().map(Region::to_string)
            }
        };
        let default_tags = (!block.is_unknown("default_tags")).then(|| default_tags(&block));
        return Err(NotReady::Unknown(Surroundings { region, default_tags, ignored_tags }));
    }
    let client = http::client(&block)?;
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).build();
    // The region and the credentials need each other's file settings: first all but the credentials.
    let sdk = loader(&block, client.clone()).timeout_config(timeouts).no_credentials().load().await;
    let Some(region) = sdk.region().cloned() else {
        let why = "Set region in the provider block, AWS_REGION in the environment, or region in the profile.";
        return Err(wrong("region", "No region", why).into());
    };
    if !block.is_true("skip_region_validation")
        && let Some(finding) = check_region("region", region.as_ref())
    {
        return Err(finding.into());
    }
    let endpoints = endpoints(&block);
    let conf = ProviderConfig::without_region().with_region(Some(region.clone())).with_http_client(client);
    let mut own = credentials::own(&block, &conf)?;
    // A web identity needs no others.
    if block.blocks("assume_role_with_web_identity").is_empty() && !block.is_true("skip_credentials_validation") {
        own = credentials::found(own).await?;
    }
    let sts_region = block.filled_text("sts_region").map(String::from);
    let at_sts = sdk.to_builder().region(sts_region.clone().map_or(region.clone(), Region::new)).build();
    let sts =
        |with: SharedCredentialsProvider| credentials::sts(&at_sts, endpoints.get("sts").map(String::as_str), with);
    let provider = credentials::with_roles(&block, sts, own).await?;
    let sdk = sdk.to_builder().credentials_provider(provider).build();
    let attempts = environment("AWS_MAX_ATTEMPTS").and_then(|text| text.parse::<u32>().ok());
    let retries = block.int("max_retries").and_then(|n| u32::try_from(n).ok());
    let settings = Settings {
        region: region.to_string(),
        endpoints,
        default_tags: default_tags(&block),
        ignored_tags,
        sts_region,
        max_retries: retries.or(attempts.map(|attempts| attempts.saturating_sub(1))).unwrap_or(RETRIES),
        without_account: block.is_true("skip_requesting_account_id"),
        allowed_accounts: block.texts("allowed_account_ids"),
        forbidden_accounts: block.texts("forbidden_account_ids"),
    };
    Ok((settings, sdk))
}

fn loader(block: &Fields, client: aws_smithy_runtime_api::client::http::SharedHttpClient) -> aws_config::ConfigLoader {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
    if let Some(region) = block.filled_text("region") {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(profile) = block.filled_text("profile") {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = credentials::profile_files(block) {
        loader = loader.profile_files(files);
    }
    if let Some(fips) = block.flag("use_fips_endpoint") {
        loader = loader.use_fips(fips);
    }
    if let Some(dualstack) = block.flag("use_dualstack_endpoint") {
        loader = loader.use_dual_stack(dualstack);
    }
    loader
}

fn endpoints(block: &Fields) -> BTreeMap<String, String> {
    let blocks = block.blocks("endpoints");
    let written = blocks.iter().flat_map(|block| {
        services::USED
            .iter()
            .filter_map(|service| Some(((*service).to_owned(), block.filled_text(service)?.to_owned())))
    });
    written.collect()
}

/// The block's tags over those of the environment.
fn default_tags(block: &Fields) -> Tags {
    let variables =
        std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    let mut tags: Tags = variables
        .filter_map(|(name, text)| Some((name.strip_prefix("TF_AWS_DEFAULT_TAGS_")?.to_owned(), text)))
        .filter(|(key, _)| !key.is_empty())
        .collect();
    tags.extend(block.one("default_tags").map(|block| block.text_map("tags")).unwrap_or_default());
    tags
}

/// The block's and those of the environment.
fn ignored_tags(block: &Fields) -> Ignored {
    let listed = |name: &str| {
        let text = environment(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(String::from).collect::<Vec<_>>()
    };
    let (mut keys, mut prefixes) = (listed("TF_AWS_IGNORE_TAGS_KEYS"), listed("TF_AWS_IGNORE_TAGS_KEY_PREFIXES"));
    if let Some(block) = block.one("ignore_tags") {
        keys.extend(block.texts("keys"));
        prefixes.extend(block.texts("key_prefixes"));
    }
    Ignored { keys, prefixes }
}

/// Checks the account, when the block says which ones may be used.
pub(crate) async fn check_account(aws: &Arc<Aws>) -> Findings {
    let (allowed, forbidden) = (&aws.settings.allowed_accounts, &aws.settings.forbidden_accounts);
    let name = if allowed.is_empty() { "forbidden_account_ids" } else { "allowed_account_ids" };
    if allowed.is_empty() && forbidden.is_empty() {
        return Vec::new();
    }
    let region = aws.region(None);
    let account = match region.identity().await {
        Ok(identity) => &identity.account,
        Err(why) => return vec![why.about(name).finding("provider")],
    };
    let why = match () {
        () if !allowed.is_empty() && !allowed.contains(account) => "is not one of allowed_account_ids",
        () if forbidden.contains(account) => "is one of forbidden_account_ids",
        () => return Vec::new(),
    };
    let detail =
        format!("The credentials belong to account {account}, which {why}. Use credentials of another account.");
    vec![wrong(name, "Account must not be used", detail)]
}
