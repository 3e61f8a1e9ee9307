//! Images.
//!
//! "CopyImage": the copy of an encrypted image is encrypted, with the key given or the default key of EBS; tags of a
//! request are the copy's and its snapshots'. The emulator keeps neither, and gives each image a root snapshot of 15 GiB
//! without a word of it to the instances (8 GiB): here an image says 8.

use super::describe::{self, Kind};
use super::keys::{self, Wish};
use super::{Done, disks, forward, instances, refuse};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::lag::Seen;
use crate::xml::Element;

pub(super) const KIND: Kind = Kind {
    set: "imagesSet",
    inner: None,
    param: "ImageId",
    id: "imageId",
    filter: "image-id",
    prefix: "ami-",
    malformed: "InvalidAMIID.Malformed",
    unknown: "InvalidAMIID.NotFound",
    messages: ("The image id '[{}]' does not exist", "The image ids '[{}]' do not exist"),
    own: &[
        ("state", "imageState"),
        ("root-device-name", "rootDeviceName"),
        ("root-device-type", "rootDeviceType"),
        ("ena-support", "enaSupport"),
        ("platform-details", "platformDetails"),
        ("block-device-mapping.volume-type", "blockDeviceMapping/item/ebs/volumeType"),
        ("block-device-mapping.snapshot-id", "blockDeviceMapping/item/ebs/snapshotId"),
        ("block-device-mapping.encrypted", "blockDeviceMapping/item/ebs/encrypted"),
    ],
};

/// The size of a root volume where nobody says another.
pub(super) const ROOT_SIZE: &str = "8";

/// Root device and root snapshot of an image.
pub(super) fn root_of(gate: &Gate, call: &Call, id: &str) -> Result<(String, String), Answer> {
    if let Some(known) = gate.region(&call.region, |region| region.images.get(id).cloned()) {
        return Ok(known);
    }
    let image = get(gate, call, &call.region, id)?;
    let root = (image.at("rootDeviceName").to_string(), image.at("blockDeviceMapping/item/ebs/snapshotId").to_string());
    gate.region(&call.region, |region| region.images.insert(id.to_string(), root.clone()));
    Ok(root)
}

fn get(gate: &Gate, call: &Call, region: &str, id: &str) -> Result<Element, Answer> {
    let params = Params::of(&[("Filter.1.Name", "image-id"), ("Filter.1.Value.1", id)]);
    let root = forward(gate, &Call::query("ec2", region, "DescribeImages", params))?.xml();
    match root.items("imagesSet").find(|i| i.at("imageId") == id).cloned() {
        Some(mut image) => {
            gate.region(region, |r| show(r, &mut image));
            Ok(image)
        }
        None => refuse(call, KIND.unknown, KIND.messages.0.replace("{}", id)),
    }
}

pub(super) fn create(gate: &Gate, mut call: Call) -> Done {
    let tags = take_tags(&mut call);
    let copy = call.operation == "CopyImage";
    let (mut encrypted, mut key, mut lost, mut size) = (false, String::new(), false, ROOT_SIZE.to_string());
    if copy {
        let from = call.params.text("SourceRegion").to_string();
        let source = get(gate, &call, &from, call.params.text("SourceImageId"))?;
        if gate.region(&from, |r| r.is_changing(source.at("imageId"))) {
            let message = format!("Image '{}' is not available.", source.at("imageId"));
            return refuse(&call, "InvalidAMIID.Unavailable", message);
        }
        let ebs = source.items("blockDeviceMapping").next().cloned().unwrap_or_default();
        let wish = Wish {
            encrypted: call.params.text("Encrypted") == "true",
            key: call.params.text("KmsKeyId"),
            source_encrypted: ebs.at("ebs/encrypted") == "true",
            source_key: "",
        };
        if let Some(outcome) = keys::outcome(gate, &call, &wish)? {
            (encrypted, key, lost) = (true, outcome.key, !outcome.usable);
        }
        size = ebs.at("ebs/volumeSize").to_string();
    } else if call.operation == "CreateImage" {
        let instance = instances::get(gate, &call, call.params.text("InstanceId"))?;
        let device = instance.at("rootDeviceName").to_string();
        let root = instance.items("blockDeviceMapping").find(|m| m.at("deviceName") == device).cloned();
        if let Some(root) = root {
            let volume = disks::get(gate, &call, root.at("ebs/volumeId"))?;
            (encrypted, key) = (volume.at("encrypted") == "true", volume.at("kmsKeyId").to_string());
            size = volume.at("size").to_string();
        }
    }
    let answer = forward(gate, &call)?;
    let id = answer.xml().at("imageId").to_string();
    let (_, snapshot) = root_of(gate, &call, &id)?;
    gate.region(&call.region, |region| {
        region.fact(&snapshot, "volumeSize", &size);
        region.fact(&snapshot, "encrypted", encrypted);
        if encrypted {
            region.fact(&snapshot, "kmsKeyId", &key);
        }
        if copy {
            region.fact(&snapshot, "volumeId", "vol-ffffffff");
            region.fact(&id, "sourceImageId", call.params.text("SourceImageId"));
            region.fact(&id, "sourceImageRegion", call.params.text("SourceRegion"));
        }
        region.fact(&id, "~root", &snapshot);
        if lost {
            region.fact(&id, "imageState", "failed");
            region.fact(&id, "stateReason/code", "Client.InvalidKMSKey.InvalidState");
            region.fact(&id, "stateReason/message", keys::NOT_ACCESSIBLE);
        }
        let lag = region.lag;
        region.change(&id, lag.unseen, lag.image);
    });
    for (kind, tags) in tags {
        let on = if kind == "image" { &id } else { &snapshot };
        let mut params = Params::of(&[("ResourceId.1", on)]);
        for (n, (key, value)) in tags.iter().enumerate() {
            params.push(&format!("Tag.{}.Key", n + 1), key);
            params.push(&format!("Tag.{}.Value", n + 1), value);
        }
        forward(gate, &Call::query("ec2", &call.region, "CreateTags", params))?;
    }
    Ok(answer)
}

type Tags = Vec<(String, Vec<(String, String)>)>;

fn take_tags(call: &mut Call) -> Tags {
    let of = |n: &u32| {
        let kind = call.params.text(&format!("TagSpecification.{n}.ResourceType")).to_string();
        (kind, call.params.tags(&format!("TagSpecification.{n}.Tag")))
    };
    let tags = call.params.numbers("TagSpecification").iter().map(of).collect();
    call.params.take_all("TagSpecification.");
    tags
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    describe::answer(gate, &call, &KIND, vec![], |image| {
        let id = image.at("imageId").to_string();
        gate.region(&call.region, |region| {
            show(region, image);
            match region.look(&id, call.backstage) {
                Seen::Nothing => return false,
                Seen::Changing(_) => {
                    image.set("imageState", "pending");
                    image.remove("stateReason");
                }
                Seen::Settled => {}
            }
            true
        })
    })
}

fn show(region: &crate::world::Region, image: &mut Element) {
    let id = image.at("imageId").to_string();
    region.show(&id, image);
    let Some(mappings) = image.child_mut("blockDeviceMapping") else { return };
    for mapping in &mut mappings.children {
        let snapshot = mapping.at("ebs/snapshotId").to_string();
        let size = Some(region.noted(&snapshot, "volumeSize")).filter(|s| !s.is_empty()).unwrap_or(ROOT_SIZE);
        mapping.set("ebs/volumeSize", size);
        let encrypted = region.noted(&snapshot, "encrypted") == "true";
        mapping.set("ebs/encrypted", encrypted);
        if encrypted {
            mapping.set("ebs/kmsKeyId", region.noted(&snapshot, "kmsKeyId"));
        }
    }
}

pub(super) fn deregister(gate: &Gate, call: Call) -> Done {
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| region.images.remove(call.params.text("ImageId")));
    Ok(answer)
}

/// "ModifyImageAttribute": the emulator knows launch permissions only, and lets descriptions go unheard.
pub(super) fn modify(gate: &Gate, call: Call) -> Done {
    let Some(description) = call.params.get("Description.Value") else { return forward(gate, &call) };
    let id = call.params.text("ImageId").to_string();
    get(gate, &call, &call.region, &id)?;
    gate.region(&call.region, |region| region.fact(&id, "description", description));
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

/// "EnableImageDeprecation": the time is shown by DescribeImages.
pub(super) fn deprecation(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("ImageId").to_string();
    get(gate, &call, &call.region, &id)?;
    gate.region(&call.region, |region| match call.params.get("DeprecateAt") {
        Some(time) => region.fact(&id, "deprecationTime", time),
        None => {
            if let Some(facts) = region.facts.get_mut(&id) {
                facts.remove("deprecationTime");
            }
        }
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}
