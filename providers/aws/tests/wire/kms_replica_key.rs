//! `aws_kms_replica_key`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name, fresh_token, texts};
use crate::kms_key::policy;
use gate::{Fault, Lag, What};
use serde_json::{Value as Json, json};

/// A region where no other test waits, for a lag of states.
const SLOW: &str = "ca-central-1";

fn primary(bench: &Bench) -> Thing {
    bench.create("aws_kms_key", json!({ "multi_region": true, "deletion_window_in_days": 7 }))
}

/// How many replicas of a key there are, asked behind everybody's back.
fn replicas(bench: &Bench, primary: &Thing) -> usize {
    let seen = bench.cloud.kms(REGION, "DescribeKey", json!({ "KeyId": primary.id() }));
    seen["KeyMetadata"]["MultiRegionConfiguration"]["ReplicaKeys"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let first = primary(&bench);
    let arn = first.text("arn");
    let mut key = bench.create(
        "aws_kms_replica_key",
        json!({ "primary_key_arn": arn, "region": OTHER, "description": "copy", "tags": { "Name": "copy" } }),
    );
    assert_eq!(key.id(), first.id());
    let seen = key.json();
    let expected = json!({
        "arn": format!("arn:aws:kms:{OTHER}:123456789012:key/{}", first.id()), "deletion_window_in_days": 30,
        "bypass_policy_lockout_safety_check": false, "description": "copy", "enabled": true, "key_id": first.id(),
        "key_rotation_enabled": false, "key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT",
        "primary_key_arn": arn, "region": OTHER, "tags": { "Name": "copy" }, "tags_all": { "Name": "copy" },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    assert!(!key.text("policy").is_empty());
    bench.imports(&key, &format!("{}@{OTHER}", key.id()), &[]);
    bench.imports(&key, &key.text("arn"), &[]);
    bench.update(&mut key, json!({ "description": null }));
    bench.update(&mut key, json!({ "deletion_window_in_days": 7 }));
    bench.update(&mut key, json!({ "policy": policy("app"), "bypass_policy_lockout_safety_check": true }));
    bench.update(&mut key, json!({ "enabled": false, "tags": null, "description": "off" }));
    bench.update(&mut key, json!({ "enabled": true, "description": "on" }));
    bench.replaces(&key, json!({ "region": "eu-west-2" }), &["region"]);
    let other = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab";
    bench.replaces(&key, json!({ "primary_key_arn": other }), &["primary_key_arn"]);
    let (of, id) = (OTHER, key.id());
    bench.cloud.kms(of, "UpdateKeyDescription", json!({ "KeyId": id, "Description": "mine" }));
    bench.drifted(&key, json!({ "description": "mine" }));
    // The primary is rotated, and the replica with it.
    bench.cloud.kms(REGION, "EnableKeyRotation", json!({ "KeyId": id }));
    assert_eq!(bench.read(&key).unwrap()["key_rotation_enabled"], true);
    // A primary waits for its replicas, and is gone for us.
    bench.delete(first);
    bench.delete(key);
    let seen = bench.cloud.kms(of, "DescribeKey", json!({ "KeyId": id }));
    assert_eq!(seen["KeyMetadata"]["KeyState"], "PendingDeletion");
}

#[test]
fn gone() {
    let bench = Bench::new();
    let first = primary(&bench);
    let config = json!({ "primary_key_arn": first.text("arn"), "region": OTHER });
    let key = bench.create("aws_kms_replica_key", config.clone());
    bench.imports_nothing("aws_kms_replica_key", "mrk-1234abcd12ab34cd56ef1234567890ab");
    // There is one already, and nobody was in doubt: an error.
    let (made, why) = bench.try_create("aws_kms_replica_key", config).unwrap_err();
    assert!(made.is_none());
    assert!(why.contains("AlreadyExistsException"), "{why}");
    bench.cloud.kms(OTHER, "ScheduleKeyDeletion", json!({ "KeyId": key.id(), "PendingWindowInDays": 7 }));
    bench.gone(&key);
    bench.delete(first);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let arn = |region: &str, id: &str| format!("arn:aws:kms:{region}:123456789012:key/{id}");
    let mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";
    let rows = [
        (json!({ "primary_key_arn": mrk }), "It is no ARN of a key"),
        (json!({ "primary_key_arn": "arn:aws:kms:eu-west-1:123456789012:alias/a" }), "It is no ARN of a key"),
        (
            json!({ "primary_key_arn": arn(OTHER, "1234abcd-12ab-34cd-56ef-1234567890ab") }),
            "Only multi-Region keys can be replicated",
        ),
        (json!({ "primary_key_arn": arn(REGION, mrk) }), "The primary is in region eu-central-1 too."),
        (json!({ "primary_key_arn": arn(OTHER, mrk), "region": OTHER }), "The primary is in region eu-west-1 too."),
        (
            json!({ "primary_key_arn": arn(OTHER, mrk), "deletion_window_in_days": 31 }),
            "deletion_window_in_days must be from 7 to 30",
        ),
        (json!({ "primary_key_arn": arn(OTHER, mrk), "policy": "no" }), "It is no JSON"),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_kms_replica_key", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "primary_key_arn": { "$unknown": true } });
    assert!(!bench.plan("aws_kms_replica_key", None, &unknown).1.has_errors());
    // A key that is the primary is no replica, and the other way round.
    let first = primary(&bench);
    let import = |kind: &str, id: &str| bench.import_fails(kind, id);
    assert!(import("aws_kms_replica_key", &first.id()).contains("is no replica in region eu-central-1"));
    let key = bench.create("aws_kms_replica_key", json!({ "primary_key_arn": first.text("arn"), "region": OTHER }));
    let said = import("aws_kms_key", &format!("{}@{OTHER}", key.id()));
    assert!(said.contains("it is an aws_kms_replica_key"), "{said}");
    bench.delete(key);
    bench.delete(first);
}

/// The answer is lost: there is one replica, and it is ours.
#[test]
fn a_lost_answer() {
    let bench = Bench::new();
    let first = primary(&bench);
    let gate = bench.cloud.gate();
    gate.inject(Fault::new(What::CutAfter).on("ReplicateKey").containing(&first.id()));
    let key = bench.create(
        "aws_kms_replica_key",
        json!({ "primary_key_arn": first.text("arn"), "region": OTHER, "enabled": false, "tags": { "a": "b" } }),
    );
    let asked = gate.requests().into_iter().filter(|r| r.operation == "ReplicateKey" && r.body.contains(&first.id()));
    assert_eq!(asked.count(), 2);
    assert_eq!(replicas(&bench, &first), 1);
    bench.delete(key);
    bench.delete(first);
}

/// The same change is sent again: it gives the same replica, but not one that somebody else made.
#[test]
fn a_repeated_change() {
    let bench = Bench::new();
    let first = primary(&bench);
    let config = |description: &str| -> Json {
        json!({ "primary_key_arn": first.text("arn"), "region": OTHER, "description": description })
    };
    let kind = "aws_kms_replica_key";
    let planned = bench.plan(kind, None, &config("ours")).0.unwrap();
    let token = fresh_token();
    let made = bench.apply(kind, None, &planned, &config("ours"), &token, false);
    assert!(!made.diagnostics.has_errors(), "{}", texts(&made.diagnostics));
    let again = bench.apply(kind, None, &planned, &config("ours"), &token, true);
    assert!(!again.diagnostics.has_errors(), "{}", texts(&again.diagnostics));
    assert_eq!(again.object.unwrap().value, made.object.unwrap().value);
    let other = bench.plan(kind, None, &config("another")).0.unwrap();
    let refused = bench.apply(kind, None, &other, &config("another"), &fresh_token(), true);
    assert!(texts(&refused.diagnostics).contains("AlreadyExistsException"));
    assert_eq!(replicas(&bench, &first), 1);
}

/// A replica is `Creating` for a while, and its primary may be new.
#[test]
fn states_on_the_way() {
    let bench = Bench::new();
    let first = primary(&bench);
    let gate = bench.cloud.gate();
    gate.lag(SLOW, Lag { replica: 3, ..Lag::default() });
    let creating = What::Refuse {
        status: 400,
        code: "KMSInvalidStateException".into(),
        message: "arn:aws:kms:eu-central-1:123456789012:key/x is creating.".into(),
    };
    gate.inject(Fault::new(creating).on("ReplicateKey").containing(&first.id()));
    let role = fresh_name("role");
    let config = json!({
        "primary_key_arn": first.text("arn"), "region": SLOW, "enabled": false, "policy": policy(&role),
    });
    let key = bench.create("aws_kms_replica_key", config);
    assert_eq!(key.get("enabled"), false);
    bench.delete(key);
    bench.delete(first);
}
