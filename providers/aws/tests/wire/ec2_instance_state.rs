//! `aws_ec2_instance_state`.

use crate::bench::{Bench, OTHER, REGION};
use gate::xml;
use serde_json::json;

const KIND: &str = "aws_ec2_instance_state";

#[test]
fn a_life() {
    let bench = Bench::new();
    let images = [("Filter.1.Name", "owner-alias"), ("Filter.1.Value.1", "amazon")];
    let ami = xml::text(&bench.cloud.ec2(REGION, "DescribeImages", &images), "imageId").unwrap();
    let run = [("ImageId", ami.as_str()), ("MinCount", "1"), ("MaxCount", "1"), ("InstanceType", "m5.large")];
    let id = xml::text(&bench.cloud.ec2(REGION, "RunInstances", &run), "instanceId").unwrap();
    let mut it = bench.create(KIND, json!({ "instance_id": id, "state": "stopped" }));
    assert_eq!((it.id(), it.text("state")), (id.clone(), "stopped".into()));
    bench.update(&mut it, json!({ "state": "running" }));
    bench.update(&mut it, json!({ "force": true }));
    bench.update(&mut it, json!({ "state": "stopped" }));
    bench.replaces(&it, json!({ "instance_id": "i-0123456789abcdef0" }), &["instance_id"]);
    bench.replaces(&it, json!({ "region": OTHER }), &["region"]);
    bench.imports(&it, &id, &["force"]);
    bench.imports_nothing(KIND, "i-0123456789abcdef0");
    bench.cloud.ec2(REGION, "StartInstances", &[("InstanceId.1", &id)]);
    bench.drifted(&it, json!({ "state": "running" }));
    // A destroy leaves the instance as it is.
    bench.try_delete(&it).unwrap();
    assert_eq!(bench.read(&it).unwrap()["state"], "running");
    bench.cloud.ec2(REGION, "TerminateInstances", &[("InstanceId.1", &id)]);
    bench.gone(&it);
    let (_, said) = bench.try_create(KIND, json!({ "instance_id": id, "state": "stopped" })).unwrap_err();
    assert!(said.contains("or it is terminated"), "{said}");
    let said = bench.refuses(KIND, json!({ "instance_id": id, "state": "asleep" }));
    assert!(said.contains("state must be one of running, stopped"), "{said}");
}
