//! `aws_instance`.

use crate::bench::{Bench, REGION, Thing, at, fresh_name};
use gate::xml;
use serde_json::{Value as Json, json};

mod changes;
mod launches;
mod life;
mod plans;

const KIND: &str = "aws_instance";

/// A VPC with a subnet in a zone, of its own for each test.
struct Net {
    vpc: String,
    subnet: String,
    ami: String,
}

fn net(bench: &Bench, region: &str, zone: &str) -> Net {
    let vpc = xml::text(&bench.cloud.ec2(region, "CreateVpc", &[("CidrBlock", "10.9.0.0/16")]), "vpcId").unwrap();
    let asked = [("VpcId", vpc.as_str()), ("CidrBlock", "10.9.1.0/24"), ("AvailabilityZone", zone)];
    let subnet = xml::text(&bench.cloud.ec2(region, "CreateSubnet", &asked), "subnetId").unwrap();
    let images = [("Filter.1.Name", "owner-alias"), ("Filter.1.Value.1", "amazon")];
    let ami = xml::text(&bench.cloud.ec2(region, "DescribeImages", &images), "imageId").unwrap();
    Net { vpc, subnet, ami }
}

impl Net {
    /// A configuration of an instance in the subnet.
    fn instance(&self, more: Json) -> Json {
        let mut config = json!({ "ami": self.ami, "instance_type": "m5.large", "subnet_id": self.subnet });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    }
}
