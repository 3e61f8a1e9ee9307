//! Many instances and volumes that are there already, and a state that knows their ids: what a refresh costs.

use crate::{Tool, Work};
use gate::{Cloud, xml};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const REGION: &str = "eu-central-1";
const IMAGE: &str = "ami-04681a1dbd79675a5";

/// Ids of instances and as many volumes.
pub struct Fleet {
    instances: Vec<String>,
    volumes: Vec<String>,
}

impl Fleet {
    /// Makes so many of each, behind everybody's back.
    pub fn launch(cloud: &Cloud, count: usize) -> Fleet {
        let number = count.to_string();
        let parameters =
            [("ImageId", IMAGE), ("InstanceType", "m6i.large"), ("MinCount", &number), ("MaxCount", &number)];
        let launched = cloud.ec2(REGION, "RunInstances", &parameters);
        let instances: Vec<String> =
            launched.split("<instanceId>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        assert_eq!(instances.len(), count, "{launched}");
        let volumes = (0..count)
            .map(|_| {
                let made = cloud.ec2(REGION, "CreateVolume", &[("AvailabilityZone", "eu-central-1a"), ("Size", "1")]);
                xml::text(&made, "volumeId").unwrap()
            })
            .collect();
        Fleet { instances, volumes }
    }

    /// A configuration of all of them, with a state that knows no more than their ids.
    pub fn work(&self, tool: Tool, cloud: &Cloud) -> Work {
        let count = self.instances.len();
        let config = format!(
            "resource \"aws_instance\" \"node\" {{\n  count         = {count}\n  ami           = \"{IMAGE}\"\n  instance_type = \
             \"m6i.large\"\n}}\n\nresource \"aws_ebs_volume\" \"disk\" {{\n  count             = {count}\n  \
             availability_zone = \"eu-central-1a\"\n  size              = 1\n}}\n"
        );
        let work = Work::config(tool, cloud, REGION, &config);
        // The versions of the types' schemas in 6.25.0 and 3.39.0.
        let instance_version = if tool == Tool::Hashicorp { 1 } else { 2 };
        let state = json!({
            "version": 4,
            "terraform_version": "1.11.4",
            "serial": 1,
            "lineage": "00000000-0000-0000-0000-000000000001",
            "outputs": {},
            "resources": [
                resource(tool, "aws_instance", "node", instance_version, &self.instances),
                resource(tool, "aws_ebs_volume", "disk", 0, &self.volumes),
            ],
            "check_results": null,
        });
        work.file("terraform.tfstate", &state.to_string());
        work.init();
        work
    }
}

fn resource(tool: Tool, kind: &str, name: &str, version: u64, ids: &[String]) -> Value {
    let instances = ids.iter().enumerate();
    let instances =
        instances.map(|(at, id)| json!({ "index_key": at, "schema_version": version, "attributes": { "id": id } }));
    json!({
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": format!("provider[\"registry.terraform.io/{}\"]", tool.source()),
        "instances": instances.collect::<Vec<_>>(),
    })
}

/// Requests that came to the gate, by operation.
pub fn requests(cloud: &Cloud) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for request in cloud.gate().requests() {
        *counted.entry(request.operation).or_default() += 1;
    }
    counted
}
