//! `aws_ebs_default_kms_key`: the key that encrypts volumes of a region when no other is named.

use crate::arns::check_arn;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::kms::names::region_of_arn;
use crate::planning::Plan;
use crate::shape::{Definition, Shape, text};
use std::time::Duration;
use value::Value;

pub(crate) struct EbsDefaultKmsKey;

impl Kind for EbsDefaultKmsKey {
    fn definition(&self) -> Definition {
        let about = "ARN of the key; one of the region, symmetric.";
        let shape = Shape::default().field("key_arn", text().required().replaces().check(check_key).about(about));
        Definition::new(
            "aws_ebs_default_kms_key",
            "default key of EBS",
            "The key that encrypts volumes when no other is named, in one region. Destroying it brings back the key \
             that AWS manages.",
            shape,
        )
        .regional()
        .import("arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if let (Some(region), Some(of_key)) = (region, plan.config.text("key_arn").and_then(region_of_arn))
            && of_key != region.name()
        {
            let why = format!(
                "The key is of region {of_key}, the default is set in {}: it must be a key of that region, or the \
                 replica there.",
                region.name()
            );
            plan.refuse("key_arn", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let asked =
            region.ec2().call(Action::read("GetEbsDefaultKmsKeyId"), |c| c.get_ebs_default_kms_key_id().send()).await;
        let answer = asked.map_err(|why| why.while_doing("read the default key of EBS"))?;
        let key = answer.kms_key_id().unwrap_or_default();
        // An import by the ARN of another key finds nothing.
        if object.is_null("key_arn") && object.id() != key {
            return Ok(false);
        }
        object.set_text("key_arn", Some(key));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let key = change.planned.text("key_arn").unwrap_or_default();
        let asked = region.ec2().call(Action::same("ModifyEbsDefaultKmsKeyId"), |c| {
            c.modify_ebs_default_kms_key_id().kms_key_id(key).send()
        });
        let doing = || format!("make {key} the default key of EBS in {}", region.name());
        let answer = asked.await.map_err(|why| why.while_doing(doing()))?;
        change.made(answer.kms_key_id().unwrap_or(key));
        Ok(())
    }

    async fn delete(&self, region: &Region, _object: &Fields, _timeout: Duration) -> Result<(), Trouble> {
        let action = Action::same("ResetEbsDefaultKmsKeyId");
        let asked = region.ec2().call(action, |c| c.reset_ebs_default_kms_key_id().send()).await;
        asked.map(drop).map_err(|why| why.while_doing(format!("reset the default key of EBS in {}", region.name())))
    }
}

/// The API takes an alias too, but tells the key: the plan could never be kept.
fn check_key(value: &Value) -> Result<(), String> {
    check_arn(value)?;
    match value.as_str().is_some_and(|arn| arn.contains(":key/")) {
        true => Ok(()),
        false => Err("It must be the ARN of a key (\"arn:…:key/ID\"), not of an alias.".into()),
    }
}
