use super::*;
use crate::{Bytes, Opens};

/// Two volumes in two zones under one key, a snapshot of each, a copy of the first in another region under a key of
/// that region, another copy under the managed key, two buckets.
fn estate() -> Sandbox {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({}));
    let west = sandbox.made("aws_kms_key", json!({"region": "eu-west-1"}));
    sandbox.made("aws_kms_alias", json!({"name": "alias/data", "target_key_id": id(&key)}));
    sandbox.made("aws_kms_alias", json!({"name": "alias/west", "target_key_id": id(&west), "region": "eu-west-1"}));
    let mut snapshots = Vec::new();
    for zone in ["eu-central-1a", "eu-central-1b"] {
        let volume = json!({"availability_zone": zone, "size": 8, "encrypted": true, "kms_key_id": key["arn"]});
        let volume = sandbox.made("aws_ebs_volume", volume);
        snapshots.push(sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)})));
    }
    let copy = json!({"region": "eu-west-1", "source_region": "eu-central-1", "source_snapshot_id": id(&snapshots[0])});
    let mut own = copy.clone();
    own["encrypted"] = json!(true);
    own["kms_key_id"] = west["arn"].clone();
    sandbox.made("aws_ebs_snapshot_copy", own);
    sandbox.made("aws_ebs_snapshot_copy", copy);
    sandbox.made("aws_s3_bucket", json!({"bucket": "wal-central"}));
    sandbox.made("aws_s3_bucket", json!({"bucket": "wal-west", "region": "eu-west-1"}));
    sandbox
}

/// What is usable, as counts of `kind@region` (zonal copies with their zone).
fn usable(sandbox: &Sandbox) -> Vec<String> {
    let name = |c: &crate::DataCopy| {
        let kind = c.key.kind.trim_start_matches("aws_").trim_start_matches("ebs_").trim_start_matches("s3_");
        format!("{kind}@{}", c.zone.as_ref().unwrap_or(&c.key.region))
    };
    sandbox.world.usable_copies().iter().map(name).collect()
}

#[test]
fn what_survives_what() {
    let volumes = ["volume@eu-central-1a", "volume@eu-central-1b"];
    let snapshots = ["snapshot@eu-central-1"; 2];
    let copies = ["snapshot_copy@eu-west-1"; 2];
    let buckets = ["bucket@eu-central-1", "bucket@eu-west-1"];
    let rows: Vec<(&str, Vec<&str>)> = vec![
        ("", [&snapshots[..], &copies, &volumes, &buckets].concat()),
        ("zone=eu-central-1a", [&snapshots[..], &copies, &volumes[1..], &buckets].concat()),
        ("zone=eu-central-1c", [&snapshots[..], &copies, &volumes, &buckets].concat()),
        ("region=eu-central-1", [&copies[..], &buckets[1..]].concat()),
        ("region=eu-west-1", [&snapshots[..], &volumes, &buckets[..1]].concat()),
        ("key=alias/data", [&copies[..], &buckets].concat()),
        ("key=alias/west", [&snapshots[..], &copies[..1], &volumes, &buckets].concat()),
    ];
    for (loss, expected) in rows {
        let mut sandbox = estate();
        if !loss.is_empty() {
            sandbox.lose(loss);
        }
        let (mut found, mut expected) = (usable(&sandbox), expected);
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{loss}");
    }
}

#[test]
fn copies_say_why_they_are_of_no_use() {
    let mut sandbox = estate();
    sandbox.lose("key=alias/data");
    sandbox.lose("zone=eu-central-1a");
    let copies = sandbox.world.data_copies();
    let volumes: Vec<_> = copies.iter().filter(|c| c.key.kind.as_ref() == "aws_ebs_volume").collect();
    let zone = Domain::Zone("eu-central-1a".into());
    assert_eq!(volumes.iter().filter(|c| c.bytes == Bytes::Destroyed(zone.clone())).count(), 1);
    assert!(volumes.iter().all(|c| matches!(c.opens, Opens::KeyDead(_))));
    let snapshot = copies.iter().find(|c| c.key.kind.as_ref() == "aws_ebs_snapshot").unwrap();
    assert_eq!(snapshot.bytes, Bytes::There);
    assert!(snapshot.copy_of.as_deref().unwrap().starts_with("vol-"));
    assert!(!snapshot.is_usable());
    let bucket = copies.iter().find(|c| c.key.kind.as_ref() == "aws_s3_bucket").unwrap();
    assert_eq!((&bucket.bytes, &bucket.opens), (&Bytes::There, &Opens::Unsealed));
}

#[test]
fn a_final_snapshot_outlives_its_volume() {
    let mut sandbox = estate();
    let key = sandbox.world.of_kind("aws_kms_key").next().unwrap().arn.to_string();
    let volume = json!({"availability_zone": "eu-central-1a", "size": 8, "encrypted": true, "kms_key_id": key, "final_snapshot": true, "tags": {"Name": "db"}});
    let volume = sandbox.made("aws_ebs_volume", volume);
    sandbox.delete("aws_ebs_volume", &volume).unwrap();
    let copies = sandbox.world.usable_copies();
    let last = copies.iter().find(|c| c.copy_of.as_deref() == Some(id(&volume).as_str())).unwrap();
    let object = sandbox.world.object(&last.key).unwrap();
    assert_eq!((object.text("kms_key_id"), &object.sealed_by), (Some(key.as_str()), &vec![key.as_str().into()]));
    assert_eq!(object.attributes["tags_all"], json!({"Name": "db"}));
    assert_eq!(World::replay(&sandbox.log).unwrap(), sandbox.world);
}

#[test]
fn deletion_by_terraform_kills_a_key_as_a_loss_does() {
    let mut sandbox = estate();
    let key = sandbox
        .world
        .objects()
        .find(|o| o.key.kind.as_ref() == "aws_kms_key" && o.key.region.as_ref() == "eu-central-1")
        .unwrap()
        .clone();
    let before = sandbox.world.usable_copies().len();
    sandbox.delete("aws_kms_key", &Json::Object(key.attributes.clone())).unwrap();
    assert_eq!(sandbox.world.usable_copies().len(), before - 4);
    sandbox.restore(&format!("key={}", key.arn));
    assert_eq!(sandbox.world.usable_copies().len(), before);
}
