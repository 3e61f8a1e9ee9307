//! Volumes and their attachments.
//!
//! - "CreateVolume": the zone must exist (`InvalidZone.NotFound`); a volume is as large as its snapshot at least.
//! - "AttachVolume": volume and instance in one zone (`InvalidVolume.ZoneMismatch`), the volume not attached elsewhere
//!   (`VolumeInUse`). The emulator checks neither, and forgets the first attachment.
//! - "ModifyVolume": never smaller; not while an earlier change is under way (`IncorrectModificationState`).
//! - "Amazon EBS volume types": gp2 has 3 IOPS for each GiB, 100 to 16,000; gp3 has 3,000 and 125 MiB/s at least.

use super::describe::{self, Kind};
use super::keys::{self, Wish};
use super::{Done, forward, instances, refuse, snapshots};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::lag::Seen;
use crate::world::Ghost;
use crate::xml::Element;

pub(super) const KIND: Kind = Kind {
    set: "volumeSet",
    inner: None,
    param: "VolumeId",
    id: "volumeId",
    filter: "volume-id",
    prefix: "vol-",
    malformed: "InvalidVolumeID.Malformed",
    unknown: "InvalidVolume.NotFound",
    messages: ("The volume '{}' does not exist.", "The volumes '{}' do not exist."),
    own: &[
        ("status", "status"),
        ("encrypted", "encrypted"),
        ("volume-type", "volumeType"),
        ("multi-attach-enabled", "multiAttachEnabled"),
        ("attachment.delete-on-termination", "attachmentSet/item/deleteOnTermination"),
        ("attachment.status", "attachmentSet/item/status"),
        ("attachment.instance-id", "attachmentSet/item/instanceId"),
        ("attachment.device", "attachmentSet/item/device"),
    ],
};

pub(super) fn create(gate: &Gate, mut call: Call) -> Done {
    zone_exists(gate, &call, call.params.text("AvailabilityZone"))?;
    let snapshot_id = call.params.text("SnapshotId").to_string();
    let mut source = Element::default();
    if !snapshot_id.is_empty() {
        source = snapshots::get(gate, &call, &call.region, &snapshot_id)?;
        if source.at("status") != "completed" {
            return refuse(&call, "IncorrectState", format!("Snapshot '{snapshot_id}' is not 'completed'."));
        }
        let (size, least) = (number(call.params.text("Size")), number(source.at("volumeSize")));
        if size > 0 && size < least {
            let message =
                format!("Volume of size {size}GB is smaller than snapshot '{snapshot_id}', expect size >= {least}GB");
            return refuse(&call, "InvalidParameterValue", message);
        }
        if size == 0 {
            call.params.set("Size", &least.to_string());
        }
    }
    let wish = Wish {
        encrypted: call.params.text("Encrypted") == "true",
        key: call.params.text("KmsKeyId"),
        source_encrypted: source.at("encrypted") == "true",
        source_key: source.at("kmsKeyId"),
    };
    let encryption = keys::outcome(gate, &call, &wish)?;
    if let Some(encryption) = &encryption {
        call.params.set("Encrypted", "true");
        call.params.set("KmsKeyId", &encryption.key);
    }
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    let id = root.at("volumeId").to_string();
    gate.region(&call.region, |region| {
        let lag = region.lag;
        let lost = encryption.is_some_and(|e| !e.usable);
        if lost {
            region.fact(&id, "~key", "lost");
        }
        region.change(&id, lag.unseen, lag.volume.max(u32::from(lost)));
    });
    complete(&mut root);
    root.set("status", "creating");
    answer.set_xml(&root);
    Ok(answer)
}

pub(super) fn zone_exists(gate: &Gate, call: &Call, zone: &str) -> Result<(), Answer> {
    let known = gate.region(&call.region, |region| region.zones.clone());
    let known = if known.is_empty() {
        let zones = Call::query("ec2", &call.region, "DescribeAvailabilityZones", Params::default());
        let root = forward(gate, &zones)?.xml();
        let names: Vec<String> = root.all("zoneName").iter().map(|e| e.text.clone()).collect();
        gate.region(&call.region, |region| region.zones.clone_from(&names));
        names
    } else {
        known
    };
    if zone.is_empty() || known.iter().any(|z| z == zone) {
        return Ok(());
    }
    refuse(call, "InvalidZone.NotFound", format!("The zone '{zone}' does not exist."))
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// Fills in what AWS says and the emulator does not.
fn complete(volume: &mut Element) {
    let size = number(volume.at("size"));
    match volume.at("volumeType") {
        "gp3" => {
            for (path, least) in [("iops", "3000"), ("throughput", "125")] {
                if volume.at(path).is_empty() {
                    volume.set(path, least);
                }
            }
        }
        "gp2" => volume.set("iops", (size * 3).clamp(100, 16_000)),
        _ => {}
    }
    if volume.at("multiAttachEnabled").is_empty() {
        volume.set("multiAttachEnabled", "false");
    }
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    let asked = call.params.list("VolumeId");
    let ghosts = if call.backstage { vec![] } else { gate.region(&call.region, |region| region.haunt("volumeSet")) };
    let ghosts = ghosts.into_iter().filter(|g| asked.is_empty() || asked.iter().any(|id| id == g.at("volumeId")));
    describe::answer(gate, &call, &KIND, ghosts.collect(), |volume| look(gate, &call, volume))
}

fn look(gate: &Gate, call: &Call, volume: &mut Element) -> bool {
    let id = volume.at("volumeId").to_string();
    if volume.at("status") == "deleting" {
        return true;
    }
    complete(volume);
    gate.region(&call.region, |region| {
        region.show(&id, volume);
        let goes_along = region.noted(&id, "~deleteOnTermination") == "true";
        for item in volume.child_mut("attachmentSet").into_iter().flat_map(|s| &mut s.children) {
            item.set("deleteOnTermination", goes_along);
        }
        if !call.backstage {
            let attached = region.look(&format!("attach:{id}"), false);
            if let (Seen::Changing(_), Some(set)) = (attached, volume.child_mut("attachmentSet")) {
                for item in &mut set.children {
                    item.set("status", "attaching");
                }
            }
            let leaving = region.haunt(&id);
            if !leaving.is_empty() {
                volume.put(Element::node("attachmentSet", leaving));
                volume.set("status", "in-use");
            }
        }
        match region.look(&id, call.backstage) {
            Seen::Nothing => false,
            Seen::Changing(_) => {
                volume.set("status", "creating");
                true
            }
            Seen::Settled => region.noted(&id, "~key") != "lost",
        }
    })
}

/// The volume as the emulator has it, with the gate's facts.
pub(super) fn get(gate: &Gate, call: &Call, id: &str) -> Result<Element, Answer> {
    let params = Params::of(&[("Filter.1.Name", "volume-id"), ("Filter.1.Value.1", id)]);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeVolumes", params))?.xml();
    let Some(mut volume) = root.items("volumeSet").find(|v| v.at("volumeId") == id).cloned() else {
        return refuse(call, KIND.unknown, KIND.messages.0.replace("{}", id));
    };
    complete(&mut volume);
    gate.region(&call.region, |region| region.show(id, &mut volume));
    Ok(volume)
}

pub(super) fn delete(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("VolumeId").to_string();
    let volume = get(gate, &call, &id)?;
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| {
        region.facts.remove(&id);
        region.ages.remove(&id);
        let mut element = volume;
        element.set("status", "deleting");
        let polls = region.lag.volume;
        region.ghosts.push(Ghost { place: "volumeSet".to_string(), element, polls });
    });
    Ok(answer)
}

pub(super) fn attach(gate: &Gate, call: Call) -> Done {
    let of = |name: &str| call.params.text(name).to_string();
    let (id, instance_id, device) = (of("VolumeId"), of("InstanceId"), of("Device"));
    let volume = get(gate, &call, &id)?;
    let instance = instances::get(gate, &call, &instance_id)?;
    if volume.at("availabilityZone") != instance.at("placement/availabilityZone") {
        let message = format!("The volume '{id}' is not in the same availability zone as instance '{instance_id}'");
        return refuse(&call, "InvalidVolume.ZoneMismatch", message);
    }
    let state = instances::state(gate, &call, &instance_id)?;
    if !["running", "stopped"].contains(&state.as_str()) {
        return refuse(&call, "IncorrectState", format!("Instance '{instance_id}' is not 'running'."));
    }
    if gate.region(&call.region, |region| region.is_changing(&id)) {
        return refuse(
            &call,
            "IncorrectState",
            format!("Volume '{id}' is in the 'creating' state. It is not 'available'."),
        );
    }
    if volume.at("status") == "in-use" {
        return refuse(&call, "VolumeInUse", format!("{id} is already attached to an instance"));
    }
    if instance.items("blockDeviceMapping").any(|m| m.at("deviceName") == device) {
        let message = format!("Invalid value '{device}' for unixDevice. Attachment point {device} is already in use");
        return refuse(&call, "InvalidParameterValue", message);
    }
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| {
        region.ghosts.retain(|g| g.place != id);
        let polls = region.lag.attachment;
        region.change(&format!("attach:{id}"), 0, polls);
    });
    Ok(answer)
}

pub(super) fn detach(gate: &Gate, mut call: Call) -> Done {
    let id = call.params.text("VolumeId").to_string();
    let volume = get(gate, &call, &id)?;
    let attachment = volume.items("attachmentSet").next().cloned();
    let Some(mut element) = attachment else {
        return refuse(&call, "IncorrectState", format!("Volume '{id}' is in the 'available' state."));
    };
    let instance_id = element.at("instanceId").to_string();
    let given = call.params.text("InstanceId");
    if !given.is_empty() && given != instance_id {
        // "Error codes": an attempt to detach a volume from an instance to which it is not attached.
        let message = format!("The volume '{id}' is not attached to instance '{given}'.");
        return refuse(&call, "InvalidAttachment.NotFound", message);
    }
    // DetachVolume: the instance is required only for a volume with several attachments. The emulator wants it.
    call.params.set("InstanceId", &instance_id);
    let answer = forward(gate, &call)?;
    element.set("status", "detaching");
    gate.region(&call.region, |region| {
        region.fact(&id, "~deleteOnTermination", false);
        region.ages.remove(&format!("attach:{id}"));
        let polls = region.lag.attachment;
        region.ghosts.push(Ghost { place: id.clone(), element, polls });
    });
    Ok(answer)
}

pub(super) fn modify(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("VolumeId").to_string();
    let volume = get(gate, &call, &id)?;
    let size = call.params.text("Size");
    if !size.is_empty() && number(size) < number(volume.at("size")) {
        return refuse(&call, "InvalidParameterValue", "New size cannot be smaller than existing size");
    }
    let name = format!("modify:{id}");
    if gate.region(&call.region, |region| region.is_changing(&name)) {
        let message = format!("Volume '{id}' is currently being modified. Wait until its modification is complete.");
        return refuse(&call, "IncorrectModificationState", message);
    }
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(modification) = root.child_mut("volumeModification") {
        modification.set("modificationState", "modifying");
        modification.set("progress", 0);
        modification.remove("endTime");
    }
    answer.set_xml(&root);
    gate.region(&call.region, |region| {
        // "ModifyVolume": what is not named stays, but for a new type the rest begins anew.
        let of = |name: &str| call.params.get(name).map(String::from);
        for (param, path) in [("Iops", "iops"), ("Throughput", "throughput"), ("VolumeType", "volumeType")] {
            match (of(param), of("VolumeType")) {
                (Some(value), _) => region.fact(&id, path, value),
                (None, Some(_)) => {
                    if let Some(facts) = region.facts.get_mut(&id) {
                        facts.remove(path);
                    }
                }
                (None, None) => {}
            }
        }
        let polls = region.lag.modification;
        region.change(&name, 0, polls);
    });
    Ok(answer)
}

/// "DescribeVolumesModifications": the most recent request for each volume; the emulator tells them all.
pub(super) fn modifications(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    let Some(set) = root.child_mut("volumeModificationSet") else { return Ok(answer) };
    let mut latest: Vec<Element> = Vec::new();
    for modification in std::mem::take(&mut set.children) {
        latest.retain(|m| m.at("volumeId") != modification.at("volumeId"));
        latest.push(modification);
    }
    for modification in &mut latest {
        let name = format!("modify:{}", modification.at("volumeId"));
        if let Seen::Changing(done) = gate.region(&call.region, |region| region.look(&name, call.backstage)) {
            modification.set("modificationState", if done < 50 { "modifying" } else { "optimizing" });
            modification.set("progress", done);
            modification.remove("endTime");
        }
    }
    set.children = latest;
    answer.set_xml(&root);
    Ok(answer)
}

/// `ModifyVolumeAttribute` has one attribute.
pub(super) fn modify_attribute(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("VolumeId").to_string();
    get(gate, &call, &id)?;
    let value = call.params.text("AutoEnableIO.Value").to_string();
    gate.region(&call.region, |region| region.fact(&id, "~autoEnableIO", value));
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

pub(super) fn attribute(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("VolumeId").to_string();
    get(gate, &call, &id)?;
    let on = gate.region(&call.region, |region| region.noted(&id, "~autoEnableIO") == "true");
    let value = Element::node("autoEnableIO", vec![Element::leaf("value", on)]);
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("volumeId", id), value]))
}
