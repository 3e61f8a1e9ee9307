//! Route tables.
//!
//! - "AssociateRouteTable": a subnet has one table; another is refused with `Resource.AlreadyAssociated` ("Client error
//!   codes"). The emulator answers with the association that is there.
//! - "EnableVgwRoutePropagation", "DisableVgwRoutePropagation": the emulator lacks them. The gateway must be attached to
//!   the table's VPC (`Gateway.NotAttached`). DescribeRouteTables shows the gateways; routes of theirs there are none.

use super::{Done, forward, refuse};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::xml::Element;

pub(super) fn associate(gate: &Gate, call: Call) -> Done {
    let (subnet, table) = (call.params.text("SubnetId"), call.params.text("RouteTableId"));
    if !subnet.is_empty() {
        let filter = [("Filter.1.Name", "association.subnet-id"), ("Filter.1.Value.1", subnet)];
        let asked = Call::query("ec2", &call.region, "DescribeRouteTables", Params::of(&filter));
        let found = forward(gate, &asked)?.xml();
        if found.items("routeTableSet").any(|one| one.at("routeTableId") != table) {
            let why =
                format!("the specified association for route table {table} conflicts with an existing association");
            return refuse(&call, "Resource.AlreadyAssociated", why);
        }
    }
    forward(gate, &call)
}

pub(super) fn propagation(gate: &Gate, call: Call) -> Done {
    let (gateway, table) = (call.params.text("GatewayId").to_string(), call.params.text("RouteTableId").to_string());
    let ask = |operation: &str, name: &str, id: &str| {
        forward(gate, &Call::query("ec2", &call.region, operation, Params::of(&[(name, id)])))
            .map(|answer| answer.xml())
    };
    let tables = ask("DescribeRouteTables", "RouteTableId.1", &table)?;
    let gateways = ask("DescribeVpnGateways", "VpnGatewayId.1", &gateway)?;
    let vpc = tables.items("routeTableSet").next().map(|one| one.at("vpcId").to_string()).unwrap_or_default();
    let attached = gateways.all("attachments").iter().any(|set| set.children.iter().any(|one| one.at("vpcId") == vpc));
    let enable = call.operation == "EnableVgwRoutePropagation";
    if enable && !attached {
        let why = format!("resource {gateway} is not attached to the VPC of {table}");
        return refuse(&call, "Gateway.NotAttached", why);
    }
    gate.region(&call.region, |region| {
        let all = region.propagating.entry(table).or_default();
        if enable {
            all.insert(gateway)
        } else {
            all.remove(&gateway)
        };
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", true)]))
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(set) = root.child_mut("routeTableSet") {
        for table in &mut set.children {
            let id = table.at("routeTableId").to_string();
            let gateways = gate.region(&call.region, |region| region.propagating.get(&id).cloned().unwrap_or_default());
            let item = |gateway: &String| Element::node("item", vec![Element::leaf("gatewayId", gateway)]);
            table.put(Element::node("propagatingVgwSet", gateways.iter().map(item).collect()));
        }
    }
    answer.set_xml(&root);
    Ok(answer)
}
