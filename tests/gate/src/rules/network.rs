//! What must be gone before a part of a network can be deleted.
//!
//! "DeleteSubnet", "DeleteSecurityGroup", "DeleteVpc": what is in use, or has parts, is not deleted
//! (`DependencyViolation`). The emulator deletes a subnet and a group under running instances.

use super::{Done, forward, refuse};
use crate::call::{Answer, Call, Params};
use crate::gate::Gate;
use crate::xml::Element;

pub(super) fn delete_subnet(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("SubnetId").to_string();
    if !list(gate, &call, "DescribeNetworkInterfaces", "subnet-id", &id)?.all("networkInterfaceId").is_empty() {
        let message = format!("The subnet '{id}' has dependencies and cannot be deleted.");
        return refuse(&call, "DependencyViolation", message);
    }
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| region.subnets.remove(&id));
    Ok(answer)
}

pub(super) fn delete_group(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("GroupId").to_string();
    if !id.is_empty()
        && !list(gate, &call, "DescribeNetworkInterfaces", "group-id", &id)?.all("networkInterfaceId").is_empty()
    {
        return refuse(&call, "DependencyViolation", format!("resource {id} has a dependent object"));
    }
    forward(gate, &call)
}

pub(super) fn delete_vpc(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("VpcId").to_string();
    let groups = list(gate, &call, "DescribeSecurityGroups", "vpc-id", &id)?;
    let own = groups.items("securityGroupInfo").any(|g| g.at("groupName") != "default");
    let gateways = list(gate, &call, "DescribeInternetGateways", "attachment.vpc-id", &id)?;
    if own || gateways.items("internetGatewaySet").next().is_some() {
        let message = format!("The vpc '{id}' has dependencies and cannot be deleted.");
        return refuse(&call, "DependencyViolation", message);
    }
    forward(gate, &call)
}

fn list(gate: &Gate, call: &Call, operation: &str, filter: &str, value: &str) -> Result<Element, Answer> {
    let params = Params::of(&[("Filter.1.Name", filter), ("Filter.1.Value.1", value)]);
    Ok(forward(gate, &Call::query("ec2", &call.region, operation, params))?.xml())
}
