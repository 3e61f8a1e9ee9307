use super::*;

/// Runs a step on a world with the usual parts and gives the error code, or nothing.
pub(super) fn code(result: Result<Json, String>) -> Option<String> {
    let summary = result.err()?;
    let after = summary.split("api error ").nth(1).unwrap_or(&summary);
    Some(after.split(':').next().unwrap_or_default().to_owned())
}

struct Parts {
    sandbox: Sandbox,
    /// A key of eu-central-1, multi-Region.
    key: Json,
    /// A disabled key of eu-central-1.
    disabled: Json,
    /// A key of eu-central-1 that was deleted.
    dying: Json,
    /// A key of eu-west-1.
    far_key: Json,
    vpc: Json,
    /// In eu-central-1a.
    subnet: Json,
    /// In the subnet.
    instance: Json,
    /// In eu-central-1a, sealed by `key`.
    volume: Json,
    /// Of `volume`.
    snapshot: Json,
}

fn parts() -> Parts {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({"multi_region": true}));
    let disabled = sandbox.made("aws_kms_key", json!({"is_enabled": false}));
    let dying = sandbox.made("aws_kms_key", json!({}));
    sandbox.delete("aws_kms_key", &dying).unwrap();
    let far_key = sandbox.made("aws_kms_key", json!({"region": "eu-west-1"}));
    let vpc = sandbox.made("aws_vpc", json!({"cidr_block": "10.0.0.0/16"}));
    let subnet = json!({"vpc_id": id(&vpc), "cidr_block": "10.0.0.0/24", "availability_zone": "eu-central-1a"});
    let subnet = sandbox.made("aws_subnet", subnet);
    let instance = json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet)});
    let instance = sandbox.made("aws_instance", instance);
    let volume = json!({"availability_zone": "eu-central-1a", "size": 8, "encrypted": true, "kms_key_id": key["arn"]});
    let volume = sandbox.made("aws_ebs_volume", volume);
    let snapshot = sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    Parts { sandbox, key, disabled, dying, far_key, vpc, subnet, instance, volume, snapshot }
}

fn volume(zone: &str, more: Json) -> Json {
    let mut config = json!({"availability_zone": zone, "size": 8});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// What, type, configuration, error code (none: the cloud takes it).
#[test]
fn creations() {
    let p = parts();
    let a = "eu-central-1a";
    let sealed = |key: &Json| json!({"encrypted": true, "kms_key_id": key["arn"]});
    let instance = |more: Json| {
        let mut config = json!({"ami": "ami-1", "instance_type": "t3.micro"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let copy = |more: Json| {
        let mut config =
            json!({"region": "eu-west-1", "source_region": "eu-central-1", "source_snapshot_id": id(&p.snapshot)});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let subnet = |cidr: &str, zone: &str| json!({"vpc_id": id(&p.vpc), "cidr_block": cidr, "availability_zone": zone});
    let rows: Vec<(&str, &str, Json, Option<&str>)> = vec![
        ("a sealed volume", "aws_ebs_volume", volume(a, sealed(&p.key)), None),
        (
            "a key of another region",
            "aws_ebs_volume",
            volume(a, sealed(&p.far_key)),
            Some("InvalidKmsKey.InvalidKeyId"),
        ),
        ("a disabled key", "aws_ebs_volume", volume(a, sealed(&p.disabled)), Some("DisabledException")),
        ("a key pending deletion", "aws_ebs_volume", volume(a, sealed(&p.dying)), Some("KMSInvalidStateException")),
        (
            "a key that never was",
            "aws_ebs_volume",
            volume(a, json!({"kms_key_id": "arn:aws:kms:eu-central-1:123456789012:key/none"})),
            Some("NotFoundException"),
        ),
        ("an unknown zone", "aws_ebs_volume", volume("eu-central-1z", json!({})), Some("InvalidParameterValue")),
        ("a zone of another region", "aws_ebs_volume", volume("eu-west-1a", json!({})), Some("InvalidParameterValue")),
        ("an unknown region", "aws_ebs_volume", volume(a, json!({"region": "eu-nowhere-1"})), Some("InvalidRegion")),
        ("no size", "aws_ebs_volume", json!({"availability_zone": a}), Some("InvalidParameterCombination")),
        (
            "a snapshot that never was",
            "aws_ebs_volume",
            volume(a, json!({"snapshot_id": "snap-0"})),
            Some("InvalidSnapshot.NotFound"),
        ),
        (
            "a snapshot of another region",
            "aws_ebs_volume",
            volume("eu-west-1a", json!({"region": "eu-west-1", "snapshot_id": id(&p.snapshot)})),
            Some("InvalidSnapshot.NotFound"),
        ),
        (
            "smaller than its snapshot",
            "aws_ebs_volume",
            json!({"availability_zone": a, "size": 1, "snapshot_id": id(&p.snapshot)}),
            Some("InvalidParameterValue"),
        ),
        ("a snapshot of nothing", "aws_ebs_snapshot", json!({"volume_id": "vol-0"}), Some("InvalidVolume.NotFound")),
        (
            "a copy with a key of the destination",
            "aws_ebs_snapshot_copy",
            copy(json!({"encrypted": true, "kms_key_id": p.far_key["arn"]})),
            None,
        ),
        (
            "a copy with the key of the source region",
            "aws_ebs_snapshot_copy",
            copy(json!({"encrypted": true, "kms_key_id": p.key["arn"]})),
            Some("InvalidKmsKey.InvalidKeyId"),
        ),
        (
            "a copy that loses its seal",
            "aws_ebs_snapshot_copy",
            copy(json!({"encrypted": false})),
            Some("InvalidParameterValue"),
        ),
        (
            "a copy of nothing",
            "aws_ebs_snapshot_copy",
            copy(json!({"source_snapshot_id": "snap-0"})),
            Some("InvalidSnapshot.NotFound"),
        ),
        ("a subnet outside its VPC", "aws_subnet", subnet("10.1.0.0/24", a), Some("InvalidSubnet.Range")),
        ("a subnet over another", "aws_subnet", subnet("10.0.0.128/25", a), Some("InvalidSubnet.Conflict")),
        (
            "a subnet without a VPC",
            "aws_subnet",
            json!({"vpc_id": "vpc-0", "cidr_block": "10.0.9.0/24"}),
            Some("InvalidVpcID.NotFound"),
        ),
        (
            "a subnet of an unknown zone id",
            "aws_subnet",
            json!({"vpc_id": id(&p.vpc), "cidr_block": "10.0.9.0/24", "availability_zone_id": "euc1-az9"}),
            Some("InvalidParameterValue"),
        ),
        ("a VPC too large", "aws_vpc", json!({"cidr_block": "10.0.0.0/8"}), Some("InvalidVpc.Range")),
        (
            "an instance in the zone of its subnet",
            "aws_instance",
            instance(json!({"subnet_id": id(&p.subnet), "availability_zone": a})),
            None,
        ),
        (
            "an instance in another zone than its subnet",
            "aws_instance",
            instance(json!({"subnet_id": id(&p.subnet), "availability_zone": "eu-central-1b"})),
            Some("InvalidParameterValue"),
        ),
        (
            "an instance in no subnet",
            "aws_instance",
            instance(json!({"subnet_id": "subnet-0"})),
            Some("InvalidSubnetID.NotFound"),
        ),
        (
            "an instance in no group",
            "aws_instance",
            instance(json!({"placement_group": "none"})),
            Some("InvalidPlacementGroup.Unknown"),
        ),
        ("an instance of no image", "aws_instance", json!({"instance_type": "t3.micro"}), Some("MissingParameter")),
        (
            "a root disk sealed from afar",
            "aws_instance",
            instance(json!({"root_block_device": [{"kms_key_id": p.far_key["arn"]}]})),
            Some("InvalidKmsKey.InvalidKeyId"),
        ),
        (
            "a replica in another region",
            "aws_kms_replica_key",
            json!({"region": "eu-west-1", "primary_key_arn": p.key["arn"]}),
            None,
        ),
        (
            "a replica at home",
            "aws_kms_replica_key",
            json!({"primary_key_arn": p.key["arn"]}),
            Some("InvalidArnException"),
        ),
        (
            "a replica of a single-region key",
            "aws_kms_replica_key",
            json!({"primary_key_arn": p.far_key["arn"]}),
            Some("UnsupportedOperationException"),
        ),
        ("an alias", "aws_kms_alias", json!({"name": "alias/new", "target_key_id": id(&p.key)}), None),
        (
            "an alias of AWS",
            "aws_kms_alias",
            json!({"name": "alias/aws/new", "target_key_id": id(&p.key)}),
            Some("InvalidAliasNameException"),
        ),
        (
            "an alias of a dying key",
            "aws_kms_alias",
            json!({"name": "alias/new", "target_key_id": id(&p.dying)}),
            Some("KMSInvalidStateException"),
        ),
        (
            "a bucket sealed by an alias that is not",
            "aws_s3_bucket",
            bucket("logs-1", Some("alias/none")),
            Some("NotFoundException"),
        ),
        (
            "a bucket sealed from afar",
            "aws_s3_bucket",
            bucket("logs-2", p.far_key["arn"].as_str()),
            Some("InvalidKmsKey.InvalidKeyId"),
        ),
        ("a bucket sealed at home", "aws_s3_bucket", bucket("logs-3", p.key["arn"].as_str()), None),
        (
            "a root disk sealed at home",
            "aws_instance",
            instance(json!({"root_block_device": [{"encrypted": true, "kms_key_id": p.key["arn"]}]})),
            None,
        ),
        (
            "a bucket with rules",
            "aws_s3_bucket",
            json!({"bucket": "logs-4", "versioning": [{"enabled": true}], "lifecycle_rule": [{"enabled": true, "transition": [{"days": 30, "storage_class": "GLACIER"}]}]}),
            None,
        ),
        ("a bucket with a bad name", "aws_s3_bucket", bucket("Logs", None), Some("InvalidBucketName")),
        (
            "a group of no strategy",
            "aws_placement_group",
            json!({"name": "g", "strategy": "scatter"}),
            Some("InvalidParameterValue"),
        ),
        (
            "a group of eight partitions",
            "aws_placement_group",
            json!({"name": "g", "strategy": "partition", "partition_count": 8}),
            Some("InvalidParameterValue"),
        ),
        ("a key with a hasty end", "aws_kms_key", json!({"deletion_window_in_days": 1}), Some("ValidationException")),
    ];
    for (what, kind, config, expected) in rows {
        let mut sandbox = parts().sandbox;
        assert_eq!(sandbox.world, p.sandbox.world, "the same requests make the same world");
        assert_eq!(code(sandbox.create(kind, config)).as_deref(), expected, "{what}");
    }
}

fn bucket(name: &str, key: Option<&str>) -> Json {
    let rule =
        json!([{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": key}]}]);
    match key {
        Some(_) => json!({"bucket": name, "server_side_encryption_configuration": [{"rule": rule}]}),
        None => json!({"bucket": name}),
    }
}

#[test]
fn attaching_needs_one_zone_a_free_volume_a_free_device_and_a_living_key() {
    let Parts { mut sandbox, key, instance, volume: sealed, .. } = parts();
    let attach = |volume: &Json, instance: &Json, device: &str| json!({"volume_id": id(volume), "instance_id": id(instance), "device_name": device});
    let elsewhere = sandbox.made("aws_ebs_volume", volume("eu-central-1b", json!({})));
    let mismatch = sandbox.create("aws_volume_attachment", attach(&elsewhere, &instance, "/dev/sdf"));
    assert_eq!(
        mismatch.unwrap_err(),
        format!(
            "creating EBS Volume Attachment: api error InvalidVolume.ZoneMismatch: The volume '{}' (eu-central-1b) is not in the same availability zone as instance '{}' (eu-central-1a)",
            id(&elsewhere),
            id(&instance)
        )
    );
    let attached = sandbox.made("aws_volume_attachment", attach(&sealed, &instance, "/dev/sdf"));
    assert!(id(&attached).starts_with("vai-"));
    let other = sandbox.made("aws_ebs_volume", volume("eu-central-1a", json!({})));
    let rows = [
        (attach(&sealed, &instance, "/dev/sdg"), Some("VolumeInUse")),
        (attach(&other, &instance, "/dev/sdf"), Some("InvalidParameterValue")),
        (
            json!({"volume_id": "vol-0", "instance_id": id(&instance), "device_name": "/dev/sdh"}),
            Some("InvalidVolume.NotFound"),
        ),
        (
            json!({"volume_id": id(&other), "instance_id": "i-0", "device_name": "/dev/sdh"}),
            Some("InvalidInstanceID.NotFound"),
        ),
    ];
    for (config, expected) in rows {
        assert_eq!(code(sandbox.create("aws_volume_attachment", config.clone())).as_deref(), expected, "{config}");
    }
    assert_eq!(code(sandbox.delete("aws_ebs_volume", &sealed)).as_deref(), Some("VolumeInUse"));
    sandbox.delete("aws_volume_attachment", &attached).unwrap();
    sandbox.delete("aws_kms_key", &key).unwrap();
    let dead = sandbox.create("aws_volume_attachment", attach(&sealed, &instance, "/dev/sdf"));
    assert_eq!(code(dead).as_deref(), Some("InvalidKmsKey.InvalidState"));
    sandbox.restore(&format!("key={}", key["arn"].as_str().unwrap()));
    sandbox.made("aws_volume_attachment", attach(&sealed, &instance, "/dev/sdf"));
    sandbox.delete("aws_instance", &instance).unwrap();
    sandbox.delete("aws_ebs_volume", &sealed).unwrap();
}

#[test]
fn shared_volumes_attach_twice() {
    let Parts { mut sandbox, instance, .. } = parts();
    let shared = volume("eu-central-1a", json!({"type": "io2", "iops": 100, "multi_attach_enabled": true}));
    let shared = sandbox.made("aws_ebs_volume", shared);
    let second = sandbox.made(
        "aws_instance",
        json!({"ami": "ami-1", "instance_type": "t3.micro", "availability_zone": "eu-central-1a"}),
    );
    for on in [&instance, &second] {
        sandbox.made(
            "aws_volume_attachment",
            json!({"volume_id": id(&shared), "instance_id": id(on), "device_name": "/dev/sdf"}),
        );
    }
}

#[test]
fn a_spread_group_takes_seven_in_each_zone() {
    let mut sandbox = Sandbox::new("eu-central-1");
    sandbox.made("aws_placement_group", json!({"name": "kafka", "strategy": "spread"}));
    let broker = |zone: &str| json!({"ami": "ami-1", "instance_type": "t3.micro", "placement_group": "kafka", "availability_zone": zone});
    let brokers: Vec<Json> = (0..7).map(|_| sandbox.made("aws_instance", broker("eu-central-1a"))).collect();
    let eighth = sandbox.create("aws_instance", broker("eu-central-1a"));
    assert_eq!(code(eighth).as_deref(), Some("InsufficientInstanceCapacity"));
    sandbox.made("aws_instance", broker("eu-central-1b"));
    sandbox.delete("aws_instance", &brokers[0]).unwrap();
    sandbox.made("aws_instance", broker("eu-central-1a"));
}

#[test]
fn a_cluster_group_stays_in_one_zone() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let group = sandbox.made("aws_placement_group", json!({"name": "hpc", "strategy": "cluster"}));
    let node = |zone: &str| json!({"ami": "ami-1", "instance_type": "t3.micro", "placement_group": "hpc", "availability_zone": zone});
    sandbox.made("aws_instance", node("eu-central-1a"));
    let other = sandbox.create("aws_instance", node("eu-central-1b"));
    assert_eq!(code(other).as_deref(), Some("InvalidPlacementGroup.InUse"));
    assert_eq!(code(sandbox.delete("aws_placement_group", &group)).as_deref(), Some("InvalidPlacementGroup.InUse"));
}

#[test]
fn names_are_unique_where_the_cloud_says() {
    let Parts { mut sandbox, key, far_key, .. } = parts();
    let alias = |region: &str, key: &Json| json!({"region": region, "name": "alias/db", "target_key_id": id(key)});
    sandbox.made("aws_kms_alias", alias("eu-central-1", &key));
    assert_eq!(
        code(sandbox.create("aws_kms_alias", alias("eu-central-1", &key))).as_deref(),
        Some("AlreadyExistsException")
    );
    sandbox.made("aws_kms_alias", alias("eu-west-1", &far_key));
    sandbox.made("aws_placement_group", json!({"name": "g", "strategy": "spread"}));
    let again = sandbox.create("aws_placement_group", json!({"name": "g", "strategy": "cluster"}));
    assert_eq!(code(again).as_deref(), Some("InvalidPlacementGroup.Duplicate"));
    sandbox.made("aws_placement_group", json!({"name": "g", "strategy": "cluster", "region": "eu-west-1"}));
    sandbox.made("aws_s3_bucket", json!({"bucket": "acme-logs"}));
    let again = sandbox.create("aws_s3_bucket", json!({"bucket": "acme-logs", "region": "eu-west-1"}));
    assert_eq!(code(again).as_deref(), Some("BucketAlreadyOwnedByYou"));
    let first = json!({"region": "eu-west-1", "primary_key_arn": key["arn"]});
    sandbox.made("aws_kms_replica_key", first.clone());
    assert_eq!(code(sandbox.create("aws_kms_replica_key", first)).as_deref(), Some("AlreadyExistsException"));
}

#[test]
fn what_is_in_use_stays() {
    let Parts { mut sandbox, vpc, subnet, instance, .. } = parts();
    assert_eq!(code(sandbox.delete("aws_vpc", &vpc)).as_deref(), Some("DependencyViolation"));
    assert_eq!(code(sandbox.delete("aws_subnet", &subnet)).as_deref(), Some("DependencyViolation"));
    let mut config =
        json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet), "disable_api_termination": true});
    let guarded = sandbox.update("aws_instance", &instance, config.clone()).unwrap();
    assert_eq!(code(sandbox.delete("aws_instance", &guarded)).as_deref(), Some("OperationNotPermitted"));
    config["disable_api_termination"] = json!(false);
    let free = sandbox.update("aws_instance", &guarded, config).unwrap();
    for (kind, object) in [("aws_instance", &free), ("aws_subnet", &subnet), ("aws_vpc", &vpc)] {
        sandbox.delete(kind, object).unwrap();
        assert_eq!(sandbox.read(kind, object), Json::Null);
        sandbox.delete(kind, object).unwrap();
    }
}

#[test]
fn volumes_grow_only() {
    let Parts { mut sandbox, volume: sealed, key, .. } = parts();
    let config = |size: u64| json!({"availability_zone": "eu-central-1a", "size": size, "encrypted": true, "kms_key_id": key["arn"]});
    assert_eq!(code(sandbox.update("aws_ebs_volume", &sealed, config(4))).as_deref(), Some("InvalidParameterValue"));
    // A dead key is latent: it does not stop an update of something else.
    sandbox.delete("aws_kms_key", &key).unwrap();
    assert_eq!(sandbox.update("aws_ebs_volume", &sealed, config(16)).unwrap()["size"], 16);
}

#[test]
fn quotas_hold() {
    let mut sandbox = Sandbox::new("eu-central-1");
    for n in 0..5 {
        sandbox.made("aws_vpc", json!({"cidr_block": format!("10.{n}.0.0/16")}));
    }
    let sixth = sandbox.create("aws_vpc", json!({"cidr_block": "10.9.0.0/16"}));
    assert_eq!(code(sixth).as_deref(), Some("VpcLimitExceeded"));
    sandbox.made("aws_vpc", json!({"cidr_block": "10.9.0.0/16", "region": "eu-west-1"}));
}

/// Type, configuration with `?` for unknown, what validation says.
#[test]
fn validation_says_what_is_certain() {
    let sandbox = Sandbox::new("eu-central-1");
    let zone = "eu-central-1a";
    let rows = [
        ("aws_ebs_volume", json!({"availability_zone": zone, "size": 8}), None),
        ("aws_ebs_volume", json!({"availability_zone": zone, "snapshot_id": "?"}), None),
        ("aws_ebs_volume", json!({"availability_zone": zone}), Some("a volume needs size or snapshot_id")),
        ("aws_ebs_volume", json!({"availability_zone": zone, "size": 8, "type": "?", "throughput": 200}), None),
        (
            "aws_ebs_volume",
            json!({"availability_zone": zone, "size": 8, "throughput": 200}),
            Some("'throughput' must not be set when 'type' is 'gp2'"),
        ),
        (
            "aws_ebs_volume",
            json!({"availability_zone": zone, "size": 8, "type": "io1"}),
            Some("'iops' must be set when 'type' is 'io1'"),
        ),
        (
            "aws_subnet",
            json!({"vpc_id": "?", "availability_zone": zone, "availability_zone_id": "euc1-az2"}),
            Some("availability_zone conflicts with availability_zone_id"),
        ),
        (
            "aws_kms_alias",
            json!({"name": "db", "target_key_id": "?"}),
            Some("alias name \"db\" must begin with \"alias/\" and not with \"alias/aws/\""),
        ),
        ("aws_instance", json!({"ami": "?", "instance_type": "t3.micro"}), None),
        ("aws_instance", json!({"launch_template": [{"name": "web"}]}), None),
    ];
    for (kind, config, expected) in rows {
        let found = sandbox.validate(kind, config.clone());
        let found = found.first().and_then(|s| s.split_once(": api error ")).and_then(|(_, s)| s.split_once(": "));
        assert_eq!(found.map(|(_, message)| message), expected, "{config}");
    }
}
