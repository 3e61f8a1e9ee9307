//! `aws_kms_key_policy`: the policy of a key, apart from the key.

use super::names::{check_policy, key_id, region_of_arn, same_key, same_policy};
use super::steps::{self, is_leaving, show_policy};
use crate::cloud::{APPEARS, Look, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, text};
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use value::Value;

pub(crate) struct KmsKeyPolicy;

impl Kind for KmsKeyPolicy {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field(
                "bypass_policy_lockout_safety_check",
                flag().default(false).about(
                    "Accept a policy that keeps you from changing the policy again. A destroy then leaves the policy as \
                     it is.",
                ),
            )
            .field(
                "key_id",
                text().required().replaces().length(1, 2_048).same_when(same_key).about("Id or ARN of the key."),
            )
            .field(
                "policy",
                text().required().check(check_policy).same_when(same_policy).about(
                    "Key policy, as JSON. A key has one policy: do not set it here and in `aws_kms_key` too.",
                ),
            );
        let about = "The policy of a KMS key. A destroy gives the key the default policy, with which the account's \
                     IAM policies decide.";
        Definition::new("aws_kms_key_policy", "KMS key policy", about, shape)
            .regional()
            .import("1234abcd-12ab-34cd-56ef-1234567890ab")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if let (Some(region), Some(of_key)) = (region, plan.config.text("key_id").and_then(region_of_arn))
            && of_key != region.name()
        {
            let why = format!("The key is of region {of_key}, this policy of {}: set region.", region.name());
            plan.refuse("key_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let Some((found_id, policy)) = find(region, &id, Look::Shared).await? else { return Ok(false) };
        if !same_key(object.get("key_id"), &Value::string(found_id.as_str())) {
            object.set_text("key_id", Some(found_id));
        }
        show_policy(object, &policy);
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.planned.text("key_id").unwrap_or_default();
        put(region, id, &change.planned).await?;
        change.made(id);
        wait_until_seen(region, id, &change.planned).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        if !change.changes("policy") {
            return Ok(());
        }
        put(region, id, &change.planned).await?;
        wait_until_seen(region, id, &change.planned).await
    }

    /// As `hashicorp/aws` does: the default policy is put back, unless the safety check was bypassed, when that may not
    /// be allowed to anybody.
    async fn delete(&self, region: &Region, object: &Fields, _timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        if object.is_true("bypass_policy_lockout_safety_check") || find(region, id, Look::Now).await?.is_none() {
            return Ok(());
        }
        steps::set_policy(region, id, &default_policy(region).await?, false).await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        steps::import(id, object)?;
        let id = key_id(id).to_owned();
        object.set_text("key_id", Some(id));
        Ok(())
    }
}

/// Id and policy of a key that is not about to be deleted.
async fn find(region: &Region, id: &str, look: Look) -> Result<Option<(String, String)>, Trouble> {
    let doing = || format!("read the policy of KMS key {id}");
    let found = region.reads.keys.metadata(id, look).await.map_err(|why| why.while_doing(doing()))?;
    let Some(metadata) = found.filter(|metadata| !is_leaving(metadata)) else { return Ok(None) };
    let policy = region.reads.keys.policy(id, look).await.map_err(|why| why.while_doing(doing()))?;
    Ok(policy.map(|policy| (metadata.key_id().to_owned(), policy)))
}

async fn put(region: &Region, id: &str, planned: &Fields) -> Result<(), Trouble> {
    let bypass = planned.is_true("bypass_policy_lockout_safety_check");
    steps::set_policy(region, id, planned.text("policy").unwrap_or_default(), bypass).await
}

async fn wait_until_seen(region: &Region, id: &str, planned: &Fields) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("see the policy of KMS key {id}"), until: "the new one", timeout: APPEARS };
    let sightings = AtomicU32::new(0);
    wait.run(|| async {
        let found = find(region, id, Look::Now).await?;
        let new = found.is_some_and(|(_, policy)| same_policy(planned.get("policy"), &Value::string(policy.as_str())));
        if !new {
            sightings.store(0, Ordering::Relaxed);
            return Ok(Seen::Pending("the old one".into()));
        }
        Ok(match sightings.fetch_add(1, Ordering::Relaxed) + 1 >= steps::SIGHTINGS {
            true => Seen::Done(()),
            false => Seen::Pending("changing".into()),
        })
    })
    .await
}

/// What KMS gives to a key without a policy ("Default key policy").
async fn default_policy(region: &Region) -> Result<String, Trouble> {
    let root = format!("arn:{}:iam::{}:root", region.partition(), region.identity().await?.account);
    let policy = json!({
        "Id": "default",
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": root },
            "Action": "kms:*",
            "Resource": "*",
        }],
    });
    Ok(policy.to_string())
}
