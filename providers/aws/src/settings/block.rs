//! What can be written in the `provider` block: that of `hashicorp/aws` 6.25.0.

use super::services::SERVICES;
use crate::shape::{Definition, Group, Shape, flag, int, parse_duration, text, text_map, text_set, texts};
use value::Value;

/// The block.
pub(crate) fn shape() -> Shape {
    Shape::default()
        .field("access_key", text().optional().about("Access key; better left to the environment."))
        .field("allowed_account_ids", text_set().optional().about("Accounts that may be used, and no others."))
        .field("custom_ca_bundle", text().optional().about("File of certificates (PEM) that are trusted besides the system's; or `AWS_CA_BUNDLE`."))
        .field("ec2_metadata_service_endpoint", text().optional().about("Where an instance asks for its credentials; or `AWS_EC2_METADATA_SERVICE_ENDPOINT`."))
        .field("ec2_metadata_service_endpoint_mode", text().optional().check(check_mode).about("`IPv4` or `IPv6`; or `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`."))
        .field("forbidden_account_ids", text_set().optional().about("Accounts that must not be used."))
        .field("http_proxy", text().optional().about("Proxy for requests; or `HTTP_PROXY`. It is used for `https` too when `https_proxy` is not set."))
        .field("https_proxy", text().optional().about("Proxy for requests over `https`; or `HTTPS_PROXY`."))
        .field("insecure", flag().optional().about("Must not be true: certificates are always checked. Name your authority in `custom_ca_bundle`."))
        .field("max_retries", int().optional().between(0, 1_000).about("How often a request is sent again after a failure: 25 when not set, or one less than `AWS_MAX_ATTEMPTS`. Throttling is no failure."))
        .field("no_proxy", text().optional().about("Hosts that are asked without a proxy, with commas; or `NO_PROXY`."))
        .field("profile", text().optional().about("Profile of the shared configuration files; or `AWS_PROFILE`. Its credentials go before those of the environment."))
        .field("region", text().optional().about("Region of everything that does not say its own; or `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile."))
        .field("retry_mode", text().optional().one_of(&["standard", "adaptive"]).about("Accepted; the rate that a service takes is always found out, as `adaptive` says."))
        .field("s3_us_east_1_regional_endpoint", text().optional().one_of(&["legacy", "regional"]).about("Accepted; there are no types of S3 here."))
        .field("s3_use_path_style", flag().optional().about("Accepted; there are no types of S3 here."))
        .field("secret_key", text().optional().sensitive().about("Secret key; better left to the environment."))
        .field("shared_config_files", texts().optional().about("Configuration files instead of `~/.aws/config`; or `AWS_CONFIG_FILE`."))
        .field("shared_credentials_files", texts().optional().about("Credentials files instead of `~/.aws/credentials`; or `AWS_SHARED_CREDENTIALS_FILE`."))
        .field("skip_credentials_validation", flag().optional().about("Do not look for credentials before they are used. Without it a run that has none ends at once, and says where they were looked for."))
        .field("skip_metadata_api_check", text().optional().check(check_flag).about("`true`: an instance is not asked for credentials; or `AWS_EC2_METADATA_DISABLED`."))
        .field("skip_region_validation", flag().optional().about("Take any region name."))
        .field("skip_requesting_account_id", flag().optional().about("Leave the account out of ARNs, for emulators without STS."))
        .field("sts_region", text().optional().about("Region whose STS is asked, when it is another than `region`."))
        .field("tag_policy_compliance", text().optional().one_of(&["disabled", "error", "warning"]).about("Only `disabled`: AWS itself enforces tag policies."))
        .field("token", text().optional().sensitive().about("Session token of temporary credentials."))
        .field("token_bucket_rate_limiter_capacity", int().optional().about("Accepted; the rate that a service takes is found out."))
        .field("use_dualstack_endpoint", flag().optional().about("Use endpoints that answer over IPv6 too; or `AWS_USE_DUALSTACK_ENDPOINT`."))
        .field("use_fips_endpoint", flag().optional().about("Use endpoints with FIPS 140 cryptography; or `AWS_USE_FIPS_ENDPOINT`."))
        .list("assume_role", "Roles that are assumed, one with the credentials of the one before.", assume_role())
        .one("assume_role_with_web_identity", "Role that is assumed with a token of an identity provider, before `assume_role`.", web_identity())
        .one("default_tags", "Tags of every object that can have some.", Shape::default().field("tags", text_map().optional().about("The tags. `TF_AWS_DEFAULT_TAGS_NAME` in the environment adds one named `NAME`.")))
        .set("endpoints", "Other endpoints than those of AWS.", endpoints())
        .one("ignore_tags", "Tags that are neither shown nor removed.", ignore_tags())
}

fn session(shape: Shape) -> Shape {
    shape
        .field(
            "duration",
            text().optional().check(check_duration).about("How long credentials last, from `15m` to `12h`."),
        )
        .field("policy", text().optional().about("Policy that narrows what the role may do, as JSON."))
        .field("policy_arns", text_set().optional().about("Managed policies that narrow what the role may do."))
        .field("role_arn", text().optional().about("ARN of the role."))
        .field("session_name", text().optional().about("Name of the session, as CloudTrail shows it."))
}

fn assume_role() -> Shape {
    session(Shape::default())
        .field("external_id", text().optional().length(2, 1_224).about("What the owner of the role wants to be told."))
        .field("source_identity", text().optional().length(2, 64).about("Who is behind the session."))
        .field("tags", text_map().optional().about("Tags of the session."))
        .field(
            "transitive_tag_keys",
            text_set().optional().about("Tags that go on to sessions that begin from this one."),
        )
}

fn web_identity() -> Shape {
    session(Shape::default()).field("web_identity_token", text().optional().sensitive().about("The token.")).field(
        "web_identity_token_file",
        text().optional().about("File with the token, read anew whenever credentials are needed."),
    )
}

fn endpoints() -> Shape {
    SERVICES.iter().fold(Shape::default(), |shape, service| {
        shape.field(service, text().optional().check(check_url).about("URL of the service's endpoint."))
    })
}

fn ignore_tags() -> Shape {
    Shape::default()
        .field(
            "key_prefixes",
            text_set().optional().about(
                "How keys begin whose tags are left alone; those in `TF_AWS_IGNORE_TAGS_KEY_PREFIXES` are added.",
            ),
        )
        .field(
            "keys",
            text_set()
                .optional()
                .about("Keys of tags that are left alone; those in `TF_AWS_IGNORE_TAGS_KEYS` are added."),
        )
}

/// The block with its rules.
pub(super) fn definition() -> Definition {
    let definition = Definition::new("aws", "provider", "", shape());
    definition
        .group(Group::AtMostOne(&["allowed_account_ids", "forbidden_account_ids"]))
        .group(Group::Needs(&["access_key", "secret_key"]))
        .group(Group::Needs(&["secret_key", "access_key"]))
        .group(Group::Needs(&["token", "access_key", "secret_key"]))
}

fn check_url(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.is_empty() || text.starts_with("http://") || text.starts_with("https://") {
        true => Ok(()),
        false => Err("An endpoint begins with http:// or https://.".into()),
    }
}

fn check_mode(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "ipv4" | "ipv6" => Ok(()),
        _ => Err("The mode is IPv4 or IPv6.".into()),
    }
}

fn check_flag(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default() {
        "" | "true" | "false" => Ok(()),
        _ => Err("It is \"true\" or \"false\".".into()),
    }
}

/// "AssumeRole", `DurationSeconds`: from 15 minutes to what the role allows, 12 hours at most.
fn check_duration(value: &Value) -> Result<(), String> {
    match value.as_str().filter(|text| !text.is_empty()).map(parse_duration) {
        None => Ok(()),
        Some(Some(time)) if (900..=43_200).contains(&time.as_secs()) => Ok(()),
        Some(_) => Err("A session lasts from 15 minutes to 12 hours, written like \"1h30m\".".into()),
    }
}
