//! What data sources find in the world.

use super::*;

/// Type, configuration, attributes expected, or what the error says.
#[test]
fn data_sources_find() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({"description": "k"}));
    let off = sandbox.made("aws_kms_key", json!({"is_enabled": false}));
    sandbox.made("aws_kms_alias", json!({"name": "alias/k", "target_key_id": id(&key)}));
    let vpc = sandbox.made("aws_vpc", json!({"cidr_block": "10.0.0.0/16", "tags": {"Name": "n"}}));
    let subnet = json!({"vpc_id": id(&vpc), "cidr_block": "10.0.0.0/24", "availability_zone": "eu-central-1a"});
    let subnet = sandbox.made("aws_subnet", subnet);
    let volume = json!({"availability_zone": "eu-central-1a", "size": 9, "tags": {"Name": "db"}});
    let volume = sandbox.made("aws_ebs_volume", volume);
    sandbox.made("aws_ebs_volume", json!({"availability_zone": "eu-central-1a", "size": 9}));
    sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    let snapshot = sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    let image = json!({"name": "mine", "source_ami_id": "ami-1", "source_ami_region": "eu-central-1"});
    let image = sandbox.made("aws_ami_copy", image);
    let by = |name: &str, value: &str| json!([{"name": name, "values": [value]}]);
    let rows: Vec<(&str, Json, Result<Json, &str>)> = vec![
        (
            "aws_kms_key",
            json!({"key_id": id(&key)}),
            Ok(json!({"arn": key["arn"], "key_state": "Enabled", "description": "k"})),
        ),
        ("aws_kms_key", json!({"key_id": off["arn"]}), Ok(json!({"key_state": "Disabled", "enabled": false}))),
        ("aws_kms_key", json!({"key_id": "alias/k"}), Ok(json!({"arn": key["arn"]}))),
        ("aws_kms_key", json!({"key_id": "alias/aws/ebs"}), Ok(json!({"key_manager": "AWS"}))),
        ("aws_kms_key", json!({"key_id": id(&key), "region": "eu-west-1"}), Err("NotFoundException")),
        (
            "aws_kms_alias",
            json!({"name": "alias/k"}),
            Ok(json!({"target_key_arn": key["arn"], "target_key_id": id(&key)})),
        ),
        ("aws_kms_alias", json!({"name": "alias/none"}), Err("NotFoundException")),
        (
            "aws_vpc",
            json!({"id": id(&vpc)}),
            Ok(json!({"cidr_block": "10.0.0.0/16", "default": false, "state": "available"})),
        ),
        ("aws_vpc", json!({"tags": {"Name": "n"}}), Ok(json!({"id": id(&vpc)}))),
        ("aws_vpc", json!({"default": true}), Ok(json!({"cidr_block": "172.31.0.0/16"}))),
        ("aws_vpc", json!({}), Err("TooManyResults: 2 fit")),
        ("aws_vpc", json!({"filter": by("shape", "round")}), Err("cannot filter by it")),
        ("aws_subnets", json!({"filter": by("vpc-id", &id(&vpc))}), Ok(json!({"ids": [id(&subnet)]}))),
        ("aws_subnets", json!({"filter": by("vpc-id", "none")}), Ok(json!({"ids": []}))),
        (
            "aws_ebs_volume",
            json!({"filter": by("tag:Name", "d?")}),
            Ok(json!({"volume_id": id(&volume), "size": 9, "volume_type": "gp2"})),
        ),
        ("aws_ebs_volume", json!({"filter": by("size", "9")}), Err("TooManyResults: 2 fit")),
        ("aws_ebs_volume", json!({"filter": by("size", "8")}), Err("NoResults")),
        (
            "aws_ebs_snapshot",
            json!({"most_recent": true, "filter": by("volume-id", &id(&volume))}),
            Ok(json!({"id": id(&snapshot), "state": "completed"})),
        ),
        ("aws_ami", json!({"owners": ["self"]}), Ok(json!({"id": id(&image), "name": "mine", "public": false}))),
        (
            "aws_ami",
            json!({"owners": ["amazon"], "most_recent": true, "filter": by("name", "al2023-*-arm64")}),
            Ok(json!({"architecture": "arm64", "owner_id": "137112412989"})),
        ),
        ("aws_ami", json!({"owners": ["amazon"], "filter": by("name", "al2023-*")}), Err("TooManyResults")),
        ("aws_ami", json!({"owners": ["amazon"], "name_regex": "^al"}), Err("name_regex")),
        (
            "aws_ec2_instance_type_offerings",
            json!({"location_type": "availability-zone", "filter": by("instance-type", "m6i.large")}),
            Ok(json!({"locations": ["eu-central-1a", "eu-central-1b", "eu-central-1c"]})),
        ),
        (
            "aws_ec2_instance_type_offerings",
            json!({"filter": by("instance-type", "z9.*")}),
            Ok(json!({"instance_types": []})),
        ),
        ("aws_partition", json!({}), Ok(json!({"partition": "aws", "dns_suffix": "amazonaws.com"}))),
    ];
    for (kind, config, expected) in rows {
        match (sandbox.data(kind, config.clone()), expected) {
            (Ok(found), Ok(expected)) => {
                for (name, value) in expected.as_object().unwrap() {
                    assert_eq!(&found[name], value, "{kind} {config} {name}");
                }
            }
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{kind} {config}: {found}"),
            (found, expected) => panic!("{kind} {config}: {found:?}, expected {expected:?}"),
        }
    }
    sandbox.lose("region=eu-central-1");
    let lost = sandbox.data("aws_vpc", json!({"default": true})).unwrap_err();
    assert!(lost.contains("region=eu-central-1 does not answer"), "{lost}");
}
