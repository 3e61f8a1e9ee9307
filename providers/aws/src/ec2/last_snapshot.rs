//! The final snapshot of an EBS volume, made before the volume is deleted.
//!
//! `CreateSnapshot` has no client token. The description names the volume, and a snapshot that was begun lately counts as
//! that of an earlier try. Nothing is written to a volume after it: the volume must be free first.

use super::{ebs_snapshot, filters, tagging};
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use aws_sdk_ec2::types::{ResourceType, Snapshot, SnapshotState, VolumeState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A snapshot that was begun this long ago is that of an earlier try. In less time nobody attaches the volume again,
/// writes to it, detaches it and destroys it.
const LATELY: Duration = Duration::from_secs(600);
/// How often a snapshot whose request had no answer is looked for, a second apart: it is seen after a moment only.
const LOOKS: u32 = 5;

/// Makes the snapshot, or takes that of an earlier try, and waits until it is complete: until then the volume is the only
/// copy. False when the volume is gone.
pub(super) async fn make(region: &Region, volume: &Fields, timeout: Duration) -> Result<bool, Trouble> {
    let id = volume.id();
    if !wait_until_free(region, id, timeout).await? {
        return Ok(false);
    }
    let snapshot = match of_an_earlier_try(region, id).await? {
        Some(snapshot) => snapshot,
        None => match begin(region, volume, timeout).await? {
            Some(snapshot) => snapshot,
            None => return Ok(false),
        },
    };
    ebs_snapshot::wait_until_completed(region, &snapshot, timeout).await?;
    Ok(true)
}

fn description(volume: &str) -> String {
    format!("Final snapshot of {volume}")
}

fn doing(volume: &str) -> String {
    format!("make the final snapshot of EBS volume {volume}")
}

/// Until nothing writes to the volume; false when it is gone.
async fn wait_until_free(region: &Region, id: &str, timeout: Duration) -> Result<bool, Trouble> {
    let wait = Wait { doing: doing(id), until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.volumes.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.as_ref().and_then(|volume| volume.state()) {
            None | Some(VolumeState::Deleting | VolumeState::Deleted) => Seen::Done(false),
            Some(state @ (VolumeState::InUse | VolumeState::Creating)) => Seen::Pending(state.as_str().to_owned()),
            Some(_) => Seen::Done(true),
        })
    })
    .await
}

/// A snapshot that an earlier try began.
async fn of_an_earlier_try(region: &Region, volume: &str) -> Result<Option<String>, Trouble> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(LATELY);
    let since = i64::try_from(since.as_secs()).unwrap_or_default();
    let ours = description(volume);
    let asked = region.ec2().call(Action::read("DescribeSnapshots"), |c| {
        let request = c.describe_snapshots().owner_ids("self").filters(filters::is("volume-id", volume));
        request.filters(filters::is("description", ours.as_str())).send()
    });
    let found = asked.await.map_err(|why| why.while_doing(doing(volume)))?;
    let is_ours = |snapshot: &&Snapshot| {
        snapshot.volume_id() == Some(volume)
            && snapshot.description() == Some(ours.as_str())
            && matches!(snapshot.state(), Some(SnapshotState::Pending | SnapshotState::Completed))
            && snapshot.start_time().is_some_and(|time| time.secs() >= since)
    };
    let newest =
        found.snapshots().iter().filter(is_ours).max_by_key(|snapshot| snapshot.start_time().map(|t| t.secs()));
    Ok(newest.and_then(|snapshot| snapshot.snapshot_id()).map(String::from))
}

/// Asks for the snapshot; none when the volume is gone.
async fn begin(region: &Region, volume: &Fields, timeout: Duration) -> Result<Option<String>, Trouble> {
    let (id, tags) = (volume.id(), volume.text_map("tags_all"));
    let wait = Wait { doing: doing(id), until: "taken", timeout: ebs_snapshot::TURN.min(timeout) };
    let in_doubt = AtomicBool::new(false);
    let done = wait
        .run(|| async {
            let asked = region.ec2().call(Action::once("CreateSnapshot"), |c| {
                let specifications = tagging::specifications_of(&tags, ResourceType::Snapshot);
                let request = c.create_snapshot().volume_id(id).description(description(id));
                request.set_tag_specifications(specifications).send()
            });
            match asked.await {
                Ok(made) => match made.snapshot_id {
                    Some(snapshot) => Ok(Seen::Done(Some(snapshot))),
                    None => Err(Trouble::ours("CreateSnapshot answered without an id")),
                },
                Err(why) if why.is("InvalidVolume.NotFound") => Ok(Seen::Done(None)),
                Err(why) if why.is("SnapshotCreationPerVolumeRateExceeded") => {
                    Ok(Seen::Pending("refused: too many snapshots of this volume were asked for".into()))
                }
                Err(why) => {
                    in_doubt.store(why.in_doubt, Ordering::Relaxed);
                    Err(why.while_doing(wait.doing.as_str()))
                }
            }
        })
        .await;
    if !in_doubt.into_inner() {
        return done;
    }
    for _ in 0..LOOKS {
        if let Some(snapshot) = of_an_earlier_try(region, id).await? {
            return Ok(Some(snapshot));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    done
}
