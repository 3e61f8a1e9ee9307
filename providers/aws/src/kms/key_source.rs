//! `aws_kms_key`: what there is to know about a key.

use super::names::region_of_arn;
use crate::cloud::{Action, Look, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Field, Shape, flag, int, of, text, texts};
use crate::source::Source;
use aws_sdk_kms::types::{KeyMetadata, MultiRegionKey};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use std::sync::Arc;
use value::{Type, Value};

pub(crate) struct KmsKeySource;

impl Source for KmsKeySource {
    fn definition(&self) -> Definition {
        let known = |about: &'static str| -> Field { text().computed().about(about) };
        let shape = Shape::default()
            .field("arn", known("ARN of the key."))
            .field("aws_account_id", known("Account that the key belongs to."))
            .field("cloud_hsm_cluster_id", known("CloudHSM cluster that holds the key material."))
            .field("creation_date", known("When it was made, as RFC 3339 has it."))
            .field("custom_key_store_id", known("Key store that holds the key material."))
            .field("customer_master_key_spec", known("Kind of key material; the older name of `key_spec`."))
            .field("deletion_date", known("When it will be deleted, where that is scheduled."))
            .field("description", known("What the key is for."))
            .field("enabled", flag().computed().about("Whether the key can be used."))
            .field("expiration_model", known("Whether imported key material expires."))
            .field("grant_tokens", texts().optional().about("Grant tokens that let you read the key."))
            .field(
                "key_id",
                text().required().length(1, 2_048).about("Id or ARN of the key, or name or ARN of an alias."),
            )
            .field("key_manager", known("`AWS` for keys of AWS services, else `CUSTOMER`."))
            .field("key_spec", known("Kind of key material."))
            .field("key_state", known("State of the key, such as `Enabled`."))
            .field("key_usage", known("What the key is used for."))
            .field("multi_region", flag().computed().about("Whether it is a multi-Region key."))
            .field(
                "multi_region_configuration",
                of(Type::list(configuration_type())).computed().about("Primary and replicas of a multi-Region key."),
            )
            .field("origin", known("Where the key material comes from, such as `AWS_KMS`."))
            .field(
                "pending_deletion_window_in_days",
                int().computed().about("Days that a primary waits after its last replica is deleted."),
            )
            .field("valid_to", known("When imported key material expires."))
            .field(
                "xks_key_configuration",
                of(Type::list(external_type())).computed().about("The key in the external key store."),
            );
        Definition::new("aws_kms_key", "KMS key", "A key, by its id or an alias.", shape).regional()
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let name = object.text("key_id").unwrap_or_default().to_owned();
        let doing = || format!("read KMS key {name}");
        if let Some(of_key) = region_of_arn(&name).filter(|of_key| *of_key != region.name()) {
            let why = format!("It is of region {of_key}, and asked for in {}: set region.", region.name());
            return Err(Trouble::refused(doing(), why).about("key_id"));
        }
        let tokens = object.texts("grant_tokens");
        let found = match tokens.is_empty() {
            true => region.reads.keys.metadata(&name, Look::Shared).await.map_err(|why| why.while_doing(doing()))?,
            // What tokens allow is nobody else's.
            false => {
                let ask = |c: &aws_sdk_kms::Client| {
                    c.describe_key().key_id(&name).set_grant_tokens(Some(tokens.clone())).send()
                };
                let answer = region.kms().call(Action::read("DescribeKey"), ask).await;
                answer.map_err(|why| why.while_doing(doing()))?.key_metadata
            }
        };
        let Some(key) = found else {
            let why = format!("There is no such key or alias in region {}.", region.name());
            return Err(Trouble::refused(doing(), why).about("key_id"));
        };
        show(&key, object);
        Ok(())
    }
}

fn show(key: &KeyMetadata, object: &mut Fields) {
    object.set_text("id", Some(key.key_id()));
    object.set_text("arn", key.arn());
    object.set_text("aws_account_id", key.aws_account_id());
    object.set_text("cloud_hsm_cluster_id", key.cloud_hsm_cluster_id());
    object.set_text("creation_date", date(key.creation_date()));
    object.set_text("custom_key_store_id", key.custom_key_store_id());
    object.set_text("customer_master_key_spec", key.key_spec().map(|spec| spec.as_str()));
    object.set_text("deletion_date", date(key.deletion_date()));
    object.set_text("description", Some(key.description().unwrap_or_default()));
    object.set_flag("enabled", Some(key.enabled()));
    object.set_text("expiration_model", key.expiration_model().map(|model| model.as_str()));
    object.set_text("key_manager", key.key_manager().map(|manager| manager.as_str()));
    object.set_text("key_spec", key.key_spec().map(|spec| spec.as_str()));
    object.set_text("key_state", key.key_state().map(|state| state.as_str()));
    object.set_text("key_usage", key.key_usage().map(|usage| usage.as_str()));
    object.set_flag("multi_region", Some(key.multi_region().unwrap_or_default()));
    let config = key.multi_region_configuration().map(|config| {
        let primary = config.primary_key().into_iter().map(place);
        let kind = config.multi_region_key_type().map(|kind| kind.as_str());
        Value::object([
            ("multi_region_key_type", shown(kind)),
            ("primary_key", Value::list(place_type(), primary)),
            ("replica_keys", Value::list(place_type(), config.replica_keys().iter().map(place))),
        ])
    });
    object.set("multi_region_configuration", Value::list(configuration_type(), config));
    object.set_text("origin", key.origin().map(|origin| origin.as_str()));
    object.set_int("pending_deletion_window_in_days", key.pending_deletion_window_in_days());
    object.set_text("valid_to", date(key.valid_to()));
    let external = key.xks_key_configuration().map(|external| Value::object([("id", shown(external.id()))]));
    object.set("xks_key_configuration", Value::list(external_type(), external));
}

fn date(time: Option<&DateTime>) -> Option<String> {
    // Without fractions of a second, which KMS tells and `hashicorp/aws` does not show.
    time.and_then(|time| DateTime::from_secs(time.secs()).fmt(Format::DateTime).ok())
}

fn shown(text: Option<&str>) -> Value {
    text.map_or(Value::null(Type::String), Value::string)
}

fn place(key: &MultiRegionKey) -> Value {
    Value::object([("arn", shown(key.arn())), ("region", shown(key.region()))])
}

fn object_type<const N: usize>(members: [(&str, Type); N]) -> Type {
    Type::object(members.map(|(name, ty)| (Arc::<str>::from(name), ty)))
}

fn place_type() -> Type {
    object_type([("arn", Type::String), ("region", Type::String)])
}

fn configuration_type() -> Type {
    object_type([
        ("multi_region_key_type", Type::String),
        ("primary_key", Type::list(place_type())),
        ("replica_keys", Type::list(place_type())),
    ])
}

fn external_type() -> Type {
    object_type([("id", Type::String)])
}
