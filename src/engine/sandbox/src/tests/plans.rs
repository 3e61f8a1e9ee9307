use super::*;
use expect_test::expect;

#[test]
fn a_new_volume_is_unknown_where_only_the_apply_tells() {
    let sandbox = Sandbox::new("eu-central-1");
    let config = json!({"availability_zone": "eu-central-1a", "size": 8, "tags": {"Name": "db"}});
    let planned = sandbox.plan("aws_ebs_volume", None, &config);
    assert!(!planned.legacy);
    assert_eq!(
        open(&planned.planned),
        ["arn", "create_time", "encrypted", "id", "iops", "kms_key_id", "snapshot_id", "throughput", "type"]
    );
    let known = to_json_object(&planned.planned);
    assert_eq!(known["region"], "eu-central-1");
    assert_eq!(known["final_snapshot"], false);
    assert_eq!(known["tags_all"], json!({"Name": "db"}));
}

#[test]
fn a_new_volume_gets_what_the_cloud_gives() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let volume = sandbox.made("aws_ebs_volume", json!({"availability_zone": "eu-central-1a", "size": 8}));
    expect![[r#"
        {
          "arn": "arn:aws:ec2:eu-central-1:123456789012:volume/vol-04f0b8f7a89fbe82f",
          "availability_zone": "eu-central-1a",
          "create_time": "2026-01-01T00:00:00Z",
          "encrypted": false,
          "final_snapshot": false,
          "id": "vol-04f0b8f7a89fbe82f",
          "iops": 100,
          "kms_key_id": "",
          "multi_attach_enabled": null,
          "outpost_arn": null,
          "region": "eu-central-1",
          "size": 8,
          "snapshot_id": "",
          "tags": null,
          "tags_all": {},
          "throughput": 0,
          "timeouts": null,
          "type": "gp2",
          "volume_initialization_rate": null
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&volume).unwrap());
}

/// Type, configuration, attributes expected after the apply.
#[test]
fn values_of_the_cloud() {
    let mut sandbox =
        Sandbox::with_provider(json!({"region": "eu-central-1", "default_tags": [{"tags": {"team": "dr"}}]}));
    let zone = "eu-central-1a";
    let rows = [
        ("aws_ebs_volume", json!({"availability_zone": zone, "size": 100, "type": "gp2"}), json!({"iops": 300})),
        (
            "aws_ebs_volume",
            json!({"availability_zone": zone, "size": 8, "type": "gp3"}),
            json!({"iops": 3000, "throughput": 125}),
        ),
        (
            "aws_ebs_volume",
            json!({"availability_zone": zone, "size": 8, "tags": {"a": "b"}}),
            json!({"tags_all": {"a": "b", "team": "dr"}}),
        ),
        (
            "aws_kms_key",
            json!({}),
            json!({"is_enabled": true, "enable_key_rotation": false, "multi_region": false, "rotation_period_in_days": 0}),
        ),
        (
            "aws_vpc",
            json!({"cidr_block": "10.0.0.0/16"}),
            json!({"enable_dns_support": true, "instance_tenancy": "default"}),
        ),
        (
            "aws_placement_group",
            json!({"name": "p", "strategy": "partition"}),
            json!({"id": "p", "partition_count": 2, "spread_level": ""}),
        ),
        (
            "aws_placement_group",
            json!({"name": "s", "strategy": "spread"}),
            json!({"partition_count": 0, "spread_level": "rack"}),
        ),
        (
            "aws_s3_bucket",
            json!({"bucket": "logs-acme"}),
            json!({"id": "logs-acme", "arn": "arn:aws:s3:::logs-acme", "hosted_zone_id": "Z21DNDUVLTQW6Q", "bucket_region": "eu-central-1"}),
        ),
        (
            "aws_s3_bucket",
            json!({"bucket_prefix": "logs-", "region": "eu-west-1"}),
            json!({"bucket_region": "eu-west-1", "bucket_regional_domain_name": null}),
        ),
        (
            "aws_instance",
            json!({"ami": "ami-1", "instance_type": "t3.micro"}),
            json!({"availability_zone": zone, "private_ip": "172.31.0.4", "instance_state": "running", "private_dns": "ip-172-31-0-4.eu-central-1.compute.internal"}),
        ),
        ("aws_instance", json!({"ami": "ami-1", "instance_type": "t3.micro"}), json!({"private_ip": "172.31.0.5"})),
        (
            "aws_instance",
            json!({"ami": "ami-1", "instance_type": "t3.micro", "root_block_device": [{"encrypted": true, "volume_size": 20}]}),
            json!({"placement_group": ""}),
        ),
        (
            "aws_instance",
            json!({"ami": "ami-1", "instance_type": "t3.micro", "ebs_block_device": [{"device_name": "/dev/sdf", "volume_size": 20}]}),
            json!({"key_name": ""}),
        ),
    ];
    for (kind, config, expected) in rows {
        let made = sandbox.made(kind, config.clone());
        for (name, value) in expected.as_object().unwrap() {
            if !value.is_null() {
                assert_eq!(&made[name], value, "{kind} {config} {name}");
            }
        }
    }
}

#[test]
fn subnets_fix_zone_address_and_security_group_of_instances() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let vpc = sandbox.made("aws_vpc", json!({"cidr_block": "10.0.0.0/16"}));
    let subnet = sandbox.made(
        "aws_subnet",
        json!({"vpc_id": id(&vpc), "cidr_block": "10.0.1.0/24", "availability_zone_id": "euc1-az1"}),
    );
    assert_eq!(subnet["availability_zone"], "eu-central-1c");
    let instance =
        sandbox.made("aws_instance", json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet)}));
    assert_eq!(instance["availability_zone"], "eu-central-1c");
    assert_eq!(instance["private_ip"], "10.0.1.4");
    assert_eq!(instance["associate_public_ip_address"], false);
    assert_eq!(instance["vpc_security_group_ids"], json!([vpc["default_security_group_id"]]));
}

#[test]
fn snapshots_copies_and_volumes_inherit() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({}));
    let volume = json!({"availability_zone": "eu-central-1a", "size": 9, "encrypted": true, "kms_key_id": key["arn"]});
    let volume = sandbox.made("aws_ebs_volume", volume);
    let snapshot = sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    assert_eq!(snapshot["kms_key_id"], key["arn"]);
    assert_eq!(snapshot["volume_size"], 9);
    let copy = json!({"region": "eu-west-1", "source_region": "eu-central-1", "source_snapshot_id": id(&snapshot), "encrypted": true});
    let copy = sandbox.made("aws_ebs_snapshot_copy", copy);
    assert_eq!(copy["volume_size"], 9);
    let restored =
        json!({"region": "eu-central-1", "availability_zone": "eu-central-1b", "snapshot_id": id(&snapshot)});
    let restored = sandbox.made("aws_ebs_volume", restored);
    assert_eq!(
        (&restored["size"], &restored["encrypted"], &restored["kms_key_id"]),
        (&json!(9), &json!(true), &key["arn"])
    );
    let far = json!({"region": "eu-west-1", "availability_zone": "eu-west-1a", "snapshot_id": id(&copy)});
    let far = sandbox.made("aws_ebs_volume", far);
    assert!(
        far["kms_key_id"].as_str().unwrap_or_default().contains("eu-west-1"),
        "the managed key of the region: {far}"
    );
}

/// Type, configuration before, configuration after, paths that force replacement.
#[test]
fn what_forces_replacement() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let instance = |more: Json| {
        let mut config = json!({"ami": "ami-1", "instance_type": "t3.micro"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let zone = |zone: &str| json!({"availability_zone": zone, "size": 8});
    let rows: [(&str, Json, Json, &[&str]); 11] = [
        ("aws_ebs_volume", zone("eu-central-1a"), zone("eu-central-1b"), &["availability_zone"]),
        ("aws_ebs_volume", zone("eu-central-1a"), json!({"availability_zone": "eu-central-1a", "size": 9}), &[]),
        (
            "aws_ebs_volume",
            zone("eu-central-1a"),
            json!({"availability_zone": "eu-central-1a", "size": 8, "encrypted": true}),
            &["encrypted"],
        ),
        (
            "aws_ebs_volume",
            zone("eu-central-1a"),
            json!({"availability_zone": "eu-central-1a", "size": 8, "kms_key_id": "?"}),
            &["kms_key_id"],
        ),
        ("aws_kms_key", json!({}), json!({"multi_region": true}), &["multi_region"]),
        ("aws_kms_key", json!({}), json!({"enable_key_rotation": true}), &[]),
        ("aws_instance", instance(json!({})), instance(json!({"ami": "ami-2"})), &["ami"]),
        ("aws_instance", instance(json!({"user_data": "a"})), instance(json!({"user_data": "b"})), &[]),
        (
            "aws_instance",
            instance(json!({"user_data": "a"})),
            instance(json!({"user_data": "b", "user_data_replace_on_change": true})),
            &["user_data"],
        ),
        (
            "aws_instance",
            instance(json!({"root_block_device": [{"volume_size": 8}]})),
            instance(json!({"root_block_device": [{"volume_size": 8, "encrypted": true}]})),
            &["root_block_device[0].encrypted"],
        ),
        (
            "aws_instance",
            instance(json!({"ebs_block_device": [{"device_name": "/dev/sdf"}]})),
            instance(json!({"ebs_block_device": [{"device_name": "/dev/sdg"}]})),
            &["ebs_block_device"],
        ),
    ];
    for (kind, before, after, expected) in rows {
        let made = sandbox.made(kind, before);
        let planned = sandbox.plan(kind, Some(&made), &after);
        let found: std::collections::BTreeSet<String> =
            planned.requires_replace.iter().map(ToString::to_string).collect();
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{kind} {after}");
    }
}

#[test]
fn updates_keep_what_they_do_not_touch() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let volume =
        sandbox.made("aws_ebs_volume", json!({"availability_zone": "eu-central-1a", "size": 8, "type": "gp3"}));
    let config = json!({"availability_zone": "eu-central-1a", "size": 16, "type": "gp3", "tags": {"Name": "db"}});
    let planned = sandbox.plan("aws_ebs_volume", Some(&volume), &config);
    assert_eq!(open(&planned.planned), [] as [&str; 0]);
    let grown = sandbox.update("aws_ebs_volume", &volume, config).unwrap();
    assert_eq!((&grown["id"], &grown["size"], &grown["tags_all"]), (&volume["id"], &json!(16), &json!({"Name": "db"})));
    let removed = sandbox.update(
        "aws_ebs_volume",
        &grown,
        json!({"availability_zone": "eu-central-1a", "size": 16, "type": "gp3"}),
    );
    assert_eq!(removed.unwrap()["tags_all"], json!({}));

    let (one, two) = (sandbox.made("aws_kms_key", json!({})), sandbox.made("aws_kms_key", json!({})));
    let alias = sandbox.made("aws_kms_alias", json!({"name": "alias/db", "target_key_id": id(&one)}));
    assert_eq!(alias["target_key_arn"], one["arn"]);
    let config = json!({"name": "alias/db", "target_key_id": id(&two)});
    assert_eq!(open(&sandbox.plan("aws_kms_alias", Some(&alias), &config).planned), ["target_key_arn"]);
    let moved = sandbox.update("aws_kms_alias", &alias, config).unwrap();
    assert_eq!(moved["target_key_arn"], two["arn"]);
}

#[test]
fn data_sources_answer() {
    let sandbox = Sandbox::new("eu-central-1");
    let zones = sandbox.data("aws_availability_zones", json!({"state": "available"})).unwrap();
    assert_eq!(zones["names"], json!(["eu-central-1a", "eu-central-1b", "eu-central-1c"]));
    assert_eq!(zones["zone_ids"], json!(["euc1-az2", "euc1-az3", "euc1-az1"]));
    let some = json!({"region": "us-east-1", "exclude_names": ["us-east-1e"], "filter": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]});
    let some = sandbox.data("aws_availability_zones", some).unwrap();
    assert_eq!(some["names"].as_array().unwrap().len(), 5);
    let wrong = sandbox.data("aws_availability_zones", json!({"filter": [{"name": "colour", "values": ["red"]}]}));
    assert!(wrong.unwrap_err().contains("InvalidParameterValue"));
    let region = sandbox.data("aws_region", json!({})).unwrap();
    assert_eq!((&region["name"], &region["description"]), (&json!("eu-central-1"), &json!("Europe (Frankfurt)")));
    assert_eq!(sandbox.data("aws_caller_identity", json!({})).unwrap()["account_id"], "123456789012");
}

#[test]
fn states_of_older_schemas_are_brought_up() {
    let sandbox = Sandbox::new("eu-central-1");
    let raw = r#"{"id": "vol-1", "size": 8, "gone_since_long": true, "tags": {"a": "b"}}"#;
    let question = Question::UpgradeState {
        identity: None,
        provider: sandbox.provider.clone(),
        kind: "aws_ebs_volume".into(),
        version: 0,
        raw: raw.into(),
    };
    let Answer::Object(Some(object), _) = sandbox.ask(question) else { panic!("no object") };
    assert_eq!(object.value.ty(), implied_type(&sandbox.block("aws_ebs_volume")));
    assert_eq!(object.value.get("size"), Some(&Value::int(8)));
}
