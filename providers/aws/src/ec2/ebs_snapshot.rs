//! `aws_ebs_snapshot`: what a volume held at one moment.
//!
//! Reading, tiers and removal are here for copies of snapshots too.

use super::tagging;
use crate::arns::check_arn;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::{Plan, refused};
use crate::shape::{Definition, Field, Shape, flag, int, text};
use aws_sdk_ec2::types::{
    Filter, ResourceType, Snapshot, SnapshotState, SnapshotTierStatus, StorageTier, TargetStorageTier,
    TieringOperationStatus,
};
use sdk::{Findings, Repeat};
use std::time::Duration;
use value::Path;

pub(crate) struct EbsSnapshot;

impl Kind for EbsSnapshot {
    fn definition(&self) -> Definition {
        let shape = common_shape()
            .field("encrypted", flag().computed().about("Whether it is encrypted; it is when its volume is."))
            .field("kms_key_id", text().computed().about("ARN of the key that encrypts it: that of its volume."))
            .field(
                "outpost_arn",
                text().optional().replaces().check(check_arn).about("ARN of the Outpost that keeps it."),
            )
            .field("volume_id", text().required().replaces().about("Volume that it is taken of."));
        Definition::new("aws_ebs_snapshot", "EBS snapshot", "What a volume held at one moment.", shape)
            .regional()
            .tagged()
            .timeouts(&[("create", 10), ("delete", 10)])
            .import("snap-049df61146c4d7901")
    }

    // CreateSnapshot has no client token, and a second snapshot looks just like the first.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        check_restore(config, findings);
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        check_way_back(plan);
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let Some(snapshot) = read(region, object).await? else { return Ok(false) };
        object.set_flag("encrypted", Some(snapshot.encrypted().unwrap_or_default()));
        object.set_text("kms_key_id", Some(snapshot.kms_key_id().unwrap_or_default()));
        object.set_written_text("description", snapshot.description());
        object.set_written_text("outpost_arn", snapshot.outpost_arn());
        object.set_text("volume_id", snapshot.volume_id());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let snapshot = &change.planned;
        let volume = snapshot.text("volume_id").unwrap_or_default();
        let doing = format!("make a snapshot of EBS volume {volume}");
        let wait = Wait { doing: doing.clone(), until: "taken", timeout: TURN };
        let id = wait
            .run(|| async {
                let asked = region.ec2().call(Action::once("CreateSnapshot"), |c| {
                    c.create_snapshot()
                        .volume_id(volume)
                        .set_description(snapshot.filled_text("description").map(String::from))
                        .set_outpost_arn(snapshot.filled_text("outpost_arn").map(String::from))
                        .set_tag_specifications(tagging::specifications(change, ResourceType::Snapshot))
                        .send()
                });
                match asked.await {
                    Ok(made) => Ok(Seen::Done(made.snapshot_id)),
                    Err(why) if why.is("SnapshotCreationPerVolumeRateExceeded") => {
                        Ok(Seen::Pending("refused: too many snapshots of this volume were asked for".into()))
                    }
                    Err(why) => Err(why.while_doing(doing.as_str())),
                }
            })
            .await?;
        let id = id.ok_or_else(|| Trouble::ours("CreateSnapshot answered without an id"))?;
        change.made(&id);
        finish(region, change, &id).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        update(region, change).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        delete(region, object.id(), timeout).await
    }
}

/// For so long a create comes again when it was one too many: one a volume every 15 seconds is taken ("Amazon EBS
/// quotas", CreateSnapshot for each volume).
pub(super) const TURN: Duration = Duration::from_secs(60);
/// Archiving takes minutes to hours, by the size ("Archive Amazon EBS snapshots").
const ARCHIVING: Duration = Duration::from_secs(3_600);

/// What snapshots and copies of them have in common.
pub(super) fn common_shape() -> Shape {
    let tier: Field = text().optional().computed().one_of(&["archive", "standard"]);
    Shape::default()
        .field("arn", text().computed().about("ARN of the snapshot."))
        .field("data_encryption_key_id", text().computed().about("Id of the data key that encrypts it."))
        .field("description", text().optional().replaces().about("What it is, for people."))
        .field("owner_alias", text().computed().about("Alias of the owner, such as `amazon`."))
        .field("owner_id", text().computed().about("Account that owns it."))
        .field(
            "permanent_restore",
            flag().optional().about("Bring it back from the archive for good, when `storage_tier` becomes `standard`."),
        )
        .field("storage_tier", tier.about("Where it is kept: `standard`, or `archive`, which takes hours to read."))
        .field(
            "temporary_restore_days",
            int()
                .optional()
                .between(1, 180)
                .about("Bring it back from the archive for so many days, when `storage_tier` becomes `standard`."),
        )
        .field("volume_size", int().computed().about("Size in GiB of the volume that it was taken of."))
}

/// For good and for some days exclude each other ("RestoreSnapshotTier", PermanentRestore).
pub(super) fn check_restore(config: &Fields, findings: &mut Findings) {
    if config.is_true("permanent_restore") && config.int("temporary_restore_days").is_some() {
        let why = "A snapshot is restored for good or for some days: set permanent_restore or temporary_restore_days.";
        findings.push(refused(Path::attribute("temporary_restore_days"), why));
    }
}

/// The way back from the archive must say for how long.
pub(super) fn check_way_back(plan: &mut Plan) {
    let Some(prior) = &plan.prior else { return };
    let back = prior.text("storage_tier") == Some("archive") && plan.planned.text("storage_tier") == Some("standard");
    let said = !plan.config.is_null("temporary_restore_days")
        || plan.config.is_true("permanent_restore")
        || plan.config.is_unknown("permanent_restore");
    if back && !said {
        let why = "The snapshot is in the archive. Say for how long to bring it back: set permanent_restore = true or \
                   temporary_restore_days.";
        plan.refuse("storage_tier", why);
    }
}

/// Reads what snapshots and copies have in common; none when the snapshot is gone.
pub(super) async fn read(region: &Region, object: &mut Fields) -> Result<Option<std::sync::Arc<Snapshot>>, Trouble> {
    let id = object.id().to_owned();
    let found = region.reads.snapshots.get(&id).await;
    let Some(snapshot) = found.map_err(|why| why.while_doing(format!("read EBS snapshot {id}")))? else {
        return Ok(None);
    };
    object.set_text("arn", Some(arn(region, &id)));
    object.set_text("data_encryption_key_id", Some(snapshot.data_encryption_key_id().unwrap_or_default()));
    object.set_text("owner_alias", Some(snapshot.owner_alias().unwrap_or_default()));
    object.set_text("owner_id", snapshot.owner_id());
    object.set_int("volume_size", snapshot.volume_size());
    let mut tier = snapshot.storage_tier().map_or("standard", StorageTier::as_str);
    if tier == "archive" && object.text("storage_tier") == Some("standard") && is_back(region, &id).await? {
        tier = "standard";
    }
    object.set_text("storage_tier", Some(tier));
    tagging::show(region, object, snapshot.tags());
    Ok(Some(snapshot))
}

/// Snapshots name no account ("Actions, resources, and condition keys for Amazon EC2").
pub(super) fn arn(region: &Region, id: &str) -> String {
    format!("arn:{}:ec2:{}::snapshot/{id}", region.partition(), region.name())
}

/// Whether an archived snapshot is restored, or will be: its tier stays `archive` for up to three days, and as long as
/// it is restored for some days only ("Restore an archived Amazon EBS snapshot").
async fn is_back(region: &Region, id: &str) -> Result<bool, Trouble> {
    let status = tier_status(region, id).await?;
    Ok(match status.as_ref().and_then(SnapshotTierStatus::last_tiering_operation_status) {
        Some(
            TieringOperationStatus::PermanentRestoreInProgress
            | TieringOperationStatus::PermanentRestoreCompleted
            | TieringOperationStatus::TemporaryRestoreInProgress,
        ) => true,
        // After that time the snapshot is in the archive only.
        Some(TieringOperationStatus::TemporaryRestoreCompleted) => {
            let until = status.and_then(|status| status.restore_expiry_time);
            until.is_some_and(|until| until.secs() > now())
        }
        _ => false,
    })
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

async fn tier_status(region: &Region, id: &str) -> Result<Option<SnapshotTierStatus>, Trouble> {
    let filter = Filter::builder().name("snapshot-id").values(id).build();
    let asked = region.ec2().call(Action::read("DescribeSnapshotTierStatus"), |c| {
        c.describe_snapshot_tier_status().filters(filter.clone()).send()
    });
    let answer = asked.await.map_err(|why| why.while_doing(format!("read the tier of EBS snapshot {id}")))?;
    Ok(answer.snapshot_tier_statuses.unwrap_or_default().into_iter().find(|status| status.snapshot_id() == Some(id)))
}

/// After the create: waits until the snapshot is complete, and archives it when that is asked for.
pub(super) async fn finish(region: &Region, change: &Change, id: &str) -> Result<(), Trouble> {
    wait_until_completed(region, id, change.timeout("create")).await?;
    match change.planned.text("storage_tier") {
        Some("archive") => archive(region, id).await,
        _ => Ok(()),
    }
}

pub(super) async fn wait_until_completed(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("complete EBS snapshot {id}"), until: "completed", timeout };
    wait.run(|| async {
        let found = region.reads.snapshots.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            None => Seen::Pending("not found".into()),
            Some(snapshot) => match snapshot.state() {
                Some(SnapshotState::Completed) => Seen::Done(()),
                // Keys are checked after the answer ("CopySnapshot", KmsKeyId).
                Some(SnapshotState::Error) => Seen::Failed(format!(
                    "The snapshot went to state error: {}. If it is encrypted, check that its key is of this region, is \
                     enabled, and that its policy lets you use it.",
                    snapshot.state_message().unwrap_or("the API gives no reason").trim_end_matches('.')
                )),
                state => Seen::Pending(format!(
                    "{} ({} done)",
                    state.map_or("unknown", SnapshotState::as_str),
                    snapshot.progress().filter(|progress| !progress.is_empty()).unwrap_or("0%")
                )),
            },
        })
    })
    .await
}

async fn archive(region: &Region, id: &str) -> Result<(), Trouble> {
    let doing = format!("archive EBS snapshot {id}");
    let asked = region.ec2().call(Action::same("ModifySnapshotTier"), |c| {
        c.modify_snapshot_tier().snapshot_id(id).storage_tier(TargetStorageTier::Archive).send()
    });
    asked.await.map_err(|why| why.while_doing(doing.as_str()))?;
    let wait = Wait { doing, until: "archived", timeout: ARCHIVING };
    wait.run(|| async {
        let status = tier_status(region, id).await?;
        let operation = status.as_ref().and_then(SnapshotTierStatus::last_tiering_operation_status);
        Ok(match operation {
            Some(TieringOperationStatus::ArchivalCompleted) => Seen::Done(()),
            Some(TieringOperationStatus::ArchivalFailed) => {
                let detail = status.as_ref().and_then(SnapshotTierStatus::last_tiering_operation_status_detail);
                Seen::Failed(format!("Archiving failed: {}", detail.unwrap_or("the API gives no reason.")))
            }
            other => Seen::Pending(other.map_or("in the standard tier", TieringOperationStatus::as_str).to_owned()),
        })
    })
    .await
}

/// Moves the snapshot between tiers, and sets its tags.
pub(super) async fn update(region: &Region, change: &Change) -> Result<(), Trouble> {
    let id = change.prior.id();
    let planned = &change.planned;
    if planned.text("storage_tier") == Some("archive") {
        if change.changes("storage_tier") {
            archive(region, id).await?;
        }
    } else if change.changes("storage_tier") || changes_restore(region, change, id).await? {
        let for_good = planned.is_true("permanent_restore");
        // Takes up to three days, which nobody waits for: the state shows `standard` meanwhile.
        let asked = region.ec2().call(Action::same("RestoreSnapshotTier"), |c| {
            c.restore_snapshot_tier()
                .snapshot_id(id)
                .set_permanent_restore(for_good.then_some(true))
                .set_temporary_restore_days(planned.int("temporary_restore_days"))
                .send()
        });
        asked.await.map_err(|why| why.while_doing(format!("restore EBS snapshot {id} from the archive")))?;
    }
    tagging::update(region, change, id).await
}

/// Whether a snapshot that is restored for some days shall be so for others, or for good.
async fn changes_restore(region: &Region, change: &Change, id: &str) -> Result<bool, Trouble> {
    let planned = &change.planned;
    let asked = planned.is_true("permanent_restore") || planned.int("temporary_restore_days").is_some();
    if !asked || !change.changes_any(&["permanent_restore", "temporary_restore_days"]) {
        return Ok(false);
    }
    let found = region.reads.snapshots.get(id).await;
    let found = found.map_err(|why| why.while_doing(format!("read EBS snapshot {id}")))?;
    Ok(found.is_some_and(|snapshot| snapshot.storage_tier() == Some(&StorageTier::Archive)))
}

/// Removes a snapshot. One that an image uses is tried again: the image may be on its way out.
pub(super) async fn delete(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("delete EBS snapshot {id}"), until: "deleted", timeout };
    wait.run(|| async {
        let action = Action::same("DeleteSnapshot");
        match region.ec2().call(action, |c| c.delete_snapshot().snapshot_id(id).send()).await {
            Ok(_) => Ok(Seen::Done(())),
            Err(why) if why.is("InvalidSnapshot.NotFound") => Ok(Seen::Done(())),
            Err(why) if why.is("InvalidSnapshot.InUse") => {
                Ok(Seen::Pending(format!("in use ({})", why.message.trim_end_matches('.'))))
            }
            Err(why) => Err(why.while_doing(wait.doing.as_str())),
        }
    })
    .await?;
    wait.run(|| async {
        let found = region.reads.snapshots.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
    })
    .await
}
