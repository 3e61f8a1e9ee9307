//! `aws_ebs_snapshot_copy`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name};
use gate::{Fault, What};
use serde_json::{Value as Json, json};

/// A snapshot in the other region.
fn source(bench: &Bench, more: Json) -> Thing {
    let mut config = json!({ "region": OTHER, "availability_zone": "eu-west-1a", "size": 2 });
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    let volume = bench.create("aws_ebs_volume", config);
    bench.create("aws_ebs_snapshot", json!({ "region": OTHER, "volume_id": volume.id() }))
}

fn key(bench: &Bench, region: &str) -> String {
    bench.cloud.kms(region, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let source = source(&bench, json!({}));
    let config = json!({ "source_region": OTHER, "source_snapshot_id": source.id(), "description": "abroad",
        "completion_duration_minutes": 30, "tags": { "Name": "data" } });
    let mut copy = bench.create("aws_ebs_snapshot_copy", config);
    let seen = copy.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}::snapshot/{}", copy.id()));
    assert_eq!((&seen["encrypted"], &seen["kms_key_id"]), (&Json::Null, &Json::Null));
    assert_eq!((&seen["volume_size"], &seen["storage_tier"]), (&json!(2), &json!("standard")));
    bench.update(&mut copy, json!({ "tags": { "Name": "log", "team": "orders" } }));
    bench.update(&mut copy, json!({ "storage_tier": "archive" }));
    bench.update(&mut copy, json!({ "storage_tier": "standard", "permanent_restore": true }));
    bench.update(&mut copy, json!({ "permanent_restore": null, "temporary_restore_days": 3 }));
    for (changes, because) in [
        (json!({ "description": "home" }), "description"),
        (json!({ "completion_duration_minutes": 45 }), "completion_duration_minutes"),
        (json!({ "encrypted": true }), "encrypted"),
        (json!({ "kms_key_id": "alias/ebs" }), "kms_key_id"),
        (json!({ "source_region": "us-east-1" }), "source_region"),
        (json!({ "source_snapshot_id": "snap-0123456789abcdef0" }), "source_snapshot_id"),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&copy, changes, &[because]);
    }
    let id = format!("{OTHER}:{}:{}", source.id(), copy.id());
    let config_only = ["completion_duration_minutes", "permanent_restore", "temporary_restore_days"];
    bench.imports(&copy, &id, &config_only);
    bench.imports_nothing("aws_ebs_snapshot_copy", &format!("{OTHER}:snap-0123456789abcdef0:snap-0123456789abcdef0"));
    bench.imports_nothing("aws_ebs_snapshot_copy", "snap-0123456789abcdef0");
    let id = copy.id();
    bench.cloud.ec2(REGION, "DeleteTags", &[("ResourceId.1", &id), ("Tag.1.Key", "team")]);
    bench.drifted(&copy, json!({ "tags": { "Name": "log" } }));
    bench.cloud.ec2(REGION, "DeleteSnapshot", &[("SnapshotId", &id)]);
    bench.gone(&copy);
    let bare =
        bench.create("aws_ebs_snapshot_copy", json!({ "source_region": OTHER, "source_snapshot_id": source.id() }));
    bench.delete(bare);
}

#[test]
fn with_a_key_of_its_own_region() {
    let bench = Bench::new();
    let (here, there) = (key(&bench, REGION), key(&bench, OTHER));
    let source = source(&bench, json!({ "encrypted": true, "kms_key_id": there }));
    let config = |key: &str| json!({ "source_region": OTHER, "source_snapshot_id": source.id(), "encrypted": true, "kms_key_id": key });
    let said = bench.refuses("aws_ebs_snapshot_copy", config(&there));
    assert!(said.contains(&format!("The key is of region {OTHER}, the copy of {REGION}.")), "{said}");
    let copy = bench.create("aws_ebs_snapshot_copy", config(&here));
    assert_eq!((copy.get("encrypted"), copy.text("kms_key_id")), (json!(true), here.clone()));
    let id = here.rsplit('/').next().unwrap();
    bench.same(&copy, json!({ "kms_key_id": id }));
    bench.imports(&copy, &format!("{OTHER}:{}:{}", source.id(), copy.id()), &[]);
    bench.delete(copy);
    // By id, and by nothing: what is written stays.
    let by_id = bench.create("aws_ebs_snapshot_copy", config(id));
    assert_eq!(by_id.text("kms_key_id"), id);
    bench.delete(by_id);
    let config = json!({ "source_region": OTHER, "source_snapshot_id": source.id() });
    let silent = bench.create("aws_ebs_snapshot_copy", config);
    assert_eq!(silent.get("encrypted"), Json::Null);
    bench.delete(silent);
}

/// AWS takes a key that it cannot use, and fails afterwards.
#[test]
fn with_a_key_that_cannot_be_used() {
    let bench = Bench::new();
    let source = source(&bench, json!({}));
    let key = key(&bench, REGION);
    let id = key.rsplit('/').next().unwrap();
    bench.cloud.kms(REGION, "DisableKey", json!({ "KeyId": id }));
    let config =
        json!({ "source_region": OTHER, "source_snapshot_id": source.id(), "encrypted": true, "kms_key_id": key });
    let (thing, said) = bench.try_create("aws_ebs_snapshot_copy", config).unwrap_err();
    assert!(said.contains("The snapshot went to state error: Given key ID is not accessible."), "{said}");
    // It is there all the same, and is kept to be removed.
    bench.delete(thing.unwrap());
}

/// The source's region must be asked in our name, by a URL that is signed for it.
#[test]
fn carries_a_url_for_the_source() {
    let bench = Bench::new();
    let source = source(&bench, json!({}));
    let config = json!({ "source_region": OTHER, "source_snapshot_id": source.id() });
    bench.create("aws_ebs_snapshot_copy", config);
    let requests = bench.cloud.gate().requests();
    let sent = requests.iter().find(|r| r.operation == "CopySnapshot" && r.body.contains(&source.id())).unwrap();
    assert_eq!(sent.region, REGION);
    let url = sent.body.split("PresignedUrl=").nth(1).unwrap().split('&').next().unwrap();
    for part in [
        "%3FAction%3DCopySnapshot%26".to_owned(),
        format!("%26SourceRegion%3D{OTHER}%26SourceSnapshotId%3D{}%26DestinationRegion%3D{REGION}%26", source.id()),
        format!("%252F{OTHER}%252Fec2%252Faws4_request%26"),
        "%26X-Amz-Signature%3D".to_owned(),
    ] {
        assert!(url.contains(&part), "{part} in {url}");
    }
    assert!(!sent.body.contains("test-secret-key"));
}

#[test]
fn is_made_once() {
    let bench = Bench::new();
    let source = source(&bench, json!({}));
    let name = fresh_name("once");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CopySnapshot").containing(&name));
    let config = json!({ "source_region": OTHER, "source_snapshot_id": source.id(), "tags": { "Name": name } });
    let (thing, said) = bench.try_create("aws_ebs_snapshot_copy", config).unwrap_err();
    assert!(thing.is_none() && said.contains("Nobody knows whether the request was carried out."), "{said}");
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name.as_str())];
    assert_eq!(bench.cloud.ec2(REGION, "DescribeSnapshots", &params).matches("<snapshotId>").count(), 1);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let with = |more: Json| {
        let mut config = json!({ "source_region": OTHER, "source_snapshot_id": "snap-0123456789abcdef0" });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    };
    let rows = [
        (json!({ "completion_duration_minutes": 20 }), "It is from 15 to 2880 minutes, in steps of 15."),
        (json!({ "completion_duration_minutes": 2_895 }), "It is from 15 to 2880 minutes"),
        (json!({ "encrypted": false, "kms_key_id": "alias/x" }), "A key is named, but encrypted is false."),
        (json!({ "permanent_restore": true, "temporary_restore_days": 1 }), "restored for good or for some days"),
        (json!({ "storage_tier": "cold" }), "storage_tier must be one of"),
    ];
    for (more, expected) in rows {
        let said = bench.refuses("aws_ebs_snapshot_copy", with(more.clone()));
        assert!(said.contains(expected), "{more}\n{said}");
    }
    let unknown = with(json!({ "kms_key_id": { "$unknown": true }, "encrypted": { "$unknown": true } }));
    assert!(!bench.plan("aws_ebs_snapshot_copy", None, &unknown).1.has_errors());
}
