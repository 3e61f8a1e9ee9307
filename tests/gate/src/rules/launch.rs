//! RunInstances.
//!
//! - The image must exist (`InvalidAMIID.NotFound`), the key pair (`InvalidKeyPair.NotFound`), and the type in the zone;
//!   the emulator takes any.
//! - "RunInstances", BlockDeviceMapping: a mapping of the root device changes the image's; what it does not say, the
//!   image says. The emulator wants a size or a snapshot, and drops the root volume where only others are named.
//! - A zone that is not the subnet's: `InvalidParameterValue` "Value (a) for parameter availabilityZone is invalid.
//!   Subnet 's' is in the availability zone b" (as Terraform users report it).
//! - "Placement group rules": at most seven running instances a zone in a rack spread group; a cluster in one zone
//!   (`InvalidPlacementGroup.InUse`); partition numbers of partition groups. For the eighth the page says that it does
//!   not launch, and "Placement strategies" that a request for which there is too little distinct hardware fails;
//!   `InsufficientInstanceCapacity` of "Server error codes" is inferred.
//! - Interfaces that a launch makes go with the instance.
//! - "Instance terminates immediately": a root volume whose key cannot be used.

use super::keys::{self, Encryption, Wish};
use super::placement::{self, PLACEMENT};
use super::{Done, disks, forward, images, instances, options, refuse};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::world::Group;
use crate::xml::Element;

const MAPPING: &str = "BlockDeviceMapping";

pub(super) fn run(gate: &Gate, mut call: Call) -> Done {
    take_template(gate, &mut call)?;
    let image = call.params.text("ImageId").to_string();
    let root = images::root_of(gate, &call, &image)?;
    let zone = zone(gate, &call)?;
    offered(gate, &call, &zone)?;
    key_pair_exists(gate, &call)?;
    let count = call.params.get("MaxCount").or(call.params.get("MinCount")).unwrap_or("1").to_string();
    call.params.set("MinCount", &count);
    let count = count.parse().unwrap_or(1);
    let placed = ["GroupName", "GroupId"].map(|n| call.params.text(&format!("Placement.{n}")).to_string());
    let grouped = placed.iter().any(|p| !p.is_empty());
    let _turn = grouped.then(|| gate.launches.lock().unwrap());
    let mut group = None;
    if grouped {
        let found = placement::find(gate, &call, &placed[0], &placed[1])?;
        fits(gate, &call, &found, &zone, count)?;
        group = Some(found);
    }
    let disks = map_disks(gate, &mut call, &root)?;
    map_interfaces(&mut call);
    let kept = options::of_launch(gate, &call);
    let shown: Vec<(String, String)> = PLACEMENT
        .iter()
        .filter_map(|(param, path)| {
            Some((path.to_string(), call.params.get(&format!("Placement.{param}"))?.to_string()))
        })
        .collect();
    let answer = forward(gate, &call)?;
    note(gate, &call, answer, &Launch { group, disks, kept, shown })
}

/// What the emulator does not keep of a launch.
struct Launch {
    group: Option<Group>,
    disks: Vec<Disk>,
    kept: Vec<(String, String)>,
    shown: Vec<(String, String)>,
}

/// A volume of the launch.
struct Disk {
    device: String,
    encryption: Option<Encryption>,
    facts: Vec<(&'static str, String)>,
}

fn note(gate: &Gate, call: &Call, mut answer: Answer, launch: &Launch) -> Done {
    let mut root = answer.xml();
    let unusable = launch.disks.iter().any(|d| d.encryption.as_ref().is_some_and(|e| !e.usable));
    let mut ids = Vec::new();
    for instance in root.child_mut("instancesSet").into_iter().flat_map(|s| &mut s.children) {
        let id = instance.at("instanceId").to_string();
        gate.region(&call.region, |region| {
            for (path, text) in launch.shown.iter().chain(&launch.kept) {
                region.fact(&id, path, text);
            }
            if let Some(group) = &launch.group {
                region.fact(&id, "placement/groupName", &group.name);
                region.fact(&id, "placement/groupId", &group.id);
            }
            for disk in &launch.disks {
                let mapping = instance.items("blockDeviceMapping").find(|m| m.at("deviceName") == disk.device);
                for (path, text) in mapping.iter().flat_map(|_| &disk.facts) {
                    let volume = mapping.map_or("", |m| m.at("ebs/volumeId"));
                    region.fact(volume, path, text);
                }
            }
            if unusable {
                region.fact(&id, "stateReason/code", "Client.InvalidKMSKey.InvalidState");
                let message = "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state";
                region.fact(&id, "stateReason/message", message);
            }
            region.show(&id, instance);
            let lag = region.lag;
            region.change(&id, lag.unseen, lag.instance);
        });
        instance.set("instanceState/name", "pending");
        instance.set("instanceState/code", 0);
        instance.remove("stateReason");
        ids.push(id);
    }
    for id in &ids {
        if call.params.text("DisableApiTermination") == "true" {
            let mut params = Params::of(&[("InstanceId", id.as_str())]);
            params.push("DisableApiTermination.Value", "true");
            forward(gate, &Call::query("ec2", &call.region, "ModifyInstanceAttribute", params))?;
        }
        if unusable {
            let params = Params::of(&[("InstanceId.1", id)]);
            forward(gate, &Call::query("ec2", &call.region, "TerminateInstances", params))?;
        }
    }
    answer.set_xml(&root);
    Ok(answer)
}

/// What the launch template says and the request does not: image, placement, volumes, options. The emulator heeds the
/// rest itself.
fn take_template(gate: &Gate, call: &mut Call) -> Result<(), Answer> {
    let mut params = Params::default();
    for name in ["LaunchTemplateId", "LaunchTemplateName"] {
        if let Some(value) = call.params.get(&format!("LaunchTemplate.{name}")) {
            params.push(name, value);
        }
    }
    if params.0.is_empty() {
        return Ok(());
    }
    let version = Some(call.params.text("LaunchTemplate.Version")).filter(|v| !v.is_empty()).unwrap_or("$Default");
    params.push("LaunchTemplateVersion.1", version);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeLaunchTemplateVersions", params))?.xml();
    let Some(data) = root.items("launchTemplateVersionSet").next().and_then(|v| v.child("launchTemplateData")) else {
        return Ok(());
    };
    let mut fill = |name: &str, value: &str| {
        if !value.is_empty() && call.params.get(name).is_none() {
            call.params.push(name, value);
        }
    };
    fill("ImageId", data.at("imageId"));
    for name in
        ["placement", "metadataOptions", "maintenanceOptions", "cpuOptions", "creditSpecification", "monitoring"]
    {
        for child in data.child(name).into_iter().flat_map(|c| &c.children) {
            fill(&format!("{}.{}", upper(name), upper(&child.name)), &child.text);
        }
    }
    let named: Vec<String> = call.params.numbers(MAPPING).iter().map(|n| device(call, *n)).collect();
    let mut next = call.params.numbers(MAPPING).last().copied().unwrap_or(0);
    for mapping in data.items("blockDeviceMappingSet").filter(|m| !named.iter().any(|n| n == m.at("deviceName"))) {
        next += 1;
        call.params.push(&format!("{MAPPING}.{next}.DeviceName"), mapping.at("deviceName"));
        for child in mapping.child("ebs").into_iter().flat_map(|c| &c.children).filter(|c| !c.text.is_empty()) {
            call.params.push(&format!("{MAPPING}.{next}.Ebs.{}", upper(&child.name)), &child.text);
        }
    }
    Ok(())
}

fn upper(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The zone of the launch; empty where the emulator chooses it.
fn zone(gate: &Gate, call: &Call) -> Result<String, Answer> {
    let wanted = call.params.text("Placement.AvailabilityZone");
    let subnet = [call.params.text("SubnetId"), call.params.text("NetworkInterface.1.SubnetId")]
        .into_iter()
        .find(|s| !s.is_empty());
    let Some(subnet) = subnet else {
        disks::zone_exists(gate, call, wanted)?;
        return Ok(if wanted.is_empty() { format!("{}a", call.region) } else { wanted.to_string() });
    };
    let known = gate.region(&call.region, |region| region.subnets.get(subnet).cloned());
    let zone = match known {
        Some(zone) => zone,
        None => {
            let params = Params::of(&[("SubnetId.1", subnet)]);
            let root = forward(gate, &Call::query("ec2", &call.region, "DescribeSubnets", params))?.xml();
            let zone = root.items("subnetSet").next().map_or("", |s| s.at("availabilityZone")).to_string();
            gate.region(&call.region, |region| region.subnets.insert(subnet.to_string(), zone.clone()));
            zone
        }
    };
    if !wanted.is_empty() && wanted != zone {
        let message = format!(
            "Value ({wanted}) for parameter availabilityZone is invalid. Subnet '{subnet}' is in the availability zone {zone}"
        );
        return refuse(call, "InvalidParameterValue", message);
    }
    Ok(zone)
}

/// "Instance type not supported" (`Unsupported`): not every zone has every type. The emulator has the list, and does not
/// look at it.
fn offered(gate: &Gate, call: &Call, zone: &str) -> Result<(), Answer> {
    let kind = call.params.text("InstanceType");
    if kind.is_empty() {
        return Ok(());
    }
    let known = gate.region(&call.region, |region| region.types.get(kind).cloned());
    let zones = match known {
        Some(zones) => zones,
        None => {
            let mut params = Params::of(&[("LocationType", "availability-zone")]);
            params.set_filters(&[("instance-type".to_string(), vec![kind.to_string()])]);
            let offerings = Call::query("ec2", &call.region, "DescribeInstanceTypeOfferings", params);
            let root = forward(gate, &offerings)?.xml();
            let zones: Vec<String> = root.all("location").iter().map(|e| e.text.clone()).collect();
            gate.region(&call.region, |region| region.types.insert(kind.to_string(), zones.clone()));
            zones
        }
    };
    if zones.is_empty() {
        return refuse(call, "InvalidParameterValue", format!("Invalid value '{kind}' for InstanceType."));
    }
    if !zones.iter().any(|z| z == zone) {
        let message = format!(
            "Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}). Please \
             retry your request by not specifying an Availability Zone or choosing {}.",
            zones.join(", ")
        );
        return refuse(call, "Unsupported", message);
    }
    Ok(())
}

fn key_pair_exists(gate: &Gate, call: &Call) -> Result<(), Answer> {
    let name = call.params.text("KeyName");
    if name.is_empty() {
        return Ok(());
    }
    let params = Params::of(&[("Filter.1.Name", "key-name"), ("Filter.1.Value.1", name)]);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeKeyPairs", params))?.xml();
    if root.all("keyName").is_empty() {
        return refuse(call, "InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist"));
    }
    Ok(())
}

/// Whether so many more instances may be in the group in this zone.
fn fits(gate: &Gate, call: &Call, group: &Group, zone: &str, count: usize) -> Result<(), Answer> {
    let members = placement::members(gate, call, group)?;
    let running = members.iter().filter(|(_, z, state)| z == zone && state != "stopped").count();
    if group.strategy == "spread" && group.spread_level == "rack" && running + count > 7 {
        let message = format!(
            "We currently do not have sufficient capacity to launch the requested instances into Placement Group '{}' in \
             {zone}: a spread placement group has at most 7 running instances per Availability Zone.",
            group.name
        );
        return Err(Answer::error(call, 500, "InsufficientInstanceCapacity", &message));
    }
    if group.strategy == "spread" && call.params.text("Placement.Tenancy") == "dedicated" {
        let message = "Dedicated Instances cannot be launched into a spread placement group.";
        return refuse(call, "InvalidParameterCombination", message);
    }
    if group.strategy == "cluster" && members.iter().any(|(_, z, _)| z != zone) {
        let message = format!("The placement group '{}' is in use in another availability zone: null", group.name);
        return refuse(call, "InvalidPlacementGroup.InUse", message);
    }
    let partition = call.params.text("Placement.PartitionNumber");
    if !partition.is_empty() && !partition.parse().is_ok_and(|n: u32| (1..=group.partitions).contains(&n)) {
        let message = format!("Value ({partition}) for parameter partitionNumber is invalid.");
        return refuse(call, "InvalidParameterValue", message);
    }
    Ok(())
}

/// A stopped instance counts in its group again when it starts.
pub(super) fn start_fits(gate: &Gate, call: &Call, id: &str) -> Result<(), Answer> {
    let instance = instances::get(gate, call, id)?;
    let name = instance.at("placement/groupName");
    if name.is_empty() {
        return Ok(());
    }
    let group = placement::find(gate, call, name, "")?;
    fits(gate, call, &group, instance.at("placement/availabilityZone"), 1)
}

/// "Network interface attributes": one that is made by a launch goes with its instance. In the emulator it stays, and
/// with it the use of its subnet and security groups.
fn map_interfaces(call: &mut Call) {
    let name = |n: u32, part: &str| format!("NetworkInterface.{n}.{part}");
    let numbers = call.params.numbers("NetworkInterface");
    if numbers.is_empty() {
        call.params.push(&name(1, "DeviceIndex"), "0");
        call.params.push(&name(1, "DeleteOnTermination"), "true");
        if let Some(subnet) = call.params.take("SubnetId") {
            call.params.push(&name(1, "SubnetId"), &subnet);
        }
    }
    for n in numbers {
        let said = ["NetworkInterfaceId", "DeleteOnTermination"].iter().any(|p| call.params.get(&name(n, p)).is_some());
        if !said {
            call.params.push(&name(n, "DeleteOnTermination"), "true");
        }
    }
}

fn device(call: &Call, n: u32) -> String {
    call.params.text(&format!("{MAPPING}.{n}.DeviceName")).to_string()
}

/// Completes the mappings for the emulator, and keeps what it would lose.
fn map_disks(gate: &Gate, call: &mut Call, (root, snapshot): &(String, String)) -> Result<Vec<Disk>, Answer> {
    let mut numbers = call.params.numbers(MAPPING);
    if !numbers.iter().any(|n| device(call, *n) == *root) {
        let n = numbers.last().copied().unwrap_or(0) + 1;
        call.params.push(&format!("{MAPPING}.{n}.DeviceName"), root);
        numbers.push(n);
    }
    let mut disks = Vec::new();
    for n in numbers {
        let name = |part: &str| format!("{MAPPING}.{n}.Ebs.{part}");
        let device = device(call, n);
        let is_root = device == *root;
        if call.params.get(&format!("{MAPPING}.{n}.NoDevice")).is_some() {
            continue;
        }
        // Instance store volumes are no EBS volumes; the emulator has none.
        if call.params.take(&format!("{MAPPING}.{n}.VirtualName")).is_some() {
            call.params.take(&format!("{MAPPING}.{n}.DeviceName"));
            continue;
        }
        let mut source = Element::default();
        let from = call.params.text(&name("SnapshotId")).to_string();
        if is_root {
            // An image of AWS's has none of these facts: not encrypted.
            let size = gate.region(&call.region, |region| {
                region.show(snapshot, &mut source);
                region.noted(snapshot, "volumeSize").to_string()
            });
            let size = if size.is_empty() { images::ROOT_SIZE.to_string() } else { size };
            let given: u64 = call.params.text(&name("VolumeSize")).parse().unwrap_or(0);
            if given == 0 {
                call.params.set(&name("VolumeSize"), &size);
            } else if given < size.parse().unwrap_or(0) {
                let message =
                    format!("Volume of size {given}GB is smaller than snapshot '{snapshot}', expect size >= {size}GB");
                return refuse(call, "InvalidBlockDeviceMapping", message);
            }
            call.params.set(&name("SnapshotId"), snapshot);
            if call.params.get(&name("DeleteOnTermination")).is_none() {
                call.params.set(&name("DeleteOnTermination"), "true");
            }
        } else if !from.is_empty() {
            source = super::snapshots::get(gate, call, &call.region, &from)?;
        }
        let wish = Wish {
            encrypted: call.params.text(&name("Encrypted")) == "true",
            key: call.params.text(&name("KmsKeyId")),
            source_encrypted: source.at("encrypted") == "true",
            source_key: source.at("kmsKeyId"),
        };
        let encryption = keys::outcome(gate, call, &wish)?;
        call.params.take(&name("Encrypted"));
        call.params.take(&name("KmsKeyId"));
        let mut facts = Vec::new();
        if let Some(encryption) = &encryption {
            facts.push(("encrypted", "true".to_string()));
            facts.push(("kmsKeyId", encryption.key.clone()));
        }
        facts.push(("~deleteOnTermination", call.params.text(&name("DeleteOnTermination")).to_string()));
        // The emulator would refuse types that need IOPS, and forget the rest.
        let kind = call.params.take(&name("VolumeType")).unwrap_or_else(|| "gp2".to_string());
        for (part, path) in [("Iops", "iops"), ("Throughput", "throughput")] {
            if let Some(value) = call.params.take(&name(part)) {
                facts.push((path, value));
            }
        }
        if ["io1", "io2", "gp3"].contains(&kind.as_str()) {
            facts.push(("volumeType", kind));
            call.params.push(&name("VolumeType"), "standard");
        } else {
            call.params.push(&name("VolumeType"), &kind);
        }
        disks.push(Disk { device, encryption, facts });
    }
    Ok(disks)
}
