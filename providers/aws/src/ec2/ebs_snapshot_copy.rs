//! `aws_ebs_snapshot_copy`: a snapshot of this or another region, once more here, also with another key.

use super::ebs_snapshot::{check_restore, check_way_back, common_shape, delete, finish, read, update};
use super::tagging;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::kms::names::{region_of_arn, same_key};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, int, text};
use aws_sdk_ec2::types::ResourceType;
use sdk::{Findings, Repeat};
use std::time::Duration;
use value::Value;

pub(crate) struct EbsSnapshotCopy;

impl Kind for EbsSnapshotCopy {
    fn definition(&self) -> Definition {
        Definition::new(
            "aws_ebs_snapshot_copy",
            "copy of an EBS snapshot",
            "A copy of a snapshot, in the region of the resource.",
            shape(),
        )
        .regional()
        .tagged()
        .timeouts(&[("create", 10), ("delete", 10)])
        .import("eu-west-1:snap-0f0e1d2c3b4a59687:snap-049df61146c4d7901")
    }

    // CopySnapshot has no client token, and a second copy looks just like the first.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        check_restore(config, findings);
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        check_way_back(plan);
        let config = plan.config.clone();
        if config.flag("encrypted") == Some(false) && config.filled_text("kms_key_id").is_some() {
            plan.refuse("kms_key_id", "A key is named, but encrypted is false. Remove one of them.");
        }
        if let (Some(region), Some(arn)) = (region, config.text("kms_key_id"))
            && let Some(of_key) = region_of_arn(arn)
            && of_key != region.name()
        {
            let why = format!(
                "The key is of region {of_key}, the copy of {}. A copy is encrypted with a key of the region that it is \
                 made in: name that one, or the replica there.",
                region.name()
            );
            plan.refuse("kms_key_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        // A plan knows its tags, an import does not.
        let imported = object.is_null("tags_all");
        let Some(snapshot) = read(region, object).await? else { return Ok(false) };
        let key = snapshot.kms_key_id();
        // What is not written stays so: a copy of an encrypted snapshot is encrypted without a word.
        if imported {
            object.set_flag("encrypted", snapshot.encrypted().filter(|encrypted| *encrypted));
            object.set_filled_text("kms_key_id", key);
        } else {
            if !object.is_null("encrypted") {
                object.set_flag("encrypted", Some(snapshot.encrypted().unwrap_or_default()));
            }
            let another = |written: &str| {
                let same = key.is_some_and(|key| same_key(&Value::string(key), &Value::string(written)));
                !same && !written.contains("alias/")
            };
            if object.filled_text("kms_key_id").is_some_and(another) {
                object.set_text("kms_key_id", Some(key.unwrap_or_default()));
            }
        }
        // EC2 may describe copies by itself: "[Copied snap-… from …]".
        if !object.is_null("description") || !snapshot.description().unwrap_or_default().starts_with("[Copied ") {
            object.set_written_text("description", snapshot.description());
        }
        object.set_text("outpost_arn", Some(snapshot.outpost_arn().unwrap_or_default()));
        object.set_text("volume_id", snapshot.volume_id());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let copy = &change.planned;
        let from = copy.text("source_region").unwrap_or_default();
        let source = copy.text("source_snapshot_id").unwrap_or_default();
        let url = region.presigner.copy_snapshot(from, source, region.name()).await?;
        let asked = region.ec2().call(Action::once("CopySnapshot"), |c| {
            c.copy_snapshot()
                .source_region(from)
                .source_snapshot_id(source)
                .destination_region(region.name())
                .presigned_url(&url)
                .set_description(copy.filled_text("description").map(String::from))
                // "You cannot set this parameter to false" ("CopySnapshot", Encrypted).
                .set_encrypted(copy.flag("encrypted").filter(|encrypted| *encrypted))
                .set_kms_key_id(copy.filled_text("kms_key_id").map(String::from))
                .set_completion_duration_minutes(copy.int("completion_duration_minutes"))
                .set_tag_specifications(tagging::specifications(change, ResourceType::Snapshot))
                .send()
        });
        let made =
            asked.await.map_err(|why| why.while_doing(format!("copy EBS snapshot {source} of region {from}")))?;
        let id = made.snapshot_id().ok_or_else(|| Trouble::ours("CopySnapshot answered without an id"))?;
        change.made(id);
        finish(region, change, id).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        update(region, change).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        delete(region, object.id(), timeout).await
    }

    /// EC2 does not tell what a snapshot is a copy of: the id says it.
    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        let parts: Vec<&str> = id.split(':').collect();
        let [from, source, copy] = parts.as_slice() else {
            return Err("It is SOURCE_REGION:SOURCE_SNAPSHOT_ID:SNAPSHOT_ID.".into());
        };
        object.set_text("source_region", Some(from));
        object.set_text("source_snapshot_id", Some(source));
        object.set_text("id", Some(copy));
        Ok(())
    }
}

fn shape() -> Shape {
    common_shape()
        .field(
            "completion_duration_minutes",
            int().optional().replaces().check(check_duration).about(
                "Minutes that the copy may take at most, 15 to 2,880 in steps of 15; this costs extra. As long as it \
                 takes when it is not written.",
            ),
        )
        .field(
            "encrypted",
            flag().optional().replaces().about("Encrypt the copy; copies of encrypted ones always are."),
        )
        .field(
            "kms_key_id",
            text().optional().replaces().same_when(same_key).about(
                "Key that encrypts the copy: one of the copy's own region, also where the source is of another. The \
                 default key of EBS when it is not written.",
            ),
        )
        .field("outpost_arn", text().computed().about("ARN of the Outpost that keeps it."))
        .field("source_region", text().required().replaces().about("Region of the snapshot that is copied."))
        .field("source_snapshot_id", text().required().replaces().about("Snapshot that is copied."))
        .field("volume_id", text().computed().about("Says nothing for copies (`vol-ffffffff`)."))
}

fn check_duration(value: &Value) -> Result<(), String> {
    let minutes = value.as_number().and_then(|number| number.to_i64());
    match minutes.is_some_and(|minutes| (15..=2_880).contains(&minutes) && minutes % 15 == 0) {
        true => Ok(()),
        false => Err("It is from 15 to 2880 minutes, in steps of 15.".into()),
    }
}
