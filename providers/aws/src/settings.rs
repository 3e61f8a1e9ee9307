//! The `provider` block.

use crate::cloud::Aws;
use crate::fields::Fields;
use crate::planning::Surroundings;
use crate::shape::{Definition, Shape, flag, int, text, text_map, text_set};
use crate::tags::{Ignored, Tags};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ec2::config::Credentials;
use aws_types::region::Region;
use sdk::{Diagnostic, Finding, Findings};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, Value};

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

/// Retries of `hashicorp/aws` when `max_retries` is not set.
const RETRIES: u32 = 25;

/// The `provider` block.
pub(crate) fn shape() -> Shape {
    let endpoints = Shape::default()
        .field("ec2", text().optional().about("Endpoint of EC2."))
        .field("kms", text().optional().about("Endpoint of KMS."))
        .field("sts", text().optional().about("Endpoint of STS."));
    let default_tags = Shape::default().field("tags", text_map().optional().about("The tags."));
    let ignore_tags = Shape::default()
        .field("keys", text_set().optional().about("Keys of tags that are left alone."))
        .field("key_prefixes", text_set().optional().about("How keys begin whose tags are left alone."));
    Shape::default()
        .field("region", text().optional().about("Region of everything that does not say its own."))
        .field("profile", text().optional().about("Profile of the shared configuration files."))
        .field("access_key", text().optional().about("Access key; better left to the environment."))
        .field("secret_key", text().optional().sensitive().about("Secret key; better left to the environment."))
        .field("token", text().optional().sensitive().about("Session token of temporary credentials."))
        .field(
            "max_retries",
            int().optional().between(0, 1_000).about("How often a request is sent again after a failure."),
        )
        .field(
            "skip_credentials_validation",
            flag().optional().about("Accepted; credentials are checked by their first use."),
        )
        .field("skip_metadata_api_check", text().optional().about("Accepted; `AWS_EC2_METADATA_DISABLED` decides."))
        .field(
            "skip_requesting_account_id",
            flag().optional().about("Accepted; the account is asked for only when needed."),
        )
        .set("endpoints", "Other endpoints than those of AWS.", endpoints)
        .one("default_tags", "Tags of every object that can have some.", default_tags)
        .one("ignore_tags", "Tags that are neither shown nor removed.", ignore_tags)
}

fn definition() -> Definition {
    Definition::new("aws", "provider", "", shape())
}

/// Checks a `provider` block.
pub(crate) fn check(config: &Value) -> Findings {
    crate::planning::check(&definition(), config)
}

fn wrong(name: &'static str, summary: &str, detail: &str) -> Finding {
    Finding { diagnostic: Diagnostic::error(summary, detail), attribute: Path::attribute(name) }
}

/// Reads the block, and finds credentials as the SDK does.
pub(crate) async fn read(config: &Value) -> Result<(Settings, SdkConfig), NotReady> {
    let block = Fields::of(&Arc::new(shape()), config);
    let default_tags = block.one("default_tags").map(|block| block.text_map("tags")).unwrap_or_default();
    if !config.is_wholly_known() {
        let region = block.text("region").map(String::from);
        return Err(NotReady::Unknown(Surroundings { region, default_tags }));
    }
    let ignored_tags = block.one("ignore_tags").map_or(Ignored::default(), |block| Ignored {
        keys: block.texts("keys"),
        prefixes: block.texts("key_prefixes"),
    });
    let mut endpoints = BTreeMap::new();
    for block in block.blocks("endpoints") {
        for service in ["ec2", "kms", "sts"] {
            if let Some(url) = block.filled_text(service) {
                endpoints.insert(service.to_owned(), url.to_owned());
            }
        }
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(region) = block.filled_text("region") {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(profile) = block.filled_text("profile") {
        loader = loader.profile_name(profile);
    }
    if let (Some(key), Some(secret)) = (block.filled_text("access_key"), block.filled_text("secret_key")) {
        let token = block.filled_text("token").map(String::from);
        loader = loader.credentials_provider(Credentials::new(key, secret, token, None, "provider block"));
    }
    let sdk = loader.load().await;
    let Some(region) = sdk.region() else {
        let detail = "Set region in the provider block, AWS_REGION in the environment, or region in the profile.";
        return Err(NotReady::Wrong(vec![wrong("region", "No region", detail)]));
    };
    let settings = Settings {
        region: region.to_string(),
        endpoints,
        default_tags,
        ignored_tags,
        sts_region: None,
        max_retries: block.int("max_retries").and_then(|n| u32::try_from(n).ok()).unwrap_or(RETRIES),
        allowed_accounts: Vec::new(),
        forbidden_accounts: Vec::new(),
    };
    Ok((settings, sdk))
}

/// Checks the account, when the block says which ones may be used.
pub(crate) async fn check_account(_aws: &Arc<Aws>) -> Findings {
    Vec::new()
}
