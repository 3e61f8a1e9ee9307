//! `aws_ebs_volume`.

use crate::bench::{Bench, OTHER, REGION, fresh_name, fresh_token};
use gate::{Fault, Lag, What};
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

#[test]
fn is_made_once() {
    let bench = Bench::new();
    let name = fresh_name("once");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateVolume").containing(&name));
    let config = json!({ "availability_zone": "eu-central-1a", "size": 1, "tags": { "Name": name } });
    let volume = bench.create("aws_ebs_volume", config.clone());
    assert_eq!(named(&bench, &name), [volume.id()]);
    // A host that died and sends the same again.
    let token = fresh_token();
    let planned = bench.plan("aws_ebs_volume", None, &config).0.unwrap();
    let first = bench.apply("aws_ebs_volume", None, &planned, &config, &token, false);
    let second = bench.apply("aws_ebs_volume", None, &planned, &config, &token, true);
    assert_eq!(first.object.unwrap().value, second.object.unwrap().value);
    assert_eq!(named(&bench, &name).len(), 2);
}

fn named(bench: &Bench, name: &str) -> Vec<String> {
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name)];
    let said = bench.cloud.ec2(REGION, "DescribeVolumes", &params);
    said.split("<volumeId>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

/// Asia Pacific (Osaka) is used by nobody else: volumes lag there.
#[test]
fn takes_its_time() {
    let here = "ap-northeast-3";
    let bench = Bench::in_region(here);
    let lag = Lag { unseen: 1, volume: 2, modification: 3, ..Lag::default() };
    bench.cloud.gate().lag(here, lag);
    let config = json!({ "availability_zone": "ap-northeast-3a", "size": 1, "type": "gp3" });
    let mut volume = bench.create("aws_ebs_volume", config.clone());
    bench.update(&mut volume, json!({ "size": 2 }));
    bench.delete(volume);
    bench.cloud.gate().lag(here, Lag { volume: 1_000, ..lag });
    let mut hasty = config;
    hasty["timeouts"] = json!({ "create": "1s" });
    let (thing, said) = bench.try_create("aws_ebs_volume", hasty).unwrap_err();
    assert!(thing.is_some() && said.contains("it is still creating, not available"), "{said}");
}

/// AWS takes a key that it cannot use, and takes the volume away afterwards.
#[test]
fn with_keys() {
    let bench = Bench::new();
    let make = || bench.cloud.kms(REGION, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let (good, bad) = (make(), make());
    bench.cloud.kms(REGION, "DisableKey", json!({ "KeyId": bad.rsplit('/').next().unwrap() }));
    let config =
        |key: &str| json!({ "availability_zone": "eu-central-1a", "size": 1, "encrypted": true, "kms_key_id": key });
    let volume = bench.create("aws_ebs_volume", config(&good));
    assert_eq!(volume.text("kms_key_id"), good);
    bench.imports(&volume, &volume.id(), &[]);
    for (changes, because) in [
        (json!({ "kms_key_id": bad }), "kms_key_id"),
        (json!({ "snapshot_id": "snap-0123456789abcdef0" }), "snapshot_id"),
        (json!({ "outpost_arn": "arn:aws:outposts:eu-central-1:123456789012:outpost/op-1" }), "outpost_arn"),
    ] {
        bench.replaces(&volume, changes, &[because]);
    }
    let said = bench.refuses("aws_ebs_volume", config("1234abcd-12ab-34cd-56ef-1234567890ab"));
    assert!(said.contains("is no ARN"), "{said}");
    let (thing, said) = bench.try_create("aws_ebs_volume", config(&bad)).unwrap_err();
    // Kept until a later read says that it is gone.
    let thing = thing.unwrap_or_else(|| panic!("{said}"));
    bench.gone(&thing);
    assert!(said.contains("Usually its key cannot be used") && !said.contains("Nobody knows"), "{said}");
}

#[test]
fn with_a_last_snapshot() {
    let bench = Bench::new();
    let name = fresh_name("last");
    let config =
        json!({ "availability_zone": "eu-central-1a", "size": 1, "final_snapshot": true, "tags": { "Name": name } });
    let volume = bench.create("aws_ebs_volume", config.clone());
    bench.delete(volume);
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name.as_str())];
    let said = bench.cloud.ec2(REGION, "DescribeSnapshots", &params);
    assert_eq!(said.matches("<snapshotId>").count(), 1, "{said}");
    let id = said.split("<snapshotId>").nth(1).unwrap().split('<').next().unwrap();
    let from = bench.create(
        "aws_ebs_volume",
        json!({ "availability_zone": "eu-central-1b", "snapshot_id": id, "volume_initialization_rate": 200 }),
    );
    assert_eq!((from.get("size"), from.text("snapshot_id")), (json!(1), id.to_owned()));
}

/// Detached a moment ago, a volume counts as in use for a while ("Detach an Amazon EBS volume").
#[test]
fn a_volume_that_is_in_use_is_waited_for() {
    let bench = Bench::new();
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-central-1a", "size": 1 }));
    let in_use = What::Refuse { status: 400, code: "VolumeInUse".into(), message: "It is attached to i-1.".into() };
    bench.cloud.gate().inject(Fault::new(in_use).on("DeleteVolume").containing(&volume.id()).times(2));
    bench.delete(volume);
}

/// A volume that was made and is not found yet must not be forgotten: nobody would ever remove it.
#[test]
fn what_was_made_and_is_not_found_is_kept() {
    let here = "ap-northeast-2";
    let bench = Bench::in_region(here);
    let refuse = |code: &str| {
        let what = What::Refuse { status: 400, code: code.into(), message: "No.".into() };
        bench.cloud.gate().inject(Fault::new(what).on("DescribeVolumes").region(here));
    };
    refuse("UnauthorizedOperation");
    refuse("InvalidVolume.NotFound");
    let config = json!({ "availability_zone": "ap-northeast-2a", "size": 1 });
    let (made, why) = bench.try_create("aws_ebs_volume", config).unwrap_err();
    assert!(why.contains("UnauthorizedOperation"), "{why}");
    let made = made.expect("the volume is kept");
    assert!(made.id().starts_with("vol-"));
    bench.delete(made);
}

/// "CreateVolume", KmsKeyId: the volume must be encrypted. Canada West (Calgary) is used by nobody else.
#[test]
fn a_key_needs_encryption() {
    let here = "ca-west-1";
    let bench = Bench::in_region(here);
    let key = format!("arn:aws:kms:{here}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    let config = json!({ "availability_zone": "ca-west-1a", "size": 1, "kms_key_id": key });
    let said = bench.plan("aws_ebs_volume", None, &config).1;
    assert!(said.has_errors(), "not refused");
    let all = crate::bench::texts(&said);
    assert!(all.contains("set encrypted = true too"), "{all}");
    let parts = said.iter().flat_map(|said| &said.part).map(|part| format!("{part:?}")).collect::<String>();
    assert!(parts.contains("kms_key_id"), "{parts}");
    // Unknown values refuse nothing, nor does a snapshot, which may be encrypted.
    for (name, value) in [
        ("encrypted", json!({ "$unknown": true })),
        ("encrypted", json!(true)),
        ("kms_key_id", json!({ "$unknown": true })),
        ("snapshot_id", json!("snap-0123456789abcdef0")),
    ] {
        let mut open = config.clone();
        open[name] = value;
        let said = bench.plan("aws_ebs_volume", None, &open).1;
        assert!(!said.has_errors(), "{name}: {}", crate::bench::texts(&said));
    }
    // Where every new volume is encrypted, nothing is to be said.
    bench.cloud.ec2(here, "EnableEbsEncryptionByDefault", &[]);
    bench.next_operation();
    assert!(!bench.plan("aws_ebs_volume", None, &config).1.has_errors());
    bench.cloud.ec2(here, "DisableEbsEncryptionByDefault", &[]);
    // The same plan switches it on.
    bench.next_operation();
    assert!(!bench.plan("aws_ebs_encryption_by_default", None, &json!({ "enabled": true })).1.has_errors());
    assert!(!bench.plan("aws_ebs_volume", None, &config).1.has_errors());
}

/// The rate counts while the volume is made, and no request changes it. Data is worth more than a rate.
#[test]
fn another_initialization_rate_replaces_no_volume() {
    let bench = Bench::new();
    let source = bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-central-1a", "size": 1 }));
    let snapshot = bench.create("aws_ebs_snapshot", json!({ "volume_id": source.id() }));
    let config = json!({ "availability_zone": "eu-central-1a", "snapshot_id": snapshot.id(),
        "volume_initialization_rate": 200 });
    let mut volume = bench.create("aws_ebs_volume", config);
    bench.only_written(&mut volume, "volume_initialization_rate", json!(300));
    bench.only_written(&mut volume, "volume_initialization_rate", json!(null));
    // Nothing is said of a volume that is replaced anyway.
    let other = json!({ "availability_zone": "eu-central-1b", "snapshot_id": snapshot.id(),
        "volume_initialization_rate": 200 });
    let said = bench.plan("aws_ebs_volume", Some(&volume.object), &other).1;
    assert!(said.is_empty(), "{}", crate::bench::texts(&said));
    for thing in [volume, snapshot, source] {
        bench.delete(thing);
    }
}

fn last_snapshots(bench: &Bench, volume: &str) -> usize {
    let params = [("Filter.1.Name", "volume-id"), ("Filter.1.Value.1", volume)];
    bench.cloud.ec2(REGION, "DescribeSnapshots", &params).matches("<snapshotId>").count()
}

/// One a volume every 15 seconds is taken ("Amazon EBS quotas"), and whatever is repeated makes no second one.
#[test]
fn one_last_snapshot() {
    let bench = Bench::new();
    let config = json!({ "availability_zone": "eu-central-1a", "size": 1, "final_snapshot": true });
    let volume = bench.create("aws_ebs_volume", config.clone());
    let often = What::Refuse {
        status: 400,
        code: "SnapshotCreationPerVolumeRateExceeded".into(),
        message: "The maximum per volume CreateSnapshot request rate has been exceeded.".into(),
    };
    bench.cloud.gate().inject(Fault::new(often).on("CreateSnapshot").containing(&volume.id()).times(2));
    // The snapshot is made, the volume stays; then the same again.
    let no = What::Refuse { status: 400, code: "UnauthorizedOperation".into(), message: "No.".into() };
    bench.cloud.gate().inject(Fault::new(no).on("DeleteVolume").containing(&volume.id()));
    let said = bench.try_delete(&volume).unwrap_err();
    assert!(said.contains("UnauthorizedOperation"), "{said}");
    assert_eq!(last_snapshots(&bench, &volume.id()), 1);
    let id = volume.id();
    bench.delete(volume);
    assert_eq!(last_snapshots(&bench, &id), 1);
    // The answer is lost.
    let volume = bench.create("aws_ebs_volume", config);
    let id = volume.id();
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateSnapshot").containing(&id));
    bench.delete(volume);
    assert_eq!(last_snapshots(&bench, &id), 1);
}
