//! Data source `aws_ebs_snapshot`: one snapshot, by filters, owners and ids.

use super::{ebs_snapshot, filters, tagging};
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, flag, int, text, text_map, texts};
use crate::source::Source;
use aws_sdk_ec2::types::{Snapshot, SnapshotState, StorageTier};
use aws_smithy_types::date_time::Format;

pub(crate) struct EbsSnapshotSource;

impl Source for EbsSnapshotSource {
    fn definition(&self) -> Definition {
        Definition::new("aws_ebs_snapshot", "EBS snapshot", "One snapshot of a volume.", shape())
            .regional()
            .timeouts(&[("read", 20)])
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let doing = "find the EBS snapshot";
        let asked = &*object;
        let some = |name| Some(asked.texts(name)).filter(|texts: &Vec<String>| !texts.is_empty());
        let found = pages(|token| async move {
            let answer = region
                .ec2()
                .call(Action::read("DescribeSnapshots"), |c| {
                    c.describe_snapshots()
                        .set_filters(filters::or_none(filters::written(asked)))
                        .set_owner_ids(some("owners"))
                        .set_restorable_by_user_ids(some("restorable_by_user_ids"))
                        .set_snapshot_ids(some("snapshot_ids"))
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            Ok((answer.snapshots.unwrap_or_default(), answer.next_token))
        })
        .await
        .map_err(|why| why.while_doing(doing))?;
        if found.len() > 1 && !object.is_true("most_recent") {
            let why = format!("{} snapshots fit. Narrow the search, or set most_recent = true.", found.len());
            return Err(Trouble::refused(doing, why));
        }
        let newest = found.into_iter().max_by_key(|snapshot| {
            let taken = snapshot.start_time().map(|time| (time.secs(), time.subsec_nanos()));
            (taken, snapshot.snapshot_id().map(String::from))
        });
        let nothing = "No snapshot fits. Check filters, owners, ids and region.";
        show(region, object, &newest.ok_or_else(|| Trouble::refused(doing, nothing))?);
        Ok(())
    }
}

fn show(region: &Region, object: &mut Fields, snapshot: &Snapshot) {
    let id = snapshot.snapshot_id().unwrap_or_default();
    object.set_text("id", Some(id));
    object.set_text("arn", Some(ebs_snapshot::arn(region, id)));
    let taken = snapshot.start_time().and_then(|time| time.fmt(Format::DateTime).ok());
    for (name, found) in [
        ("data_encryption_key_id", snapshot.data_encryption_key_id()),
        ("description", snapshot.description()),
        ("kms_key_id", snapshot.kms_key_id()),
        ("outpost_arn", snapshot.outpost_arn()),
        ("owner_alias", snapshot.owner_alias()),
        ("owner_id", snapshot.owner_id()),
        ("snapshot_id", Some(id)),
        ("start_time", taken.as_deref()),
        ("state", snapshot.state().map(SnapshotState::as_str)),
        ("storage_tier", snapshot.storage_tier().map(StorageTier::as_str)),
        ("volume_id", snapshot.volume_id()),
    ] {
        object.set_text(name, Some(found.unwrap_or_default()));
    }
    object.set_flag("encrypted", Some(snapshot.encrypted().unwrap_or_default()));
    object.set_int("volume_size", Some(snapshot.volume_size().unwrap_or_default()));
    tagging::show_in_source(region, object, snapshot.tags());
}

fn shape() -> Shape {
    let shape = Shape::default()
        .field("arn", text().computed().about("ARN of the snapshot."))
        .field("data_encryption_key_id", text().computed().about("Id of the data key that encrypts it."))
        .field("description", text().computed().about("What it is."))
        .field("encrypted", flag().computed().about("Whether it is encrypted."))
        .field("kms_key_id", text().computed().about("ARN of the key that encrypts it."))
        .field("most_recent", flag().default(false).about("Take the newest when several fit."))
        .field("outpost_arn", text().computed().about("ARN of the Outpost that keeps it."))
        .field("owner_alias", text().computed().about("Alias of the owner, such as `amazon`."))
        .field("owner_id", text().computed().about("Account that owns it."))
        .field("owners", texts().optional().about("Whose it may be: accounts, `self` or `amazon`."))
        .field("restorable_by_user_ids", texts().optional().about("Accounts that may make volumes of it."))
        .field("snapshot_id", text().computed().about("Id of the snapshot."))
        .field("snapshot_ids", texts().optional().about("Ids of the snapshots to look among."))
        .field("start_time", text().computed().about("When it was taken, as RFC 3339 has it."))
        .field("state", text().computed().about("`pending`, `completed` or `error`."))
        .field("storage_tier", text().computed().about("`standard` or `archive`."))
        .field("tags", text_map().optional().computed().about("Tags of the snapshot."))
        .field("volume_id", text().computed().about("Volume that it was taken of."))
        .field("volume_size", int().computed().about("Size of that volume in GiB."));
    filters::with_filters(shape)
}
