//! `aws_ebs_volume`.

use crate::bench::{Bench, OTHER, REGION};
use serde_json::json;

#[test]
fn a_life() {
    let bench = Bench::new();
    let mut volume = bench.create(
        "aws_ebs_volume",
        json!({ "availability_zone": "eu-central-1a", "size": 10, "type": "gp3", "tags": { "Name": "data" } }),
    );
    let seen = volume.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:volume/{}", volume.id()));
    assert_eq!((&seen["region"], &seen["tags_all"]), (&json!(REGION), &json!({ "Name": "data" })));
    bench.update(&mut volume, json!({ "size": 20, "tags": { "Name": "log", "team": "orders" } }));
    bench.update(&mut volume, json!({ "iops": 4_000, "throughput": 250 }));
    bench.update(&mut volume, json!({ "final_snapshot": true }));
    bench.update(&mut volume, json!({ "final_snapshot": null, "tags": null }));
    bench.update(&mut volume, json!({ "type": "io1", "iops": 500, "throughput": null }));
    bench.replaces(&volume, json!({ "availability_zone": "eu-central-1b" }), &["availability_zone"]);
    bench.replaces(
        &volume,
        json!({ "region": OTHER, "availability_zone": "eu-west-1a" }),
        &["availability_zone", "region"],
    );
    bench.imports(&volume, &volume.id(), &[]);
    bench.imports(&volume, &format!("{}@{REGION}", volume.id()), &[]);
    bench.imports_nothing("aws_ebs_volume", "vol-0123456789abcdef0");
    let id = volume.id();
    bench.cloud.ec2(REGION, "CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "who"), ("Tag.1.Value", "me")]);
    bench.drifted(&volume, json!({ "tags": { "who": "me" }, "tags_all": { "who": "me" } }));
    bench.cloud.ec2(REGION, "DeleteVolume", &[("VolumeId", &id)]);
    bench.gone(&volume);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let zone = "eu-central-1a";
    let rows = [
        (json!({ "availability_zone": zone }), "One of size, snapshot_id must be set."),
        (json!({ "availability_zone": zone, "size": 0 }), "size must be from 1 to 65536; it is 0."),
        (json!({ "availability_zone": zone, "size": 1, "type": "gp4" }), "type must be one of"),
        (json!({ "availability_zone": zone, "size": 1, "type": "gp2", "throughput": 200 }), "only gp3 takes it"),
        (json!({ "availability_zone": zone, "size": 1, "throughput": 200 }), "throughput cannot be set for type gp2"),
        (json!({ "availability_zone": zone, "size": 1, "type": "io2" }), "A volume of type io2 needs iops."),
        (
            json!({ "availability_zone": zone, "size": 1, "type": "st1", "iops": 100 }),
            "iops cannot be set for type st1",
        ),
        (json!({ "availability_zone": "us-east-1a", "size": 1 }), "Zone us-east-1a is not in region eu-central-1."),
        (
            json!({ "availability_zone": zone, "size": 1, "encrypted": true,
                    "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/mrk-1" }),
            "The key is of region eu-west-1, the volume of eu-central-1.",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_ebs_volume", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    // What is not known yet is not refused.
    let unknown = json!({ "availability_zone": { "$unknown": true }, "size": { "$unknown": true }, "type": "gp2" });
    assert!(!bench.plan("aws_ebs_volume", None, &unknown).1.has_errors());
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": zone, "size": 10 }));
    let said = bench.refuses_update(&volume, json!({ "size": 5 }));
    assert!(said.contains("A volume cannot shrink: it has 10 GiB, 5 are asked for."), "{said}");
    bench.delete(volume);
}
