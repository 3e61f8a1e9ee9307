//! `aws_kms_key`: a key that encrypts, signs or authenticates.

use super::names::{check_policy, new_principal, same_policy};
use super::steps::{self, Key, not_seen, patiently};
use crate::cloud::{APPEARS, Action, Look, Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, flag, int, text};
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MultiRegionKeyType, OriginType};
use sdk::Repeat;
use std::time::Duration;

pub(crate) struct KmsKey;

impl Kind for KmsKey {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the key."))
            .field(
                "bypass_policy_lockout_safety_check",
                flag().default(false).about(
                    "Accept a policy that keeps you from changing the policy again. Such a key can become unmanageable.",
                ),
            )
            .field(
                "custom_key_store_id",
                text().optional().replaces().length(1, 22).about("Key store that holds the key material."),
            )
            .field(
                "customer_master_key_spec",
                text().default("SYMMETRIC_DEFAULT").replaces().one_of(SPECS).about("Kind of key material."),
            )
            .field(
                "deletion_window_in_days",
                int().optional().between(7, 30).about(
                    "Days between the destroy and the deletion, in which it can be cancelled; 30 when not written.",
                ),
            )
            .field(
                "description",
                text().optional().computed().length(0, 8_192).about("What the key is for."),
            )
            .field(
                "enable_key_rotation",
                flag().default(false).about("Make new key material regularly; for symmetric encryption keys."),
            )
            .field("is_enabled", flag().default(true).about("Whether the key can be used."))
            .field("key_id", text().computed().about("Id of the key."))
            .field(
                "key_usage",
                text().default("ENCRYPT_DECRYPT").replaces().one_of(USAGES).about("What the key is used for."),
            )
            .field(
                "multi_region",
                flag().optional().computed().replaces().about(
                    "Make a primary key that can be replicated into other regions. It cannot be changed later.",
                ),
            )
            .field(
                "policy",
                text().optional().computed().check(check_policy).same_when(same_policy).about(
                    "Key policy, as JSON. Without one the account's administrators decide by IAM policies.",
                ),
            )
            .field(
                "rotation_period_in_days",
                int().optional().computed().between(90, 2_560).about("Days between rotations; 365 when not written."),
            )
            .field(
                "xks_key_id",
                text().optional().replaces().length(1, 128).about("Id of the key in the external key store."),
            );
        let about = "A KMS key, or the primary of a multi-Region key. A destroy schedules its deletion.";
        Definition::new("aws_kms_key", "KMS key", about, shape)
            .regional()
            .tagged()
            .timeouts(&[("create", 2)])
            .group(Group::Needs(&["rotation_period_in_days", "enable_key_rotation"]))
            .group(Group::Needs(&["xks_key_id", "custom_key_store_id"]))
            .import("1234abcd-12ab-34cd-56ef-1234567890ab")
    }

    /// CreateKey has no client token, and keys have no name.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let planned = plan.planned.clone();
        // "CreateKey" in the KMS API reference, KeySpec, KeyUsage, CustomKeyStoreId, MultiRegion; "EnableKeyRotation".
        if let (Some(spec), Some(usage)) = (planned.text("customer_master_key_spec"), planned.text("key_usage")) {
            let usages = usages_of(spec);
            if SPECS.contains(&spec) && USAGES.contains(&usage) && !usages.contains(&usage) {
                let why = format!("A key of spec {spec} is used for {}, not {usage}.", usages.join(" or "));
                plan.refuse("key_usage", why);
            }
        }
        let spec = planned.text("customer_master_key_spec");
        if let Some(spec) = spec.filter(|spec| *spec != "SYMMETRIC_DEFAULT") {
            if planned.is_true("enable_key_rotation") {
                let why = format!("Only keys of spec SYMMETRIC_DEFAULT are rotated, not {spec}.");
                plan.refuse("enable_key_rotation", why);
            }
            if plan.config.text("custom_key_store_id").is_some() {
                let why = format!("A key store holds only keys of spec SYMMETRIC_DEFAULT, not {spec}.");
                plan.refuse("custom_key_store_id", why);
            }
        }
        if spec == Some("SM2") && region.is_some_and(|region| !region.name().starts_with("cn-")) {
            plan.refuse("customer_master_key_spec", "SM2 is available in China Regions only.");
        }
        if plan.config.text("custom_key_store_id").is_some() {
            if planned.is_true("multi_region") {
                plan.refuse("multi_region", "A key in a key store cannot be a multi-Region key.");
            }
            if planned.is_true("enable_key_rotation") {
                plan.refuse("enable_key_rotation", "Keys in a key store are not rotated by KMS.");
            }
        }
        let Some(prior) = plan.prior.clone() else { return };
        let rotation = plan.changes("enable_key_rotation");
        if rotation && plan.config.is_null("rotation_period_in_days") {
            plan.planned.set_unknown("rotation_period_in_days");
        }
        let stays_disabled = prior.flag("is_enabled") == Some(false) && planned.flag("is_enabled") == Some(false);
        if stays_disabled && (rotation || plan.changes("rotation_period_in_days")) {
            // "Key states of AWS KMS keys".
            let why = "The rotation of a disabled key cannot be changed: enable the key first.";
            plan.refuse("enable_key_rotation", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let Some(key) = Key::read(region, &id, Look::Shared).await? else { return Ok(false) };
        let metadata = &key.metadata;
        let kind = metadata.multi_region_configuration().and_then(|config| config.multi_region_key_type());
        if kind == Some(&MultiRegionKeyType::Replica) {
            let why = format!("{id} is a replica of a multi-Region key in this region: it is an aws_kms_replica_key.");
            return Err(Trouble::refused(format!("read KMS key {id}"), why));
        }
        key.show(region, object);
        object.set_text("custom_key_store_id", metadata.custom_key_store_id());
        object.set_text("customer_master_key_spec", metadata.key_spec().map(KeySpec::as_str));
        object.set_text("description", Some(metadata.description().unwrap_or_default()));
        object.set_flag("enable_key_rotation", Some(key.is_rotated()));
        object.set_flag("is_enabled", Some(key.is_enabled(object.flag("is_enabled"))));
        object.set_flag("multi_region", Some(metadata.multi_region().unwrap_or_default()));
        // While there is no rotation there is no period, whatever is written.
        if let Some(days) = key.rotation.as_ref().and_then(|rotation| rotation.days) {
            object.set_int("rotation_period_in_days", Some(days));
        }
        object.set_text("xks_key_id", metadata.xks_key_configuration().and_then(|external| external.id()));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let key = &change.planned;
        let origin = match (key.filled_text("xks_key_id"), key.filled_text("custom_key_store_id")) {
            (Some(_), _) => Some(OriginType::ExternalKeyStore),
            (None, Some(_)) => Some(OriginType::AwsCloudhsm),
            (None, None) => None,
        };
        let asked = patiently(change.timeout("create"), new_principal, || {
            region.kms().call(Action::once("CreateKey"), |c| {
                c.create_key()
                    .set_bypass_policy_lockout_safety_check(key.flag("bypass_policy_lockout_safety_check"))
                    .set_custom_key_store_id(key.filled_text("custom_key_store_id").map(String::from))
                    .set_description(key.filled_text("description").map(String::from))
                    .set_key_spec(key.text("customer_master_key_spec").map(KeySpec::from))
                    .set_key_usage(key.text("key_usage").map(KeyUsageType::from))
                    .set_multi_region(key.flag("multi_region"))
                    .set_origin(origin.clone())
                    .set_policy(key.filled_text("policy").map(String::from))
                    .set_tags(steps::tags_of(change))
                    .set_xks_key_id(key.filled_text("xks_key_id").map(String::from))
                    .send()
            })
        });
        let made = asked.await.map_err(|why| why.while_doing("create the KMS key"))?;
        let metadata = made.key_metadata().ok_or_else(|| Trouble::ours("CreateKey answered without a key"))?;
        let id = metadata.key_id();
        change.made(id);
        steps::wait_until_made(region, id, change.timeout("create")).await?;
        if key.is_true("enable_key_rotation") {
            rotate(region, id, key).await?;
        }
        // Nothing about the rotation can be changed once it is disabled.
        if key.flag("is_enabled") == Some(false) {
            steps::set_enabled(region, id, false).await?;
        }
        steps::settle(region, change, id, "is_enabled").await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, key) = (change.prior.id(), &change.planned);
        let switched = change.changes("is_enabled");
        // The rotation of a disabled key cannot be changed, so a key is enabled first and disabled last.
        if switched && key.is_true("is_enabled") {
            steps::set_enabled(region, id, true).await?;
        }
        let period = key.is_true("enable_key_rotation") && change.changes("rotation_period_in_days");
        if change.changes("enable_key_rotation") || period {
            rotate(region, id, key).await?;
        }
        if change.changes("description") {
            steps::set_description(region, id, key.text("description").unwrap_or_default()).await?;
        }
        if let Some(policy) = key.text("policy").filter(|_| change.changes("policy")) {
            steps::set_policy(region, id, policy, key.is_true("bypass_policy_lockout_safety_check")).await?;
        }
        steps::update_tags(region, change, id).await?;
        if switched && !key.is_true("is_enabled") {
            steps::set_enabled(region, id, false).await?;
        }
        match change.changes_any(&SEEN) {
            true => steps::settle(region, change, id, "is_enabled").await,
            false => Ok(()),
        }
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        steps::schedule_deletion(region, object.id(), object.int("deletion_window_in_days"), timeout).await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        steps::import(id, object)
    }
}

/// Arguments whose changes take a while until all of KMS knows them.
const SEEN: [&str; 6] =
    ["is_enabled", "enable_key_rotation", "rotation_period_in_days", "description", "policy", "tags_all"];

/// "Key spec reference" of KMS.
const SPECS: &[&str] = &[
    "ECC_NIST_EDWARDS25519",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "SM2",
    "SYMMETRIC_DEFAULT",
];

const USAGES: &[&str] = &["ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "SIGN_VERIFY"];

/// What a key of a spec can be used for ("CreateKey", KeyUsage).
fn usages_of(spec: &str) -> &'static [&'static str] {
    match spec {
        "SYMMETRIC_DEFAULT" => &["ENCRYPT_DECRYPT"],
        "SM2" => &["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"],
        "ECC_NIST_EDWARDS25519" | "ECC_SECG_P256K1" => &["SIGN_VERIFY"],
        _ if spec.starts_with("HMAC_") => &["GENERATE_VERIFY_MAC"],
        _ if spec.starts_with("RSA_") => &["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
        _ if spec.starts_with("ECC_NIST_") => &["SIGN_VERIFY", "KEY_AGREEMENT"],
        _ => &["SIGN_VERIFY"],
    }
}

/// Brings the rotation to what is planned.
async fn rotate(region: &Region, id: &str, planned: &Fields) -> Result<(), Trouble> {
    let days = planned.int("rotation_period_in_days");
    let done = patiently(APPEARS, not_seen, || async {
        if !planned.is_true("enable_key_rotation") {
            let action = Action::same("DisableKeyRotation");
            return region.kms().call(action, |c| c.disable_key_rotation().key_id(id).send()).await.map(drop);
        }
        let ask = |c: &aws_sdk_kms::Client| c.enable_key_rotation().key_id(id).set_rotation_period_in_days(days).send();
        region.kms().call(Action::same("EnableKeyRotation"), ask).await.map(drop)
    });
    done.await.map_err(|why| why.while_doing(format!("set the rotation of KMS key {id}")).about("enable_key_rotation"))
}
