//! Instances after their launch.
//!
//! "ModifyInstanceAttribute": type, user data and the like change only while the instance is stopped
//! (`IncorrectInstanceState`); the emulator does not look.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;

use super::describe::{self, Kind};
use super::{Done, forward, refuse};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::lag::Seen;
use crate::xml::Element;

pub(super) const KIND: Kind = Kind {
    set: "reservationSet",
    inner: Some("instancesSet"),
    param: "InstanceId",
    id: "instanceId",
    filter: "instance-id",
    prefix: "i-",
    malformed: "InvalidInstanceID.Malformed",
    unknown: "InvalidInstanceID.NotFound",
    messages: ("The instance ID '{}' does not exist", "The instance IDs '{}' do not exist"),
    own: &[
        ("instance-state-name", "instanceState/name"),
        ("instance-state-code", "instanceState/code"),
        ("placement-group-name", "placement/groupName"),
        ("placement-partition-number", "placement/partitionNumber"),
        ("availability-zone", "placement/availabilityZone"),
        ("tenancy", "placement/tenancy"),
        ("affinity", "placement/affinity"),
        ("host-id", "placement/hostId"),
        ("client-token", "clientToken"),
        ("root-device-name", "rootDeviceName"),
        ("root-device-type", "rootDeviceType"),
        ("hypervisor", "hypervisor"),
        ("virtualization-type", "virtualizationType"),
        ("instance-lifecycle", "instanceLifecycle"),
        ("launch-time", "launchTime"),
        ("iam-instance-profile.arn", "iamInstanceProfile/arn"),
        ("block-device-mapping.volume-id", "blockDeviceMapping/item/ebs/volumeId"),
        ("network-interface.subnet-id", "networkInterfaceSet/item/subnetId"),
    ],
};

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    describe::answer(gate, &call, &KIND, vec![], |instance| look(gate, &call, instance))
}

/// An instance as it is to be seen; false where it is not yet.
fn look(gate: &Gate, call: &Call, instance: &mut Element) -> bool {
    let id = instance.at("instanceId").to_string();
    gate.region(&call.region, |region| {
        region.show(&id, instance);
        if let Some(mappings) = instance.child_mut("blockDeviceMapping") {
            for mapping in &mut mappings.children {
                let volume = mapping.at("ebs/volumeId").to_string();
                if !call.backstage && region.is_changing(&format!("attach:{volume}")) {
                    mapping.set("ebs/status", "attaching");
                }
            }
        }
        match region.look(&id, call.backstage) {
            Seen::Nothing => false,
            Seen::Settled => true,
            Seen::Changing(_) => {
                let (name, code) = match instance.at("instanceState/name") {
                    "stopped" => ("stopping", 64),
                    "terminated" => ("shutting-down", 32),
                    _ => ("pending", 0),
                };
                instance.set("instanceState/name", name);
                instance.set("instanceState/code", code);
                true
            }
        }
    })
}

/// Start, stop, terminate: each takes its time.
pub(super) fn change_state(gate: &Gate, call: Call) -> Done {
    let ids = call.params.list("InstanceId");
    if call.operation != "TerminateInstances" {
        for id in &ids {
            // "Instance lifecycle": only stopped instances start, and a terminated one does neither.
            let state = state(gate, &call, id)?;
            let fits = match call.operation.as_str() {
                "StartInstances" => ["stopped", "running", "pending"].contains(&state.as_str()),
                _ => ["running", "stopped", "stopping"].contains(&state.as_str()),
            };
            if !fits {
                let verb = if call.operation == "StartInstances" { "started" } else { "stopped" };
                let message = format!("The instance '{id}' is not in a state from which it can be {verb}.");
                return refuse(&call, "IncorrectInstanceState", message);
            }
            if call.operation == "StartInstances" && state == "stopped" {
                super::launch::start_fits(gate, &call, id)?;
            }
        }
    }
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| {
        let polls = region.lag.instance;
        for id in &ids {
            region.change(id, 0, polls);
        }
    });
    Ok(answer)
}

/// The instance as the emulator has it, with the gate's facts.
pub(super) fn get(gate: &Gate, call: &Call, id: &str) -> Result<Element, Answer> {
    let params = Params::of(&[("Filter.1.Name", "instance-id"), ("Filter.1.Value.1", id)]);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeInstances", params))?.xml();
    let found = root.items("reservationSet").flat_map(|r| r.items("instancesSet")).find(|i| i.at("instanceId") == id);
    let Some(mut instance) = found.cloned() else {
        return refuse(call, KIND.unknown, KIND.messages.0.replace("{}", id));
    };
    gate.region(&call.region, |region| region.show(id, &mut instance));
    Ok(instance)
}

/// The state's name, transitional where the instance is on its way.
pub(super) fn state(gate: &Gate, call: &Call, id: &str) -> Result<String, Answer> {
    let instance = get(gate, call, id)?;
    let changing = gate.region(&call.region, |region| region.is_changing(id));
    Ok(match (instance.at("instanceState/name"), changing) {
        ("running", true) => "pending",
        ("stopped", true) => "stopping",
        (name, _) => name,
    }
    .to_string())
}

pub(super) fn modify(gate: &Gate, mut call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    let attribute = call.params.text("Attribute").to_string();
    let stopped_only =
        ["InstanceType", "UserData", "Kernel", "Ramdisk", "EbsOptimized", "SriovNetSupport", "EnaSupport"];
    let named =
        |name: &&&str| call.params.get(&format!("{name}.Value")).is_some() || attribute.eq_ignore_ascii_case(name);
    if let Some(name) = stopped_only.iter().find(named)
        && state(gate, &call, &id)? != "stopped"
    {
        let message = format!("The instance '{id}' is not in the 'stopped' state. ({name})");
        return refuse(&call, "IncorrectInstanceState", message);
    }
    // The emulator knows this one only in its older form.
    if let Some(value) = call.params.take("InstanceInitiatedShutdownBehavior.Value") {
        call.params.set("Attribute", "instanceInitiatedShutdownBehavior");
        call.params.set("Value", &value);
    }
    for n in call.params.numbers("BlockDeviceMapping") {
        let of = |part: &str| call.params.text(&format!("BlockDeviceMapping.{n}.{part}"));
        let (device, goes_along) = (of("DeviceName"), of("Ebs.DeleteOnTermination"));
        let instance = get(gate, &call, &id)?;
        let mapping = instance.items("blockDeviceMapping").find(|m| m.at("deviceName") == device);
        if let (Some(mapping), false) = (mapping, goes_along.is_empty()) {
            gate.region(&call.region, |r| r.fact(mapping.at("ebs/volumeId"), "~deleteOnTermination", goes_along));
        }
    }
    // The emulator decodes user data here, and stores it as if it were still encoded.
    let data = if attribute.eq_ignore_ascii_case("userData") { "Value" } else { "UserData.Value" };
    if let Some(encoded) = call.params.take(data) {
        call.params.push(data, &STANDARD.encode(encoded));
    }
    // The check is that of the primary interface ("ModifyInstanceAttribute", SourceDestCheck); the emulator keeps two.
    let check = call.params.get("SourceDestCheck.Value").map(ToString::to_string);
    let answer = forward(gate, &call)?;
    if let Some(check) = check {
        let instance = get(gate, &call, &id)?;
        let primary = instance.items("networkInterfaceSet").find(|i| i.at("attachment/deviceIndex") == "0");
        if let Some(interface) = primary.map(|interface| interface.at("networkInterfaceId").to_string()) {
            let params = Params::of(&[("NetworkInterfaceId", &interface), ("SourceDestCheck.Value", &check)]);
            forward(gate, &Call::query("ec2", &call.region, "ModifyNetworkInterfaceAttribute", params))?;
        }
    }
    Ok(answer)
}

/// The groups of an instance are those of its primary interface ("ModifyInstanceAttribute", GroupId); the emulator keeps
/// the instance's own beside them.
pub(super) fn modify_interface(gate: &Gate, call: Call) -> Done {
    let groups = call.params.list("SecurityGroupId");
    let answer = forward(gate, &call)?;
    if groups.is_empty() {
        return Ok(answer);
    }
    let params = Params::of(&[("NetworkInterfaceId.1", call.params.text("NetworkInterfaceId"))]);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeNetworkInterfaces", params))?.xml();
    let Some(attachment) = root.items("networkInterfaceSet").next().and_then(|i| i.child("attachment")) else {
        return Ok(answer);
    };
    let id = attachment.at("instanceId");
    if !id.is_empty() && attachment.at("deviceIndex") == "0" {
        let mut params = Params::of(&[("InstanceId", id)]);
        for (n, group) in groups.iter().enumerate() {
            params.push(&format!("GroupId.{}", n + 1), group);
        }
        forward(gate, &Call::query("ec2", &call.region, "ModifyInstanceAttribute", params))?;
    }
    Ok(answer)
}

/// "ReplaceIamInstanceProfileAssociation": the instance has the new profile, under a new association. The emulator changes
/// the association only, not the instance.
pub(super) fn replace_profile(gate: &Gate, call: Call) -> Done {
    let association = call.params.text("AssociationId");
    let all = Call::query("ec2", &call.region, "DescribeIamInstanceProfileAssociations", Params::default());
    let found = forward(gate, &all)?.xml();
    let there = found
        .items("iamInstanceProfileAssociationSet")
        .find(|item| item.at("associationId") == association)
        .map(|item| item.at("instanceId").to_string());
    let Some(instance) = there else { return forward(gate, &call) };
    let mut asked = Params::of(&[("InstanceId", instance.as_str())]);
    for name in ["IamInstanceProfile.Name", "IamInstanceProfile.Arn"] {
        if let Some(value) = call.params.get(name) {
            asked.push(name, value);
        }
    }
    let gone = Params::of(&[("AssociationId", association)]);
    forward(gate, &Call::query("ec2", &call.region, "DisassociateIamInstanceProfile", gone))?;
    let made = forward(gate, &Call::query("ec2", &call.region, "AssociateIamInstanceProfile", asked))?.xml();
    Ok(Answer::ec2(&call.operation, made.child("iamInstanceProfileAssociation").cloned().into_iter().collect()))
}
