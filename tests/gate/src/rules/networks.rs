//! Objects of networks: "DescribeVpcs", "DescribeInternetGateways". The emulator names every id when one is unknown.

use super::Done;
use super::describe::{self, Kind};
use crate::call::Call;
use crate::gate::Gate;

const VPC: Kind = Kind {
    set: "vpcSet",
    inner: None,
    param: "VpcId",
    id: "vpcId",
    filter: "vpc-id",
    prefix: "vpc-",
    malformed: "InvalidVpcID.Malformed",
    unknown: "InvalidVpcID.NotFound",
    messages: ("The vpc ID '{}' does not exist", "The vpc IDs '{}' do not exist"),
    own: &[],
};

const GATEWAY: Kind = Kind {
    set: "internetGatewaySet",
    inner: None,
    param: "InternetGatewayId",
    id: "internetGatewayId",
    filter: "internet-gateway-id",
    prefix: "igw-",
    malformed: "InvalidInternetGatewayId.Malformed",
    unknown: "InvalidInternetGatewayID.NotFound",
    messages: ("The internetGateway ID '{}' does not exist", "The internetGateway IDs '{}' do not exist"),
    own: &[],
};

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    let kind = if call.operation == "DescribeVpcs" { &VPC } else { &GATEWAY };
    describe::answer(gate, &call, kind, Vec::new(), |_| true)
}
