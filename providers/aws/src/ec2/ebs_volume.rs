//! `aws_ebs_volume`: a disk in a zone, encrypted with a key of its region.

use super::deleting::delete_when_free;
use super::ebs_encryption_by_default;
use super::last_snapshot;
use super::tagging;
use crate::arns::check_arn;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::kms::names::{region_of_arn, same_key};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, flag, int, text};
use aws_sdk_ec2::types::{ResourceType, Volume, VolumeModificationState, VolumeState, VolumeType};
use aws_smithy_types::date_time::Format;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) struct EbsVolume;

impl Kind for EbsVolume {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the volume."))
            .field("availability_zone", text().required().replaces().about("Zone that the volume is in."))
            .field("create_time", text().computed().about("When it was made, as RFC 3339 has it."))
            .field("encrypted", flag().optional().computed().replaces().about("Whether it is encrypted."))
            .field("final_snapshot", flag().default(false).about("Make a snapshot before the volume is deleted."))
            .field("iops", int().optional().computed().about("Operations a second; for `io1`, `io2` and `gp3`."))
            .field(
                "kms_key_id",
                text().optional().computed().replaces().check(check_arn).same_when(same_key).about(
                    "ARN of the key that encrypts the volume. It must be a key of the volume's region; a replica of a \
                     multi-Region key counts as a key of its own.",
                ),
            )
            .field(
                "multi_attach_enabled",
                flag().optional().replaces().about("Attach to several instances; `io1` and `io2`."),
            )
            .field("outpost_arn", text().optional().replaces().check(check_arn).about("ARN of the Outpost."))
            .field("size", int().optional().computed().between(1, 65_536).about("Size in GiB. It can only grow."))
            .field("snapshot_id", text().optional().computed().replaces().about("Snapshot that the volume begins as."))
            .field("throughput", int().optional().computed().between(125, 2_000).about("MiB a second; for `gp3`."))
            .field("type", text().optional().computed().one_of(TYPES).about("Type of the volume."))
            .field(
                "volume_initialization_rate",
                int().optional().once().between(100, 300).about("MiB a second at which the snapshot is loaded."),
            );
        Definition::new("aws_ebs_volume", "EBS volume", "A disk in a zone.", shape)
            .regional()
            .tagged()
            .timeouts(&[("create", 5), ("update", 5), ("delete", 10)])
            .group(Group::AtLeastOne(&["size", "snapshot_id"]))
            .import("vol-049df61146c4d7901")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let config = plan.config.clone();
        let before = plan.prior.as_ref().and_then(|prior| prior.text("type"));
        let kind = config.text("type").or(before).unwrap_or("gp2").to_owned();
        // "CreateVolume" in the EC2 API reference: which types take which performance.
        if !config.is_unknown("type") {
            let kind = kind.as_str();
            let provisioned = matches!(kind, "io1" | "io2");
            if provisioned && config.is_null("iops") && plan.prior.is_none() {
                plan.refuse("type", format!("A volume of type {kind} needs iops."));
            }
            if !provisioned && kind != "gp3" && config.int("iops").is_some_and(|iops| iops != 0) {
                plan.refuse("iops", format!("iops cannot be set for type {kind}: only io1, io2 and gp3 take it."));
            }
            if kind != "gp3" && config.int("throughput").is_some_and(|mib| mib != 0) {
                plan.refuse("throughput", format!("throughput cannot be set for type {kind}: only gp3 takes it."));
            }
            if !provisioned && config.is_true("multi_attach_enabled") {
                plan.refuse(
                    "multi_attach_enabled",
                    format!("Only io1 and io2 attach to several instances, not {kind}."),
                );
            }
        }
        if config.is_null("snapshot_id") && config.int("volume_initialization_rate").is_some() {
            plan.refuse("volume_initialization_rate", "It speeds up loading a snapshot: set snapshot_id too.");
        }
        if config.flag("encrypted") == Some(false) && config.text("kms_key_id").is_some() {
            plan.refuse("kms_key_id", "A key is named, but encrypted is false. Remove one of them.");
        }
        // "CreateVolume", KmsKeyId. A snapshot may be encrypted, and its volume is then.
        let alone = config.filled_text("kms_key_id").is_some() && config.is_null("encrypted");
        if let Some(region) = region.filter(|_| alone && plan.prior.is_none() && config.is_null("snapshot_id"))
            && ebs_encryption_by_default::is_off(region).await
        {
            plan.refuse("kms_key_id", ebs_encryption_by_default::KEY_ALONE);
        }
        if let (Some(region), Some(arn)) = (region, config.text("kms_key_id"))
            && let Some(of_key) = region_of_arn(arn)
            && of_key != region.name()
        {
            let why = format!(
                "The key is of region {of_key}, the volume of {}. A volume is encrypted with a key of its own region: \
                 name that one, or the replica there.",
                region.name()
            );
            plan.refuse("kms_key_id", why);
        }
        if let (Some(zone), Some(region)) = (config.text("availability_zone"), region)
            && !zone.starts_with(region.name())
        {
            let why = format!("Zone {zone} is not in region {}.", region.name());
            plan.refuse("availability_zone", why);
        }
        let Some(prior) = plan.prior.clone() else { return };
        // Sizes only grow ("ModifyVolume", Size).
        if let (Some(before), Some(after)) = (prior.int("size"), plan.planned.int("size"))
            && after < before
        {
            plan.refuse("size", format!("A volume cannot shrink: it has {before} GiB, {after} are asked for."));
        }
        if plan.changes("type") {
            // What the new type gives is known afterwards, unless it is written.
            for name in ["iops", "throughput"] {
                if plan.config.is_null(name) {
                    plan.planned.set_unknown(name);
                }
            }
        }
        // More capacity gives gp2 more operations ("General Purpose SSD volumes": 3 for each GiB).
        if plan.changes("size") && prior.text("type") == Some("gp2") && plan.config.is_null("iops") {
            plan.planned.set_unknown("iops");
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found =
            region.reads.volumes.get(&id).await.map_err(|why| why.while_doing(format!("read EBS volume {id}")))?;
        let Some(volume) = found.filter(|volume| !is_gone(volume)) else { return Ok(false) };
        // No request changes it: what the state has stays, also where it came too late. 0 is how others write none.
        let rate = object.int("volume_initialization_rate").filter(|rate| *rate > 0);
        let new = object.is_null("arn");
        let of_volume = volume.volume_initialization_rate().filter(|_| new);
        object.set_int("volume_initialization_rate", of_volume.or(rate));
        object.set_text("arn", Some(region.arn("ec2", &format!("volume/{id}")).await?));
        object.set_text("availability_zone", volume.availability_zone());
        object.set_text("create_time", volume.create_time().and_then(|time| time.fmt(Format::DateTime).ok()));
        object.set_flag("encrypted", Some(volume.encrypted().unwrap_or_default()));
        object.set_int("iops", Some(volume.iops().unwrap_or_default()));
        object.set_text("kms_key_id", Some(volume.kms_key_id().unwrap_or_default()));
        if volume.multi_attach_enabled() == Some(true) || !object.is_null("multi_attach_enabled") {
            object.set_flag("multi_attach_enabled", Some(volume.multi_attach_enabled().unwrap_or_default()));
        }
        object.set_filled_text("outpost_arn", volume.outpost_arn());
        object.set_int("size", volume.size());
        object.set_text("snapshot_id", Some(volume.snapshot_id().unwrap_or_default()));
        object.set_int("throughput", Some(volume.throughput().unwrap_or_default()));
        object.set_text("type", volume.volume_type().map(VolumeType::as_str));
        tagging::show(region, object, volume.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let volume = &change.planned;
        let asked = region.ec2().call(Action::same("CreateVolume"), |c| {
            c.create_volume()
                .client_token(change.token.as_ref())
                .set_availability_zone(volume.text("availability_zone").map(String::from))
                .set_encrypted(volume.flag("encrypted"))
                .set_iops(volume.int("iops").filter(|iops| *iops > 0))
                .set_kms_key_id(volume.filled_text("kms_key_id").map(String::from))
                .set_multi_attach_enabled(volume.flag("multi_attach_enabled"))
                .set_outpost_arn(volume.filled_text("outpost_arn").map(String::from))
                .set_size(volume.int("size"))
                .set_snapshot_id(volume.filled_text("snapshot_id").map(String::from))
                .set_throughput(volume.int("throughput").filter(|throughput| *throughput > 0))
                .set_volume_type(volume.text("type").map(VolumeType::from))
                .set_volume_initialization_rate(volume.int("volume_initialization_rate"))
                .set_tag_specifications(tagging::specifications(change, ResourceType::Volume))
                .send()
        });
        let made = asked.await.map_err(|why| why.about_what_is_missing().while_doing("create the EBS volume"))?;
        let id = made.volume_id().ok_or_else(|| Trouble::ours("CreateVolume answered without an id"))?;
        change.made(id);
        wait_until_made(region, id, change.timeout("create")).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, volume) = (change.prior.id(), &change.planned);
        if change.changes_any(&["size", "type", "iops", "throughput"]) {
            let kind = volume.text("type").map(VolumeType::from);
            // The API keeps what is not named, but a new type begins with its own numbers ("ModifyVolume").
            let with_iops = matches!(kind, Some(VolumeType::Io1 | VolumeType::Io2 | VolumeType::Gp3));
            let done = region.ec2().call(Action::same("ModifyVolume"), |c| {
                c.modify_volume()
                    .volume_id(id)
                    .set_size(volume.int("size").filter(|_| change.changes("size")))
                    .set_volume_type(kind.clone().filter(|_| change.changes("type")))
                    .set_iops(volume.int("iops").filter(|iops| *iops > 0 && with_iops))
                    .set_throughput(volume.int("throughput").filter(|mib| *mib > 0 && kind == Some(VolumeType::Gp3)))
                    .send()
            });
            done.await.map_err(|why| why.while_doing(format!("change EBS volume {id}")))?;
            wait_until_modified(region, id, change.timeout("update")).await?;
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        if object.is_true("final_snapshot") && !last_snapshot::make(region, object, timeout).await? {
            return Ok(());
        }
        let wait = Wait { doing: format!("delete EBS volume {id}"), until: "deleted", timeout };
        delete_when_free(&wait, || async {
            region.ec2().call(Action::same("DeleteVolume"), |c| c.delete_volume().volume_id(id).send()).await.map(drop)
        })
        .await?;
        wait.run(|| async {
            let found = region.reads.volumes.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(match found.filter(|volume| !is_gone(volume)) {
                None => Seen::Done(()),
                Some(volume) => Seen::Pending(state_of(&volume)),
            })
        })
        .await
    }
}

const TYPES: &[&str] = &["standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"];

fn is_gone(volume: &Volume) -> bool {
    matches!(volume.state(), Some(VolumeState::Deleted | VolumeState::Deleting))
}

fn state_of(volume: &Volume) -> String {
    volume.state().map_or("unknown", VolumeState::as_str).to_owned()
}

async fn wait_until_made(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("create EBS volume {id}"), until: "available", timeout };
    let was_there = AtomicBool::new(false);
    wait.run(|| async {
        let found = region.reads.volumes.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            // EC2 checks the key after it has answered, and takes the volume away without a word.
            None if was_there.load(Ordering::Relaxed) => Seen::Failed(
                "The volume was there and is gone again. Usually its key cannot be used: check that it is of this \
                 region, is enabled, and that its policy lets EC2 and you use it."
                    .into(),
            ),
            None => Seen::Pending("not found".into()),
            Some(volume) => match volume.state() {
                Some(VolumeState::Available | VolumeState::InUse) => Seen::Done(()),
                // EC2 checks the key after it has answered ("CreateVolume", KmsKeyId).
                Some(VolumeState::Error | VolumeState::Deleting | VolumeState::Deleted) => Seen::Failed(format!(
                    "The volume went to state {}. Usually its key cannot be used: check that it is of this region, is \
                     enabled, and that its policy lets EC2 and you use it.",
                    state_of(&volume)
                )),
                _ => {
                    was_there.store(true, Ordering::Relaxed);
                    Seen::Pending(state_of(&volume))
                }
            },
        })
    })
    .await
}

/// Until the volume has its new size; the rest of the work ("optimizing") goes on behind it ("Monitor the progress of
/// EBS volume modifications").
pub(super) async fn wait_until_modified(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("change EBS volume {id}"), until: "optimizing or completed", timeout };
    wait.run(|| async {
        let action = Action::read("DescribeVolumesModifications");
        let asked = region.ec2().call(action, |c| c.describe_volumes_modifications().volume_ids(id).send()).await;
        let answer = match asked {
            // Volumes that were never modified are not found here; then there is nothing to wait for.
            Err(why) if why.is("InvalidVolumeModification.NotFound") => return Ok(Seen::Done(())),
            other => other.map_err(|why| why.while_doing(wait.doing.as_str()))?,
        };
        let latest = answer
            .volumes_modifications()
            .iter()
            .max_by_key(|modification| modification.start_time().map(|time| (time.secs(), time.subsec_nanos())));
        let Some(latest) = latest else { return Ok(Seen::Done(())) };
        Ok(match latest.modification_state() {
            Some(VolumeModificationState::Failed) => Seen::Failed(format!(
                "The modification failed: {}",
                latest.status_message().unwrap_or("the API gives no reason")
            )),
            Some(VolumeModificationState::Modifying) => Seen::Pending("modifying".into()),
            _ => Seen::Done(()),
        })
    })
    .await
}
