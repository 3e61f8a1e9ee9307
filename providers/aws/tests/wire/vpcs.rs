//! VPCs and what is in them, made behind the provider's back.

use crate::bench::{Bench, REGION};
use gate::xml;

/// What an operation makes: the text of an element of the answer.
pub(crate) fn made(bench: &Bench, operation: &str, params: &[(&str, &str)], element: &str) -> String {
    let answer = bench.cloud.ec2(REGION, operation, params);
    xml::text(&answer, element).unwrap_or_else(|| panic!("no {element} in {answer}"))
}

/// A new VPC, 10.0.0.0/16.
pub(crate) fn vpc(bench: &Bench) -> String {
    made(bench, "CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId")
}

/// A new subnet of a VPC.
pub(crate) fn subnet(bench: &Bench, vpc: &str, cidr: &str) -> String {
    made(bench, "CreateSubnet", &[("VpcId", vpc), ("CidrBlock", cidr)], "subnetId")
}

/// A new internet gateway, attached to a VPC.
pub(crate) fn gateway(bench: &Bench, vpc: &str) -> String {
    let id = made(bench, "CreateInternetGateway", &[], "internetGatewayId");
    bench.cloud.ec2(REGION, "AttachInternetGateway", &[("InternetGatewayId", &id), ("VpcId", vpc)]);
    id
}
