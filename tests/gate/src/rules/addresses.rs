//! The reverse DNS name of an Elastic IP address: "DescribeAddressesAttribute", "ModifyAddressAttribute",
//! "ResetAddressAttribute".

use super::Done;
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
