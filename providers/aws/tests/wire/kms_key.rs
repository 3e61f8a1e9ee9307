//! `aws_kms_key`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use gate::{Fault, What};
use serde_json::{Value as Json, json};

/// A region where no other test reads keys, for faults that cannot tell keys apart.
const ALONE: &str = "sa-east-1";

/// A policy that lets the account do everything, and a role use the key.
pub(crate) fn policy(role: &str) -> String {
    let account = "arn:aws:iam::123456789012";
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Sid": "all", "Effect": "Allow", "Principal": { "AWS": format!("{account}:root") }, "Action": "kms:*", "Resource": "*" },
            { "Sid": "use", "Effect": "Allow", "Principal": { "AWS": format!("{account}:role/{role}") }, "Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": "*" },
        ],
    })
    .to_string()
}

fn refusal(code: &str, message: &str) -> What {
    What::Refuse { status: 400, code: code.into(), message: message.into() }
}

fn metadata(bench: &Bench, region: &str, id: &str) -> Json {
    bench.cloud.kms(region, "DescribeKey", json!({ "KeyId": id }))["KeyMetadata"].clone()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let mut key = bench.create(
        "aws_kms_key",
        json!({ "description": "orders", "deletion_window_in_days": 7, "tags": { "Name": "orders" } }),
    );
    let id = key.id();
    let seen = key.json();
    assert_eq!(seen["arn"], format!("arn:aws:kms:{REGION}:123456789012:key/{id}"));
    let expected = json!({
        "bypass_policy_lockout_safety_check": false, "custom_key_store_id": null, "deletion_window_in_days": 7,
        "customer_master_key_spec": "SYMMETRIC_DEFAULT", "description": "orders", "enable_key_rotation": false,
        "is_enabled": true, "key_id": id, "key_usage": "ENCRYPT_DECRYPT", "multi_region": false, "region": REGION,
        "rotation_period_in_days": null, "tags": { "Name": "orders" }, "tags_all": { "Name": "orders" },
        "xks_key_id": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    assert!(key.text("policy").contains("arn:aws:iam::123456789012:root"));
    bench.imports(&key, &id, &["deletion_window_in_days"]);
    bench.imports(&key, &format!("{id}@{REGION}"), &["deletion_window_in_days"]);
    bench.imports(&key, &key.text("arn"), &["deletion_window_in_days"]);
    bench.update(&mut key, json!({ "description": "payments" }));
    bench.update(&mut key, json!({ "deletion_window_in_days": 9 }));
    bench.update(&mut key, json!({ "bypass_policy_lockout_safety_check": true, "policy": policy("app") }));
    // Another order and a list of one mean the same.
    let other = policy("app").replace(r#"["kms:Decrypt","kms:Encrypt"]"#, r#"["kms:Encrypt","kms:Decrypt"]"#);
    assert_ne!(other, policy("app"));
    bench.same(&key, json!({ "policy": other.replace(r#""kms:*""#, r#"["kms:*"]"#) }));
    bench.update(&mut key, json!({ "enable_key_rotation": true }));
    assert_eq!(key.get("rotation_period_in_days"), 365);
    bench.update(&mut key, json!({ "rotation_period_in_days": 180 }));
    bench.update(&mut key, json!({ "tags": { "Name": "payments", "team": "a" } }));
    bench.update(&mut key, json!({ "is_enabled": false }));
    assert_eq!(metadata(&bench, REGION, &id)["KeyState"], "Disabled");
    let said = bench.refuses_update(&key, json!({ "rotation_period_in_days": 200 }));
    assert!(said.contains("The rotation of a disabled key cannot be changed"), "{said}");
    // Enabled first, changed then.
    bench.update(&mut key, json!({ "is_enabled": true, "rotation_period_in_days": 200 }));
    // Changed first, disabled then.
    bench.update(
        &mut key,
        json!({ "is_enabled": false, "enable_key_rotation": false, "rotation_period_in_days": null, "tags": null }),
    );
    bench.update(&mut key, json!({ "is_enabled": null }));
    bench.imports(&key, &id, &["deletion_window_in_days", "bypass_policy_lockout_safety_check"]);
    for (changes, because) in [
        (json!({ "customer_master_key_spec": "RSA_2048" }), "customer_master_key_spec"),
        (json!({ "multi_region": true }), "multi_region"),
        (json!({ "custom_key_store_id": "cks-1234567890abcdef0" }), "custom_key_store_id"),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&key, changes, &[because]);
    }
    let spec_and_usage = json!({ "customer_master_key_spec": "HMAC_256", "key_usage": "GENERATE_VERIFY_MAC" });
    bench.replaces(&key, spec_and_usage, &["customer_master_key_spec", "key_usage"]);
    let external = json!({ "custom_key_store_id": "cks-1234567890abcdef0", "xks_key_id": "key" });
    bench.replaces(&key, external, &["custom_key_store_id", "xks_key_id"]);
    bench.cloud.kms(REGION, "DisableKey", json!({ "KeyId": id }));
    bench.drifted(&key, json!({ "is_enabled": false }));
    bench.cloud.kms(REGION, "EnableKey", json!({ "KeyId": id }));
    bench.cloud.kms(REGION, "PutKeyPolicy", json!({ "KeyId": id, "PolicyName": "default", "Policy": policy("other") }));
    bench.drifted(&key, json!({}));
    bench.delete(key);
    let left = metadata(&bench, REGION, &id);
    assert_eq!(left["KeyState"], "PendingDeletion");
}

#[test]
fn gone() {
    let bench = Bench::new();
    let key = bench.create("aws_kms_key", json!({ "enable_key_rotation": true, "rotation_period_in_days": 90 }));
    bench.cloud.kms(REGION, "DisableKeyRotation", json!({ "KeyId": key.id() }));
    bench.drifted(&key, json!({ "enable_key_rotation": false }));
    // A key that waits for its deletion is gone.
    bench.cloud.kms(REGION, "ScheduleKeyDeletion", json!({ "KeyId": key.id(), "PendingWindowInDays": 7 }));
    bench.gone(&key);
    bench.imports_nothing("aws_kms_key", &key.id());
    bench.imports_nothing("aws_kms_key", "1234abcd-12ab-34cd-56ef-1234567890ab");
    bench.imports_nothing("aws_kms_key", "alias/orders");
}

#[test]
fn kinds_of_keys() {
    let bench = Bench::new();
    for (spec, usage) in [
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ] {
        let key = bench.create(
            "aws_kms_key",
            json!({ "customer_master_key_spec": spec, "key_usage": usage, "policy": policy("app") }),
        );
        bench.imports(&key, &key.id(), &["policy"]);
        bench.delete(key);
    }
    let off = bench.create("aws_kms_key", json!({ "is_enabled": false, "enable_key_rotation": true }));
    assert_eq!((off.get("is_enabled"), off.get("rotation_period_in_days")), (json!(false), json!(365)));
    bench.delete(off);
    let primary = bench.create("aws_kms_key", json!({ "multi_region": true, "region": OTHER }));
    assert!(primary.id().starts_with("mrk-"), "{}", primary.id());
    bench.delete(primary);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "deletion_window_in_days": 6 }), "deletion_window_in_days must be from 7 to 30; it is 6."),
        (
            json!({ "enable_key_rotation": true, "rotation_period_in_days": 89 }),
            "rotation_period_in_days must be from 90 to 2560; it is 89.",
        ),
        (json!({ "rotation_period_in_days": 90 }), "rotation_period_in_days needs enable_key_rotation to be set too."),
        (json!({ "xks_key_id": "1" }), "xks_key_id needs custom_key_store_id to be set too."),
        (json!({ "customer_master_key_spec": "RSA_1024" }), "customer_master_key_spec must be one of"),
        (json!({ "key_usage": "WRAP" }), "key_usage must be one of"),
        (json!({ "key_usage": "SIGN_VERIFY" }), "A key of spec SYMMETRIC_DEFAULT is used for ENCRYPT_DECRYPT"),
        (
            json!({ "customer_master_key_spec": "RSA_2048", "enable_key_rotation": true }),
            "Only keys of spec SYMMETRIC_DEFAULT are rotated, not RSA_2048.",
        ),
        (json!({ "customer_master_key_spec": "SM2" }), "SM2 is available in China Regions only."),
        (
            json!({ "custom_key_store_id": "cks-1", "multi_region": true }),
            "A key in a key store cannot be a multi-Region key.",
        ),
        (
            json!({ "custom_key_store_id": "cks-1", "enable_key_rotation": true }),
            "Keys in a key store are not rotated by KMS.",
        ),
        (
            json!({ "custom_key_store_id": "cks-1", "customer_master_key_spec": "RSA_2048" }),
            "A key store holds only keys of spec SYMMETRIC_DEFAULT, not RSA_2048.",
        ),
        (json!({ "policy": "{" }), "policy cannot be used: It is no JSON"),
        (json!({ "policy": "[]" }), "A policy is a JSON object."),
        (json!({ "policy": format!("{{\"a\":\"{}\"}}", "x".repeat(32_768)) }), "A policy has at most 32768 bytes"),
        (json!({ "description": "x".repeat(8_193) }), "description must have 0 to 8192 characters"),
        (json!({ "timeouts": { "create": "soon" } }), "A duration is written like"),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_kms_key", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "$unknown": true });
    let unknown = json!({ "customer_master_key_spec": unknown, "key_usage": "SIGN_VERIFY", "policy": unknown,
        "enable_key_rotation": unknown, "rotation_period_in_days": unknown, "custom_key_store_id": unknown });
    assert!(!bench.plan("aws_kms_key", None, &unknown).1.has_errors());
}

/// Keys that have no token and no name: with a lost answer nobody knows, and the error says so.
#[test]
fn a_lost_answer_is_an_error() {
    let bench = Bench::new();
    let name = fresh_name("lost");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateKey").containing(&name));
    let (made, why) = bench.try_create("aws_kms_key", json!({ "description": name })).unwrap_err();
    assert!(made.is_none());
    assert!(why.contains("Nobody knows whether the request was carried out."), "{why}");
    let asked = bench.cloud.gate().requests().into_iter().filter(|r| r.operation == "CreateKey");
    assert_eq!(asked.filter(|r| r.body.contains(&name)).count(), 1);
}

/// Throttled, and refused for a principal that was made a moment ago: asked again.
#[test]
fn new_principals_are_waited_for() {
    let bench = Bench::new();
    let name = fresh_name("role");
    let gate = bench.cloud.gate();
    let unknown = "Policy contains a statement with one or more invalid principals.";
    let malformed = || refusal("MalformedPolicyDocumentException", unknown);
    gate.inject(Fault::new(malformed()).on("CreateKey").containing(&name).times(2));
    gate.inject(Fault::new(What::Throttle).on("CreateKey").containing(&name));
    let mut key = bench.create("aws_kms_key", json!({ "description": name, "policy": policy(&name) }));
    let next = fresh_name("role");
    gate.inject(Fault::new(malformed()).on("PutKeyPolicy").containing(&next));
    bench.update(&mut key, json!({ "policy": policy(&next) }));
    bench.delete(key);
    // Other faults of a policy do not pass.
    let name = fresh_name("role");
    let lockout = "The new key policy will not allow you to update the key policy in the future.";
    gate.inject(Fault::new(refusal("MalformedPolicyDocumentException", lockout)).on("CreateKey").containing(&name));
    let (_, why) = bench.try_create("aws_kms_key", json!({ "policy": policy(&name) })).unwrap_err();
    assert!(why.contains(lockout), "{why}");
}

/// A new key is not known everywhere at once.
#[test]
fn what_is_not_seen_yet_is_waited_for() {
    let bench = Bench::in_region(ALONE);
    let gate = bench.cloud.gate();
    let not_found = || refusal("NotFoundException", "Key 'arn:aws:kms:sa-east-1:123456789012:key/x' does not exist");
    gate.inject(Fault::new(not_found()).on("DescribeKey").region(ALONE).times(2));
    gate.inject(Fault::new(not_found()).on("EnableKeyRotation").region(ALONE));
    gate.inject(Fault::new(not_found()).on("DisableKey").region(ALONE));
    gate.inject(Fault::new(not_found()).on("GetKeyPolicy").region(ALONE).skip(1));
    let mut key = bench.create(
        "aws_kms_key",
        json!({ "enable_key_rotation": true, "is_enabled": false, "tags": { "a": "b" }, "policy": policy("app") }),
    );
    // A key that was just enabled may still be taken for disabled.
    gate.inject(Fault::new(refusal("DisabledException", "is disabled.")).on("EnableKeyRotation").region(ALONE));
    bench.update(&mut key, json!({ "is_enabled": true, "rotation_period_in_days": 100 }));
    assert_eq!(gate.fired().iter().filter(|r| r.region == ALONE).count(), 6);
    bench.delete(key);
}
