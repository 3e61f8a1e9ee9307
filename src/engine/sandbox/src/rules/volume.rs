//! Rules about volumes, snapshots and attachments.

use super::{Asked, Doing};
use crate::keys::opens;
use crate::object::{flag, whole};
use crate::refusal::Refusal;
use crate::{Domain, Object};
use std::sync::Arc;

/// Types of snapshots.
fn snapshots() -> [Arc<str>; 2] {
    ["aws_ebs_snapshot".into(), "aws_ebs_snapshot_copy".into()]
}

fn no_snapshot(id: &str, region: &str) -> Refusal {
    Refusal::new(
        "InvalidSnapshot.NotFound",
        format!("The snapshot '{id}' does not exist in {region}."),
        "Name a snapshot of that region; aws_ebs_snapshot_copy brings one over from another region.",
    )
}

/// Refuses when a key that seals the object does not open it.
fn readable(asked: &Asked<'_>, object: &Object) -> Result<(), Refusal> {
    match object.sealed_by.iter().find(|arn| !opens(asked.world, arn)) {
        Some(arn) => Err(Refusal::new(
            "InvalidKmsKey.InvalidState",
            format!("'{}' cannot be read: its key {arn} is disabled, pending deletion or lost.", object.key.id),
            format!("Run `drform sandbox restore key={arn}`, or use a copy sealed by another key."),
        )),
        None => Ok(()),
    }
}

pub(super) fn source_snapshot_readable(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(id) = asked.text("snapshot_id") else {
        return Ok(());
    };
    let snapshot = asked.world.find(&snapshots(), asked.region, id).ok_or_else(|| no_snapshot(id, asked.region))?;
    readable(asked, snapshot)?;
    let (size, least) = (whole(asked.now, "size"), whole(&snapshot.attributes, "volume_size"));
    if size < least {
        let message = format!("The volume is smaller than the snapshot '{id}' of {} GiB.", least.unwrap_or_default());
        return Err(Refusal::new("InvalidParameterValue", message, "Leave size out, or make it at least that large."));
    }
    Ok(())
}

pub(super) fn source_volume_exists(asked: &Asked<'_>) -> Result<(), Refusal> {
    asked.must_name("volume_id", "InvalidVolume.NotFound", "volume").map(|_| ())
}

fn copy_source<'a>(asked: &Asked<'a>) -> Result<&'a Arc<Object>, Refusal> {
    let region = asked.text("source_region").unwrap_or(asked.region);
    let id = asked.text("source_snapshot_id").unwrap_or_default();
    let domain = Domain::Region(region.into());
    if asked.world.is_lost(&domain) {
        return Err(super::place::lost(&domain, "copy from a snapshot in a region that answers"));
    }
    asked.world.find(&snapshots(), region, id).ok_or_else(|| no_snapshot(id, region))
}

pub(super) fn copy_source_readable(asked: &Asked<'_>) -> Result<(), Refusal> {
    readable(asked, copy_source(asked)?)
}

/// The image that an instance starts from, or that is copied. Images that no configuration made are public ones.
pub(super) fn image_readable(asked: &Asked<'_>) -> Result<(), Refusal> {
    let region = asked.text("source_ami_region").unwrap_or(asked.region);
    let Some(id) = asked.text("source_ami_id").or_else(|| asked.text("ami")) else {
        return Ok(());
    };
    let domain = Domain::Region(region.into());
    if asked.world.is_lost(&domain) {
        return Err(super::place::lost(&domain, "copy from an image in a region that answers"));
    }
    let copies = ["aws_ami_copy".into()];
    if let Some(image) = asked.world.find(&copies, region, id) {
        return readable(asked, image);
    }
    match asked.world.of_kind("aws_ami_copy").find(|image| image.key.id.as_ref() == id) {
        Some(image) => Err(Refusal::new(
            "InvalidAMIID.NotFound",
            format!("The image id '[{id}]' does not exist in {region}; it is in {}.", image.key.region),
            format!("Name an image of {region}; aws_ami_copy brings one over from another region."),
        )),
        None => Ok(()),
    }
}

pub(super) fn encrypted_copy_stays_encrypted(asked: &Asked<'_>) -> Result<(), Refusal> {
    let sealed = !copy_source(asked)?.sealed_by.is_empty();
    let asked_plain = asked.now.get("encrypted").and_then(serde_json::Value::as_bool) == Some(false);
    if sealed && asked_plain {
        return Err(Refusal::new(
            "InvalidParameterValue",
            "A copy of an encrypted snapshot is always encrypted.",
            "Remove encrypted = false, and name a key of the destination region with kms_key_id.",
        ));
    }
    if asked.text("kms_key_id").is_some() && !sealed && !flag(asked.now, "encrypted") {
        let message = "KmsKeyId goes with an encrypted copy only.";
        return Err(Refusal::new("InvalidParameterDependency", message, "Set encrypted = true."));
    }
    Ok(())
}

pub(super) fn volume_shrinks_never(asked: &Asked<'_>) -> Result<(), Refusal> {
    let before = asked.prior.and_then(|p| whole(&p.attributes, "size"));
    let after = whole(asked.now, "size");
    if asked.doing != Doing::Update || after >= before {
        return Ok(());
    }
    let (after, before) = (after.unwrap_or_default(), before.unwrap_or_default());
    Err(Refusal::new(
        "InvalidParameterValue",
        format!("New size cannot be smaller than existing size: {after} GiB, {before} GiB."),
        "Make a new, smaller volume and copy the data.",
    ))
}

/// Attachments of the region that name the object in an attribute.
fn attachments<'a>(asked: &Asked<'a>, attribute: &'static str, id: &'a str) -> impl Iterator<Item = &'a Arc<Object>> {
    asked.world.of_region("aws_volume_attachment", asked.region).filter(move |a| a.text(attribute) == Some(id))
}

pub(super) fn not_in_use(asked: &Asked<'_>) -> Result<(), Refusal> {
    match attachments(asked, "volume_id", asked.id).next() {
        Some(attachment) => Err(Refusal::new(
            "VolumeInUse",
            format!(
                "Volume {} is currently attached to {}.",
                asked.id,
                attachment.text("instance_id").unwrap_or_default()
            ),
            "Destroy its aws_volume_attachment first.",
        )),
        None => Ok(()),
    }
}

fn volume_and_instance<'a>(asked: &Asked<'a>) -> Result<(&'a Arc<Object>, &'a Arc<Object>), Refusal> {
    let volume = asked.must_name("volume_id", "InvalidVolume.NotFound", "volume")?;
    Ok((volume, asked.must_name("instance_id", "InvalidInstanceID.NotFound", "instance")?))
}

pub(super) fn attached_parts_exist(asked: &Asked<'_>) -> Result<(), Refusal> {
    volume_and_instance(asked).map(|_| ())
}

pub(super) fn same_zone(asked: &Asked<'_>) -> Result<(), Refusal> {
    let (volume, instance) = volume_and_instance(asked)?;
    if volume.zone == instance.zone {
        return Ok(());
    }
    let zone = |o: &Object| o.zone.as_deref().unwrap_or_default().to_owned();
    Err(Refusal::new(
        "InvalidVolume.ZoneMismatch",
        format!(
            "The volume '{}' ({}) is not in the same availability zone as instance '{}' ({}).",
            volume.key.id,
            zone(volume),
            instance.key.id,
            zone(instance)
        ),
        "Make the volume in the zone of the instance: availability_zone = aws_instance.NAME.availability_zone.",
    ))
}

pub(super) fn volume_available(asked: &Asked<'_>) -> Result<(), Refusal> {
    let (volume, _) = volume_and_instance(asked)?;
    let other = attachments(asked, "volume_id", &volume.key.id).next();
    match other {
        Some(other) if !flag(&volume.attributes, "multi_attach_enabled") => Err(Refusal::new(
            "VolumeInUse",
            format!("{} is already attached to {}.", volume.key.id, other.text("instance_id").unwrap_or_default()),
            "Detach it first, or use an io2 volume with multi_attach_enabled = true.",
        )),
        _ => Ok(()),
    }
}

pub(super) fn device_free(asked: &Asked<'_>) -> Result<(), Refusal> {
    let (_, instance) = volume_and_instance(asked)?;
    let device = asked.text("device_name");
    match attachments(asked, "instance_id", &instance.key.id).find(|a| a.text("device_name") == device) {
        Some(other) => Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "Invalid value '{}' for unixDevice. Attachment point is already in use by {}.",
                device.unwrap_or_default(),
                other.text("volume_id").unwrap_or_default()
            ),
            "Choose another device_name.",
        )),
        None => Ok(()),
    }
}
