//! The reverse DNS name of an Elastic IP address: "DescribeAddressesAttribute", "ModifyAddressAttribute",
//! "ResetAddressAttribute". "AssociateAddress", PrivateIpAddress: the emulator always takes the primary one.

use super::{Done, forward};
use crate::call::{Answer, Call};
use crate::gate::Gate;
use crate::xml::Element;

pub(super) fn attribute(gate: &Gate, call: Call) -> Done {
    let shown = |id: &str, name: Option<&String>| {
        let mut item = Element::node("item", vec![Element::leaf("allocationId", id)]);
        if let Some(name) = name {
            item.set("ptrRecord", name);
        }
        item
    };
    if call.operation == "DescribeAddressesAttribute" {
        let ids = call.params.list("AllocationId");
        let items = gate.region(&call.region, |region| {
            let asked = |id: &&String| ids.is_empty() || ids.contains(id);
            let all: Vec<String> =
                if ids.is_empty() { region.addresses.keys().cloned().collect() } else { ids.clone() };
            all.iter().filter(asked).map(|id| shown(id, region.addresses.get(id))).collect()
        });
        return Ok(Answer::ec2(&call.operation, vec![Element::node("addressSet", items)]));
    }
    let id = call.params.text("AllocationId").to_string();
    let name = call.params.get("DomainName").map(str::to_string);
    let mut address = gate.region(&call.region, |region| {
        match name {
            Some(name) => region.addresses.insert(id.clone(), name),
            None => region.addresses.remove(&id),
        };
        shown(&id, region.addresses.get(&id))
    });
    address.name = "address".to_string();
    Ok(Answer::ec2(&call.operation, vec![address]))
}

/// Where the private address that an association was asked for is noted, by allocation: not to be shown as such.
const PRIVATE: &str = "~privateIpAddress";

pub(super) fn associate(gate: &Gate, call: Call) -> Done {
    let answer = forward(gate, &call)?;
    let (id, private) = (call.params.text("AllocationId"), call.params.text("PrivateIpAddress"));
    gate.region(&call.region, |region| region.fact(id, PRIVATE, private));
    Ok(answer)
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(set) = root.child_mut("addressesSet") {
        gate.region(&call.region, |region| {
            for item in &mut set.children {
                let private = region.noted(item.at("allocationId"), PRIVATE);
                if !private.is_empty() && !item.at("associationId").is_empty() {
                    item.set("privateIpAddress", private);
                }
            }
        });
    }
    answer.set_xml(&root);
    Ok(answer)
}
