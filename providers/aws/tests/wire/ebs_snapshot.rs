//! `aws_ebs_snapshot`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name};
use gate::{Fault, Lag, What};
use serde_json::json;

fn volume(bench: &Bench) -> Thing {
    bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-central-1a", "size": 3, "type": "gp3" }))
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let volume = volume(&bench);
    let mut snapshot = bench.create(
        "aws_ebs_snapshot",
        json!({ "volume_id": volume.id(), "description": "before the change", "tags": { "Name": "data" } }),
    );
    let seen = snapshot.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}::snapshot/{}", snapshot.id()));
    assert_eq!(seen["volume_size"], json!(3));
    assert_eq!((&seen["encrypted"], &seen["kms_key_id"]), (&json!(false), &json!("")));
    assert_eq!((&seen["owner_id"], &seen["storage_tier"]), (&json!("123456789012"), &json!("standard")));
    bench.update(&mut snapshot, json!({ "tags": { "Name": "log" } }));
    bench.update(&mut snapshot, json!({ "tags": null }));
    for (changes, because) in [
        (json!({ "volume_id": "vol-0123456789abcdef0" }), "volume_id"),
        (json!({ "description": "after the change" }), "description"),
        (json!({ "outpost_arn": "arn:aws:outposts:eu-central-1:123456789012:outpost/op-1" }), "outpost_arn"),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&snapshot, changes, &[because]);
    }
    bench.imports(&snapshot, &snapshot.id(), &[]);
    bench.imports_nothing("aws_ebs_snapshot", "snap-0123456789abcdef0");
    let id = snapshot.id();
    bench.cloud.ec2(REGION, "CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "who"), ("Tag.1.Value", "me")]);
    bench.drifted(&snapshot, json!({ "tags": { "who": "me" } }));
    bench.cloud.ec2(REGION, "DeleteSnapshot", &[("SnapshotId", &id)]);
    bench.gone(&snapshot);
    let bare = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id() }));
    bench.delete(bare);
    let empty = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id(), "description": "" }));
    bench.delete(empty);
    bench.delete(volume);
}

#[test]
fn encrypted_as_its_volume() {
    let bench = Bench::new();
    let key = bench.cloud.kms(REGION, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let volume = bench.create(
        "aws_ebs_volume",
        json!({ "availability_zone": "eu-central-1a", "size": 1, "encrypted": true, "kms_key_id": key }),
    );
    let snapshot = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id() }));
    assert_eq!((snapshot.get("encrypted"), snapshot.text("kms_key_id")), (json!(true), key));
    bench.delete(snapshot);
}

#[test]
fn to_the_archive_and_back() {
    let bench = Bench::new();
    let volume = volume(&bench);
    let mut snapshot = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id() }));
    bench.update(&mut snapshot, json!({ "storage_tier": "archive" }));
    let said = bench.refuses_update(&snapshot, json!({ "storage_tier": "standard" }));
    assert!(said.contains("Say for how long"), "{said}");
    // For some days, other days, and for good.
    bench.update(&mut snapshot, json!({ "storage_tier": "standard", "temporary_restore_days": 2 }));
    assert_eq!(tier(&bench, &snapshot), ("archive", "temporary-restore-completed"));
    bench.update(&mut snapshot, json!({ "temporary_restore_days": 5 }));
    bench.update(&mut snapshot, json!({ "temporary_restore_days": null, "permanent_restore": true }));
    assert_eq!(tier(&bench, &snapshot), ("standard", "permanent-restore-completed"));
    bench.update(&mut snapshot, json!({ "storage_tier": "archive" }));
    bench.delete(snapshot);
    let archived = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id(), "storage_tier": "archive" }));
    assert_eq!(tier(&bench, &archived), ("archive", "archival-completed"));
    // Somebody brings it back.
    let id = archived.id();
    bench.cloud.ec2(REGION, "RestoreSnapshotTier", &[("SnapshotId", &id), ("PermanentRestore", "true")]);
    bench.drifted(&archived, json!({ "storage_tier": "standard" }));
}

/// Where the emulator has it, and what was done last.
fn tier(bench: &Bench, snapshot: &Thing) -> (&'static str, &'static str) {
    let id = snapshot.id();
    let params = [("Filter.1.Name", "snapshot-id"), ("Filter.1.Value.1", id.as_str())];
    let said = bench.cloud.ec2(REGION, "DescribeSnapshotTierStatus", &params);
    let of = |words: &[&'static str], tag: &str| {
        let found = words.iter().find(|word| said.contains(&format!("<{tag}>{word}</{tag}>")));
        *found.unwrap_or_else(|| panic!("{said}"))
    };
    let done = ["temporary-restore-completed", "permanent-restore-completed", "archival-completed"];
    (of(&["standard", "archive"], "storageTier"), of(&done, "lastTieringOperationStatus"))
}

/// Asia Pacific (Hong Kong) is used by nobody else: snapshots lag there.
#[test]
fn takes_its_time() {
    let bench = Bench::in_region("ap-east-1");
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": "ap-east-1a", "size": 1 }));
    bench.cloud.gate().lag("ap-east-1", Lag { unseen: 1, snapshot: 2, ..Lag::default() });
    let snapshot = bench.create("aws_ebs_snapshot", json!({ "volume_id": volume.id() }));
    bench.delete(snapshot);
    bench.cloud.gate().lag("ap-east-1", Lag { snapshot: 1_000, ..Lag::default() });
    let config = json!({ "volume_id": volume.id(), "timeouts": { "create": "1s" } });
    let (thing, said) = bench.try_create("aws_ebs_snapshot", config).unwrap_err();
    assert!(thing.is_some(), "the snapshot is kept: {said}");
    assert!(said.contains("it is still pending (") && said.contains("% done), not completed"), "{said}");
}

#[test]
fn is_made_once() {
    let bench = Bench::new();
    let volume = volume(&bench);
    let name = fresh_name("once");
    let config = json!({ "volume_id": volume.id(), "tags": { "Name": name } });
    let fault = Fault::new(What::CutAfter).on("CreateSnapshot").containing(&name);
    bench.cloud.gate().inject(fault);
    let (thing, said) = bench.try_create("aws_ebs_snapshot", config.clone()).unwrap_err();
    assert!(thing.is_none() && said.contains("Nobody knows whether the request was carried out."), "{said}");
    assert_eq!(named(&bench, &name), 1);
    // One too many comes again.
    let rate = "SnapshotCreationPerVolumeRateExceeded";
    let what = What::Refuse { status: 400, code: rate.into(), message: "The maximum per volume rate.".into() };
    bench.cloud.gate().inject(Fault::new(what).on("CreateSnapshot").containing(&name));
    let snapshot = bench.create("aws_ebs_snapshot", config);
    assert_eq!(named(&bench, &name), 2);
    // As long as an image uses it.
    let what = What::Refuse { status: 400, code: "InvalidSnapshot.InUse".into(), message: "in use by ami-1".into() };
    bench.cloud.gate().inject(Fault::new(what).on("DeleteSnapshot").containing(&snapshot.id()));
    bench.delete(snapshot);
}

fn named(bench: &Bench, name: &str) -> usize {
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name)];
    bench.cloud.ec2(REGION, "DescribeSnapshots", &params).matches("<snapshotId>").count()
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "volume_id": "vol-1", "storage_tier": "glacier" }), "storage_tier must be one of"),
        (json!({ "volume_id": "vol-1", "outpost_arn": "op-1" }), "outpost_arn cannot be used"),
        (
            json!({ "volume_id": "vol-1", "temporary_restore_days": 181 }),
            "temporary_restore_days must be from 1 to 180",
        ),
        (
            json!({ "volume_id": "vol-1", "temporary_restore_days": 1, "permanent_restore": true }),
            "A snapshot is restored for good or for some days",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_ebs_snapshot", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    assert!(!bench.plan("aws_ebs_snapshot", None, &json!({ "volume_id": { "$unknown": true } })).1.has_errors());
    let (_, said) = bench.try_create("aws_ebs_snapshot", json!({ "volume_id": "vol-0123456789abcdef0" })).unwrap_err();
    assert!(said.contains("Could not make a snapshot of EBS volume vol-0123456789abcdef0"), "{said}");
}
