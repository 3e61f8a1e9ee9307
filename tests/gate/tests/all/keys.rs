//! Keys of KMS.

use drform_gate::Cloud;
use serde_json::{Value, json};

const R: &str = "us-east-2";

fn make(cloud: &Cloud, body: Value) -> String {
    cloud.kms(R, "CreateKey", body)["KeyMetadata"]["KeyId"].as_str().unwrap().to_string()
}

fn refused(cloud: &Cloud, region: &str, operation: &str, body: Value) -> String {
    cloud.try_kms(region, operation, body).expect_err(operation)["__type"].as_str().unwrap().to_string()
}

#[test]
fn disabled_and_leaving_keys_do_no_work() {
    let cloud = Cloud::shared();
    let id = make(cloud, json!({}));
    let encrypt = json!({"KeyId": id, "Plaintext": "aGk="});
    let blob = cloud.kms(R, "Encrypt", encrypt.clone())["CiphertextBlob"].clone();
    cloud.kms(R, "DisableKey", json!({"KeyId": id}));
    assert_eq!(refused(cloud, R, "Encrypt", encrypt.clone()), "DisabledException");
    assert_eq!(refused(cloud, R, "Decrypt", json!({"CiphertextBlob": blob})), "DisabledException");
    let data = json!({"KeyId": id, "KeySpec": "AES_256"});
    assert_eq!(refused(cloud, R, "GenerateDataKey", data), "DisabledException");
    let grant = json!({"KeyId": id, "GranteePrincipal": "arn:aws:iam::123456789012:role/a", "Operations": ["Decrypt"]});
    assert_eq!(refused(cloud, R, "CreateGrant", grant), "DisabledException");
    cloud.kms(R, "EnableKey", json!({"KeyId": id}));
    cloud.kms(R, "Encrypt", encrypt.clone());
    let soon = json!({"KeyId": id, "PendingWindowInDays": 6});
    assert_eq!(refused(cloud, R, "ScheduleKeyDeletion", soon), "ValidationException");
    let policy = json!({"KeyId": id, "PolicyName": "default", "Policy": "nonsense"});
    assert_eq!(refused(cloud, R, "PutKeyPolicy", policy), "MalformedPolicyDocumentException");
    cloud.kms(R, "ScheduleKeyDeletion", json!({"KeyId": id, "PendingWindowInDays": 7}));
    assert_eq!(refused(cloud, R, "Encrypt", encrypt), "KMSInvalidStateException");
    assert_eq!(refused(cloud, R, "EnableKey", json!({"KeyId": id})), "KMSInvalidStateException");
    cloud.kms(R, "CancelKeyDeletion", json!({"KeyId": id}));
    cloud.kms(R, "EnableKey", json!({"KeyId": id}));
}

#[test]
fn the_rotation_period_is_kept() {
    let cloud = Cloud::shared();
    let id = make(cloud, json!({}));
    cloud.kms(R, "EnableKeyRotation", json!({"KeyId": id, "RotationPeriodInDays": 100}));
    let status = cloud.kms(R, "GetKeyRotationStatus", json!({"KeyId": id}));
    assert_eq!((&status["KeyRotationEnabled"], &status["RotationPeriodInDays"]), (&json!(true), &json!(100)));
    let short = json!({"KeyId": id, "RotationPeriodInDays": 10});
    assert_eq!(refused(cloud, R, "EnableKeyRotation", short), "ValidationException");
}

#[test]
fn a_replica_is_a_key_of_its_own() {
    let cloud = Cloud::shared();
    let far = "us-west-1";
    let id = make(cloud, json!({"MultiRegion": true, "Description": "first"}));
    cloud.kms(R, "CreateAlias", json!({"AliasName": "alias/both", "TargetKeyId": id}));
    let asked = json!({
        "KeyId": id, "ReplicaRegion": far, "Description": "second", "Tags": [{"TagKey": "a", "TagValue": "b"}],
    });
    let made = cloud.kms(R, "ReplicateKey", asked.clone());
    assert_eq!(made["ReplicaKeyMetadata"]["KeyState"], json!("Creating"));
    assert_eq!(refused(cloud, R, "ReplicateKey", asked), "AlreadyExistsException");
    let kind = |region| {
        let found = cloud.kms(region, "DescribeKey", json!({"KeyId": id}))["KeyMetadata"].clone();
        let kind = found["MultiRegionConfiguration"]["MultiRegionKeyType"].as_str().unwrap().to_string();
        (kind, found["Description"].as_str().unwrap().to_string(), found["KeyState"].as_str().unwrap().to_string())
    };
    assert_eq!(kind(far), ("REPLICA".into(), "second".into(), "Enabled".into()));
    assert_eq!(kind(R), ("PRIMARY".into(), "first".into(), "Enabled".into()));
    let tags = cloud.kms(far, "ListResourceTags", json!({"KeyId": id}));
    assert_eq!(tags["Tags"][0]["TagValue"], json!("b"));
    // Aliases are each region's own.
    assert_eq!(refused(cloud, far, "DescribeKey", json!({"KeyId": "alias/both"})), "NotFoundException");
    cloud.kms(far, "CreateAlias", json!({"AliasName": "alias/both", "TargetKeyId": id}));
    let listed = cloud.kms(far, "ListAliases", json!({"KeyId": id}));
    assert!(listed["Aliases"][0]["AliasArn"].as_str().unwrap().contains(far), "{listed}");
    // The primary's ARN names nothing in the other region.
    let arn = cloud.kms(R, "DescribeKey", json!({"KeyId": id}))["KeyMetadata"]["Arn"].clone();
    assert_eq!(refused(cloud, far, "DescribeKey", json!({"KeyId": arn})), "NotFoundException");
    assert_eq!(refused(cloud, far, "EnableKeyRotation", json!({"KeyId": id})), "UnsupportedOperationException");
    // The primary's deletion waits for the replica's.
    let scheduled = cloud.kms(R, "ScheduleKeyDeletion", json!({"KeyId": id, "PendingWindowInDays": 7}));
    assert_eq!(scheduled["KeyState"], json!("PendingReplicaDeletion"));
    assert_eq!(kind(R).2, "PendingReplicaDeletion");
}

#[test]
fn grants_with_a_name_are_made_once() {
    let cloud = Cloud::shared();
    let id = make(cloud, json!({}));
    let grant = |name: Option<&str>, role: &str, operations: [&str; 2]| {
        let mut body = json!({"KeyId": id, "GranteePrincipal": role, "Operations": operations});
        if let Some(name) = name {
            body["Name"] = json!(name);
        }
        cloud.kms(R, "CreateGrant", body)
    };
    let role = "arn:aws:iam::123456789012:role/a";
    let first = grant(Some("n"), role, ["Decrypt", "Encrypt"]);
    let again = grant(Some("n"), role, ["Encrypt", "Decrypt"]);
    assert_eq!(again["GrantId"], first["GrantId"]);
    assert_ne!(again["GrantToken"], first["GrantToken"]);
    grant(Some("n"), "arn:aws:iam::123456789012:role/b", ["Decrypt", "Encrypt"]);
    grant(None, role, ["Decrypt", "Encrypt"]);
    grant(None, role, ["Decrypt", "Encrypt"]);
    let listed = cloud.kms(R, "ListGrants", json!({"KeyId": id}));
    assert_eq!(listed["Grants"].as_array().unwrap().len(), 4);
    let gone = json!({"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"});
    assert_eq!(refused(cloud, R, "ListGrants", gone), "NotFoundException");
    let retire = json!({"KeyId": id, "GrantId": first["GrantId"]});
    assert_eq!(refused(cloud, R, "RetireGrant", retire), "InvalidArnException");
}
