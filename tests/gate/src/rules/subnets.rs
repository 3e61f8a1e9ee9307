//! Attributes of subnets: "ModifySubnetAttribute" changes one at a time, and those of Outposts together.
//!
//! The emulator knows three of them and ignores the others, and the Outpost; "DescribeSubnets" shows all. It shows only the IPv6 blocks
//! that are associated, with a state that is no word, and counts more IPv6 addresses than an integer of the API holds.

use super::describe::{self, Kind};
use super::{Done, forward, refuse};
use crate::call::{Call, Params};
use crate::gate::Gate;
use crate::xml::Element;

const KIND: Kind = Kind {
    set: "subnetSet",
    inner: None,
    param: "SubnetId",
    id: "subnetId",
    filter: "subnet-id",
    prefix: "subnet-",
    malformed: "InvalidSubnetID.Malformed",
    unknown: "InvalidSubnetID.NotFound",
    messages: ("The subnet ID '{}' does not exist", "The subnet IDs '{}' do not exist"),
    own: &[],
};

/// Parameters that the emulator ignores, and where DescribeSubnets shows them.
const IGNORED: [(&str, &str); 6] = [
    ("EnableDns64.Value", "enableDns64"),
    ("EnableResourceNameDnsAAAARecordOnLaunch.Value", "privateDnsNameOptionsOnLaunch/enableResourceNameDnsAAAARecord"),
    ("PrivateDnsHostnameTypeOnLaunch", "privateDnsNameOptionsOnLaunch/hostnameType"),
    ("EnableLniAtDeviceIndex", "enableLniAtDeviceIndex"),
    ("MapCustomerOwnedIpOnLaunch.Value", "mapCustomerOwnedIpOnLaunch"),
    ("CustomerOwnedIpv4Pool", "customerOwnedIpv4Pool"),
];

pub(super) fn modify(gate: &Gate, mut call: Call) -> Done {
    let id = call.params.text("SubnetId").to_string();
    let asked: Vec<&str> = call.params.0.iter().map(|(name, _)| name.as_str()).filter(|n| *n != "SubnetId").collect();
    let of_outposts = ["MapCustomerOwnedIpOnLaunch.Value", "CustomerOwnedIpv4Pool"];
    if asked.len() != 1 && !asked.iter().all(|name| of_outposts.contains(name)) {
        return refuse(
            &call,
            "InvalidParameterCombination",
            format!("The request must contain one attribute; it has {}.", asked.join(", ")),
        );
    }
    // The emulator does not look for the subnet when it ignores the attribute.
    forward(gate, &Call::query("ec2", &call.region, "DescribeSubnets", Params::of(&[("SubnetId.1", &id)])))?;
    let off = call.params.take("DisableLniAtDeviceIndex.Value");
    let taken: Vec<(&str, String)> =
        IGNORED.iter().filter_map(|(name, path)| Some((*path, call.params.take(name)?))).collect();
    gate.region(&call.region, |region| {
        if off.is_some() {
            region.fact(&id, "enableLniAtDeviceIndex", 0);
        }
        for (path, text) in taken {
            region.fact(&id, path, text);
        }
        if region.noted(&id, "mapCustomerOwnedIpOnLaunch") == "false" {
            region.fact(&id, "customerOwnedIpv4Pool", "");
        }
    });
    forward(gate, &call)
}

pub(super) fn create(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(subnet) = root.child_mut("subnet") {
        set_right(subnet);
        let (id, outpost) = (subnet.at("subnetId").to_string(), call.params.text("OutpostArn"));
        if !outpost.is_empty() {
            gate.region(&call.region, |region| region.fact(&id, "outpostArn", outpost));
        }
    }
    answer.set_xml(&root);
    Ok(answer)
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    describe::answer(gate, &call, &KIND, Vec::new(), |subnet| {
        let id = subnet.at("subnetId").to_string();
        gate.region(&call.region, |region| region.show(&id, subnet));
        set_right(subnet);
        true
    })
}

fn set_right(subnet: &mut Element) {
    if subnet.at("availableIpAddressCount").len() > 9 {
        subnet.set("availableIpAddressCount", 0);
    }
    for block in subnet.child_mut("ipv6CidrBlockAssociationSet").into_iter().flat_map(|set| &mut set.children) {
        block.set("ipv6CidrBlockState/state", "associated");
    }
}
