//! `aws_ami_copy`.

use crate::bench::{Bench, OTHER, REGION, at, fresh_name};
use gate::{Fault, Lag, What};
use serde_json::{Value as Json, json};

const IMAGE: &str = "ami-12c6146b";
const KIND: &str = "aws_ami_copy";

fn config(name: &str) -> Json {
    json!({ "name": name, "source_ami_id": IMAGE, "source_ami_region": OTHER })
}

fn with(mut config: Json, more: &Json) -> Json {
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

fn key(bench: &Bench, region: &str) -> String {
    bench.cloud.kms(region, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn there(bench: &Bench, snapshot: &str) -> bool {
    bench.cloud.try_ec2(REGION, "DescribeSnapshots", &[("SnapshotId.1", snapshot)]).is_ok()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let name = fresh_name("copy");
    let mut copy = bench.create(KIND, with(config(&name), &json!({ "description": "abroad", "tags": { "a": "1" } })));
    let seen = copy.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}::image/{}", copy.id()));
    assert_eq!((&seen["manage_ebs_snapshots"], &seen["encrypted"]), (&json!(true), &json!(false)));
    assert_eq!((&seen["kms_key_id"], &seen["deprecation_time"]), (&json!(""), &Json::Null));
    let snapshot = at(&seen, "ebs_block_device.0.snapshot_id").as_str().unwrap().to_owned();
    assert_eq!(seen["root_snapshot_id"], json!(snapshot));
    assert_eq!(at(&seen, "ebs_block_device.0.volume_size"), &json!(8));
    bench.update(&mut copy, json!({ "description": "at home", "tags": { "a": "2" } }));
    bench.update(&mut copy, json!({ "description": null }));
    bench.update(&mut copy, json!({ "deprecation_time": "2035-01-01T12:00:20Z" }));
    bench.same(&copy, json!({ "deprecation_time": "2035-01-01T13:00:00+01:00" }));
    bench.update(&mut copy, json!({ "deprecation_time": "2036-01-01T12:00:00Z", "tags": null }));
    for (changes, because) in [
        (json!({ "name": "another name" }), "name"),
        (json!({ "source_ami_id": "ami-0123456789abcdef0" }), "source_ami_id"),
        (json!({ "source_ami_region": "us-east-1" }), "source_ami_region"),
        (json!({ "encrypted": true }), "encrypted"),
        (json!({ "kms_key_id": format!("arn:aws:kms:{REGION}:123456789012:key/1") }), "kms_key_id"),
        (
            json!({ "destination_outpost_arn": "arn:aws:outposts:eu-central-1:123456789012:outpost/op-1" }),
            "destination_outpost_arn",
        ),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&copy, changes, &[because]);
    }
    bench.imports(&copy, &copy.id(), &[]);
    bench.imports_nothing(KIND, "ami-0123456789abcdef0");
    bench.cloud.ec2(REGION, "DisableImageDeprecation", &[("ImageId", &copy.id())]);
    bench.drifted(&copy, json!({ "deprecation_time": null }));
    bench.cloud.ec2(REGION, "ModifyImageAttribute", &[("ImageId", &copy.id()), ("Description.Value", "mine")]);
    bench.drifted(&copy, json!({ "description": "mine" }));
    // Its snapshots go with it, also when the image went first.
    assert!(there(&bench, &snapshot));
    bench.cloud.ec2(REGION, "DeregisterImage", &[("ImageId", &copy.id())]);
    bench.gone(&copy);
    assert!(!there(&bench, &snapshot));
    let deprecated = with(config(&name), &json!({ "deprecation_time": "2035-01-01T12:00:00Z" }));
    let again = bench.create(KIND, deprecated);
    let snapshot = again.text("root_snapshot_id");
    bench.delete(again);
    assert!(!there(&bench, &snapshot));
}

#[test]
fn with_a_key_of_its_own_region() {
    let bench = Bench::new();
    let (here, abroad) = (key(&bench, REGION), key(&bench, OTHER));
    let name = fresh_name("copy");
    let encrypted = |key: &str| with(config(&name), &json!({ "encrypted": true, "kms_key_id": key }));
    let said = bench.refuses(KIND, encrypted(&abroad));
    assert!(said.contains(&format!("The key is of region {OTHER}, the copy of {REGION}.")), "{said}");
    let copy = bench.create(KIND, encrypted(&here));
    assert_eq!(copy.text("kms_key_id"), here);
    assert_eq!(at(&copy.json(), "ebs_block_device.0.encrypted"), &json!(true));
    bench.imports(&copy, &copy.id(), &[]);
    bench.delete(copy);
    // The default key is told.
    let copy = bench.create(KIND, with(config(&name), &json!({ "encrypted": true })));
    assert!(copy.text("kms_key_id").starts_with(&format!("arn:aws:kms:{REGION}:123456789012:key/")));
    bench.delete(copy);
    // A key that cannot be used shows afterwards.
    bench.cloud.kms(REGION, "DisableKey", json!({ "KeyId": here.rsplit('/').next().unwrap() }));
    let (thing, said) = bench.try_create(KIND, encrypted(&here)).unwrap_err();
    assert!(said.contains("The image went to state failed: Given key ID is not accessible."), "{said}");
    bench.delete(thing.unwrap());
}

#[test]
fn is_made_once() {
    let bench = Bench::new();
    let name = fresh_name("once");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CopyImage").containing(&name));
    let copy = bench.create(KIND, config(&name));
    let params = [("Filter.1.Name", "name"), ("Filter.1.Value.1", name.as_str())];
    let said = bench.cloud.ec2(REGION, "DescribeImages", &params);
    assert_eq!(said.matches("<imageId>").count(), 1, "{said}");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("DeregisterImage").containing(&copy.id()));
    bench.delete(copy);
}

/// Canada (Central) is used by nobody else: images lag there.
#[test]
fn takes_its_time() {
    let here = "ca-central-1";
    let bench = Bench::in_region(here);
    bench.cloud.gate().lag(here, Lag { unseen: 1, image: 2, ..Lag::default() });
    let copy = bench.create(KIND, config(&fresh_name("slow")));
    bench.delete(copy);
    bench.cloud.gate().lag(here, Lag { image: 1_000, ..Lag::default() });
    let hasty = with(config(&fresh_name("slow")), &json!({ "timeouts": { "create": "1s" } }));
    let (thing, said) = bench.try_create(KIND, hasty).unwrap_err();
    assert!(thing.is_some() && said.contains("it is still pending, not available"), "{said}");
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "name": "ab" }), "name must have 3 to 128 characters; it has 2."),
        (json!({ "deprecation_time": "tomorrow" }), "A time is written like"),
        (json!({ "kms_key_id": "1234" }), "is no ARN"),
        (json!({ "destination_outpost_arn": "op-1" }), "is no ARN"),
        (
            json!({ "encrypted": false, "kms_key_id": format!("arn:aws:kms:{REGION}:123456789012:key/1") }),
            "A key is named, but encrypted is false.",
        ),
    ];
    for (more, expected) in rows {
        let said = bench.refuses(KIND, with(config("a name"), &more));
        assert!(said.contains(expected), "{more}\n{said}");
    }
    let unknown = with(config("a name"), &json!({ "kms_key_id": { "$unknown": true }, "encrypted": true }));
    assert!(!bench.plan(KIND, None, &unknown).1.has_errors());
}
