//! `aws_kms_replica_key`: a multi-Region key in another region than its primary's.

use super::names::{check_policy, key_id, new_principal, region_of_arn, same_policy};
use super::steps::{self, Key, not_seen, patiently};
use crate::cloud::{Action, ApiError, Look, Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, int, text};
use aws_sdk_kms::types::{KeySpec, MultiRegionConfiguration, MultiRegionKeyType};
use std::time::Duration;
use value::Value;

pub(crate) struct KmsReplicaKey;

/// How long ReplicateKey waits for new principals, and the replica for its key material.
const PATIENCE: Duration = Duration::from_secs(120);

impl Kind for KmsReplicaKey {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the replica: that of the primary but for the region."))
            .field(
                "bypass_policy_lockout_safety_check",
                flag().default(false).about(
                    "Accept a policy that keeps you from changing the policy again. Such a key can become unmanageable.",
                ),
            )
            .field(
                "deletion_window_in_days",
                int().default(30).between(7, 30).about("Days between the destroy and the deletion."),
            )
            .field("description", text().optional().length(0, 8_192).about("What the replica is for."))
            .field("enabled", flag().default(true).about("Whether the replica can be used."))
            .field("key_id", text().computed().about("Id of the key; primary and replicas have the same."))
            .field("key_rotation_enabled", flag().computed().about("Whether the primary is rotated, and this with it."))
            .field("key_spec", text().computed().about("Kind of key material."))
            .field("key_usage", text().computed().about("What the key is used for."))
            .field(
                "policy",
                text().optional().computed().check(check_policy).same_when(same_policy).about(
                    "Key policy, as JSON. Replicas do not share the primary's: without one it is the default policy.",
                ),
            )
            .field(
                "primary_key_arn",
                text().required().replaces().check(check_primary).about(
                    "ARN of the primary key: a multi-Region key (`mrk-…`) of another region. The replica is made in \
                     `region`.",
                ),
            );
        let about = "A replica of a multi-Region key: the same key material under the same id in another region, for \
                     use there when the primary's region is lost. A destroy schedules its deletion.";
        Definition::new("aws_kms_replica_key", "KMS replica key", about, shape)
            .regional()
            .tagged()
            .import("mrk-1234abcd12ab34cd56ef1234567890ab")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let Some(primary) = plan.config.text("primary_key_arn").map(String::from) else { return };
        if let Some(region) = region
            && region_of_arn(&primary) == Some(region.name())
        {
            let why = format!(
                "The primary is in region {} too. A replica is in another region: set region, or use a provider of \
                 another region.",
                region.name()
            );
            plan.refuse("primary_key_arn", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let Some(key) = Key::read(region, &id, Look::Shared).await? else { return Ok(false) };
        let metadata = &key.metadata;
        let Some(primary) = primary_of(metadata.multi_region_configuration()) else {
            let why = format!(
                "{id} is no replica in region {}: it is an aws_kms_key there. If it was made the primary on purpose, \
                 remove it from this configuration without destroying it, and import it as such.",
                region.name()
            );
            return Err(Trouble::refused(format!("read KMS replica key {id}"), why));
        };
        key.show(region, object);
        let description = metadata.description().unwrap_or_default();
        if !(description.is_empty() && object.is_null("description")) {
            object.set_text("description", Some(description));
        }
        object.set_flag("enabled", Some(key.is_enabled(object.flag("enabled"))));
        object.set_flag("key_rotation_enabled", Some(key.is_rotated()));
        object.set_text("key_spec", metadata.key_spec().map(KeySpec::as_str));
        object.set_text("primary_key_arn", Some(primary));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let replica = &change.planned;
        let primary = replica.text("primary_key_arn").unwrap_or_default();
        let id = key_id(primary);
        // "ReplicateKey": the request goes to the region of the primary.
        let home = region.elsewhere(region_of_arn(primary).unwrap_or_default())?;
        // A new primary may not be known to all of KMS yet.
        let may_pass = |why: &ApiError| new_principal(why) || not_seen(why);
        let asked = patiently(PATIENCE, may_pass, || {
            home.kms().call(Action::same("ReplicateKey"), |c| {
                c.replicate_key()
                    .key_id(id)
                    .replica_region(region.name())
                    .set_bypass_policy_lockout_safety_check(replica.flag("bypass_policy_lockout_safety_check"))
                    .set_description(replica.filled_text("description").map(String::from))
                    .set_policy(replica.filled_text("policy").map(String::from))
                    .set_tags(steps::tags_of(change))
                    .send()
            })
        });
        match asked.await {
            Ok(_) => {
                change.made(id);
                steps::wait_until_made(region, id, PATIENCE).await?;
            }
            // A key has one replica in a region: it may be the one that was made before, without an answer.
            Err(why) if why.is("AlreadyExistsException") && (change.repeated || why.tried_before) => {
                if !self.is_ours(region, change, id, primary).await? {
                    return Err(why.while_doing(format!("replicate KMS key {id} into {}", region.name())));
                }
                change.made(id);
            }
            Err(why) => return Err(why.while_doing(format!("replicate KMS key {id} into {}", region.name()))),
        }
        if replica.flag("enabled") == Some(false) {
            steps::set_enabled(region, id, false).await?;
        }
        steps::settle(region, change, id, "enabled").await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, key) = (change.prior.id(), &change.planned);
        let switched = change.changes("enabled");
        if switched && key.is_true("enabled") {
            steps::set_enabled(region, id, true).await?;
        }
        if change.changes("description") {
            steps::set_description(region, id, key.text("description").unwrap_or_default()).await?;
        }
        if let Some(policy) = key.text("policy").filter(|_| change.changes("policy")) {
            steps::set_policy(region, id, policy, key.is_true("bypass_policy_lockout_safety_check")).await?;
        }
        steps::update_tags(region, change, id).await?;
        if switched && !key.is_true("enabled") {
            steps::set_enabled(region, id, false).await?;
        }
        match change.changes_any(&["enabled", "description", "policy", "tags_all"]) {
            true => steps::settle(region, change, id, "enabled").await,
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

impl KmsReplicaKey {
    /// Whether the replica that is there is what this change makes: everything that ReplicateKey was told agrees.
    async fn is_ours(&self, region: &Region, change: &Change, id: &str, primary: &str) -> Result<bool, Trouble> {
        let found = region.reads.keys.metadata(id, Look::Now).await;
        let found = found.map_err(|why| why.while_doing(format!("read KMS replica key {id}")))?;
        if found.is_none_or(|metadata| steps::is_leaving(&metadata)) {
            return Ok(false);
        }
        steps::wait_until_made(region, id, PATIENCE).await?;
        let Some(key) = Key::read(region, id, Look::Now).await? else { return Ok(false) };
        let planned = &change.planned;
        let policy = Value::string(key.policy.as_str());
        let same_description = planned.is_unknown("description")
            || planned.text("description").unwrap_or_default() == key.metadata.description().unwrap_or_default();
        let same_policy = planned.text("policy").is_none() || same_policy(planned.get("policy"), &policy);
        // Tags become visible later than the key.
        let wanted = planned.text_map("tags_all");
        let same_tags = key.tags.iter().all(|(key, text)| key.starts_with("aws:") || wanted.get(key) == Some(text));
        let same_primary = primary_of(key.metadata.multi_region_configuration()) == Some(primary);
        Ok(same_description && same_policy && same_tags && same_primary)
    }
}

/// The primary's ARN, of a replica; none for other keys.
fn primary_of(config: Option<&MultiRegionConfiguration>) -> Option<&str> {
    let replica = config.filter(|config| config.multi_region_key_type() == Some(&MultiRegionKeyType::Replica))?;
    replica.primary_key()?.arn()
}

/// "Multi-Region keys in AWS KMS": their ids begin with `mrk-`.
fn check_primary(value: &Value) -> Result<(), String> {
    let arn = value.as_str().unwrap_or_default();
    match arn.split_once(":key/") {
        Some((_, id)) if region_of_arn(arn).is_some() && id.starts_with("mrk-") => Ok(()),
        Some((_, id)) if region_of_arn(arn).is_some() => Err(format!(
            "Only multi-Region keys can be replicated, whose ids begin with mrk-; this is {id}. A key becomes one when \
             it is made, with multi_region = true."
        )),
        _ => Err("It is no ARN of a key, such as arn:aws:kms:eu-central-1:123456789012:key/mrk-….".into()),
    }
}
