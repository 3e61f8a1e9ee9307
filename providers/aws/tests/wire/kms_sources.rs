//! Data sources `aws_kms_alias` and `aws_kms_key`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use serde_json::{Value as Json, json};

#[test]
fn keys() {
    let bench = Bench::new();
    let primary = bench.create("aws_kms_key", json!({ "multi_region": true, "description": "orders" }));
    let replica =
        bench.create("aws_kms_replica_key", json!({ "primary_key_arn": primary.text("arn"), "region": OTHER }));
    let name = format!("alias/{}", fresh_name("orders"));
    let alias = bench.create("aws_kms_alias", json!({ "name": name, "target_key_id": primary.id() }));
    let seen = bench.data("aws_kms_key", json!({ "key_id": primary.id() }));
    let place = |region: &str, arn: String| json!({ "arn": arn, "region": region });
    let expected = json!({
        "id": primary.id(), "key_id": primary.id(), "arn": primary.text("arn"), "aws_account_id": "123456789012",
        "cloud_hsm_cluster_id": null, "custom_key_store_id": null, "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "deletion_date": null, "description": "orders", "enabled": true, "expiration_model": null,
        "grant_tokens": null, "key_manager": "CUSTOMER", "key_spec": "SYMMETRIC_DEFAULT", "key_state": "Enabled",
        "key_usage": "ENCRYPT_DECRYPT", "multi_region": true, "origin": "AWS_KMS", "valid_to": null,
        "pending_deletion_window_in_days": null, "xks_key_configuration": [], "region": REGION,
        "multi_region_configuration": [{
            "multi_region_key_type": "PRIMARY",
            "primary_key": [place(REGION, primary.text("arn"))],
            "replica_keys": [place(OTHER, replica.text("arn"))],
        }],
    });
    for (attribute, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[attribute], value, "{attribute}");
    }
    let created = seen["creation_date"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    // The same by other names, and with grant tokens.
    let named = |config: Json| {
        let mut seen = bench.data("aws_kms_key", config);
        seen["key_id"] = json!(primary.id());
        seen["grant_tokens"] = json!(null);
        seen
    };
    for key in [primary.text("arn"), name.clone(), alias.text("arn")] {
        assert_eq!(named(json!({ "key_id": key })), seen, "{key}");
    }
    assert_eq!(named(json!({ "key_id": primary.id(), "grant_tokens": ["token"] })), seen);
    let there = bench.data("aws_kms_key", json!({ "key_id": primary.id(), "region": OTHER }));
    assert_eq!(there["multi_region_configuration"][0]["multi_region_key_type"], "REPLICA");
    // A key that waits for its deletion can still be seen.
    bench.delete(alias);
    bench.delete(replica);
    let id = primary.id();
    bench.delete(primary);
    bench.next_operation();
    let waiting = bench.data("aws_kms_key", json!({ "key_id": id }));
    assert_eq!((&waiting["key_state"], &waiting["enabled"]), (&json!("PendingReplicaDeletion"), &json!(false)));
    assert_eq!((&waiting["pending_deletion_window_in_days"], &waiting["deletion_date"]), (&json!(30), &json!(null)));
    let plain = bench.create("aws_kms_key", json!({}));
    assert_eq!(bench.data("aws_kms_key", json!({ "key_id": plain.id() }))["multi_region_configuration"], json!([]));
    let plain_id = plain.id();
    bench.delete(plain);
    bench.next_operation();
    let leaving = bench.data("aws_kms_key", json!({ "key_id": plain_id }));
    assert_eq!((&leaving["key_state"], &leaving["enabled"]), (&json!("PendingDeletion"), &json!(false)));
    assert!(leaving["deletion_date"].is_string());
    let why = bench.try_data("aws_kms_key", json!({ "key_id": "alias/nothing" })).unwrap_err();
    assert!(why.contains("There is no such key or alias in region eu-central-1."), "{why}");
    let elsewhere = format!("arn:aws:kms:{OTHER}:123456789012:key/{id}");
    let why = bench.try_data("aws_kms_key", json!({ "key_id": elsewhere })).unwrap_err();
    assert!(why.contains("It is of region eu-west-1, and asked for in eu-central-1"), "{why}");
}

#[test]
fn aliases() {
    let bench = Bench::new();
    let key = bench.create("aws_kms_key", json!({}));
    let name = format!("alias/{}", fresh_name("orders"));
    let alias = bench.create("aws_kms_alias", json!({ "name": name, "target_key_id": key.id() }));
    assert_eq!(
        bench.data("aws_kms_alias", json!({ "name": name })),
        json!({ "id": alias.text("arn"), "arn": alias.text("arn"), "name": name, "region": REGION,
                "target_key_id": key.id(), "target_key_arn": key.text("arn") })
    );
    // The key of a service is made when it is first asked for.
    let ebs = bench.data("aws_kms_alias", json!({ "name": "alias/aws/ebs" }));
    assert_eq!(ebs["arn"], format!("arn:aws:kms:{REGION}:123456789012:alias/aws/ebs"));
    assert!(ebs["target_key_arn"].as_str().unwrap().contains(":key/"), "{ebs}");
    bench.delete(alias);
    bench.delete(key);
    bench.next_operation();
    let why = bench.try_data("aws_kms_alias", json!({ "name": name })).unwrap_err();
    assert!(why.contains(&format!("There is no alias {name} in region eu-central-1.")), "{why}");
    let why = bench.try_data("aws_kms_alias", json!({ "name": "orders" })).unwrap_err();
    assert!(why.contains("It must begin with alias/."), "{why}");
}
