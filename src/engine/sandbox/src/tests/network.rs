//! Gateways, routes, groups, addresses, images, and the settings of a region.

use super::rules::code;
use super::*;

/// A VPC with a subnet in zone a, a gateway, a table, and another VPC with its own.
struct Net {
    sandbox: Sandbox,
    vpc: Json,
    subnet: Json,
    gateway: Json,
    table: Json,
    other_vpc: Json,
    other_gateway: Json,
}

fn net() -> Net {
    let mut sandbox = Sandbox::new("eu-central-1");
    let vpc = sandbox.made("aws_vpc", json!({"cidr_block": "10.0.0.0/16"}));
    let subnet = json!({"vpc_id": id(&vpc), "cidr_block": "10.0.0.0/24", "availability_zone": "eu-central-1a"});
    let subnet = sandbox.made("aws_subnet", subnet);
    let gateway = sandbox.made("aws_internet_gateway", json!({"vpc_id": id(&vpc)}));
    let table = sandbox.made("aws_route_table", json!({"vpc_id": id(&vpc)}));
    let other_vpc = sandbox.made("aws_vpc", json!({"cidr_block": "10.1.0.0/16"}));
    let other_gateway = sandbox.made("aws_internet_gateway", json!({"vpc_id": id(&other_vpc)}));
    Net { sandbox, vpc, subnet, gateway, table, other_vpc, other_gateway }
}

fn route(to: &str, gateway: &Json) -> Json {
    json!({"cidr_block": to, "gateway_id": id(gateway)})
}

/// Type, configuration, error code (none: the cloud takes it).
#[test]
fn creations() {
    let Net { mut sandbox, vpc, subnet, gateway, table, other_vpc, other_gateway } = net();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2b5RYiFGpJkKzkNS1XRVn1wxDOcRRl6nr1Qx2ZqVvP";
    let private = sandbox.made("aws_route_table", json!({"vpc_id": id(&vpc)}));
    let other_table = sandbox.made("aws_route_table", json!({"vpc_id": id(&other_vpc)}));
    let group = sandbox.made("aws_security_group", json!({"name": "db", "vpc_id": id(&vpc)}));
    let out = |table: &Json, gateway: &Json| json!({"route_table_id": id(table), "destination_cidr_block": "0.0.0.0/0", "gateway_id": id(gateway)});
    let instance = |more: Json| {
        let mut config = json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet)});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let rows: Vec<(&str, Json, Option<&str>)> = vec![
        ("aws_internet_gateway", json!({"vpc_id": id(&vpc)}), Some("Resource.AlreadyAssociated")),
        ("aws_internet_gateway", json!({"vpc_id": "vpc-1"}), Some("InvalidVpcID.NotFound")),
        ("aws_internet_gateway", json!({}), None),
        ("aws_route_table", json!({"vpc_id": "vpc-1"}), Some("InvalidVpcID.NotFound")),
        ("aws_route_table", json!({"vpc_id": id(&vpc), "route": [route("0.0.0.0/0", &gateway)]}), None),
        (
            "aws_route_table",
            json!({"vpc_id": id(&vpc), "route": [route("0.0.0.0/0", &other_gateway)]}),
            Some("InvalidParameterValue"),
        ),
        ("aws_route", out(&table, &gateway), None),
        ("aws_route", out(&table, &gateway), Some("RouteAlreadyExists")),
        ("aws_route", out(&private, &other_gateway), Some("InvalidParameterValue")),
        (
            "aws_route",
            json!({"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": id(&gateway)}),
            Some("InvalidRouteTableID.NotFound"),
        ),
        (
            "aws_route",
            json!({"route_table_id": id(&private), "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}),
            Some("InvalidGatewayID.NotFound"),
        ),
        (
            "aws_route",
            json!({"route_table_id": id(&private), "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}),
            Some("NatGatewayNotFound"),
        ),
        (
            "aws_route",
            json!({"route_table_id": id(&private), "destination_cidr_block": "10.0.0.0/16", "gateway_id": id(&gateway)}),
            Some("RouteAlreadyExists"),
        ),
        ("aws_route", json!({"route_table_id": id(&private), "gateway_id": id(&gateway)}), Some("MissingParameter")),
        (
            "aws_route_table_association",
            json!({"route_table_id": id(&other_table), "subnet_id": id(&subnet)}),
            Some("InvalidParameterValue"),
        ),
        (
            "aws_route_table_association",
            json!({"route_table_id": id(&table), "subnet_id": "subnet-1"}),
            Some("InvalidSubnetID.NotFound"),
        ),
        ("aws_route_table_association", json!({"route_table_id": id(&table)}), Some("MissingParameter")),
        ("aws_route_table_association", json!({"route_table_id": id(&table), "subnet_id": id(&subnet)}), None),
        (
            "aws_route_table_association",
            json!({"route_table_id": id(&private), "subnet_id": id(&subnet)}),
            Some("Resource.AlreadyAssociated"),
        ),
        ("aws_security_group", json!({"name": "db", "vpc_id": id(&vpc)}), Some("InvalidGroup.Duplicate")),
        ("aws_security_group", json!({"name": "db", "vpc_id": id(&other_vpc)}), None),
        ("aws_security_group", json!({"name": "db"}), None),
        ("aws_security_group", json!({"name": "sg-db"}), Some("InvalidParameterValue")),
        ("aws_security_group", json!({"name": "x", "vpc_id": "vpc-1"}), Some("InvalidVpcID.NotFound")),
        (
            "aws_security_group",
            json!({"name": "y", "vpc_id": id(&vpc), "ingress": [{"from_port": 1, "to_port": 1, "protocol": "tcp", "security_groups": ["sg-1"]}]}),
            Some("InvalidGroup.NotFound"),
        ),
        (
            "aws_security_group",
            json!({"name": "z", "vpc_id": id(&vpc), "ingress": [{"from_port": 1, "to_port": 1, "protocol": "tcp", "security_groups": [id(&group)]}]}),
            None,
        ),
        ("aws_instance", instance(json!({"vpc_security_group_ids": [id(&group)]})), None),
        ("aws_instance", instance(json!({"vpc_security_group_ids": ["sg-1"]})), Some("InvalidGroup.NotFound")),
        (
            "aws_instance",
            instance(json!({"vpc_security_group_ids": [other_vpc["default_security_group_id"]]})),
            Some("InvalidParameter"),
        ),
        ("aws_instance", instance(json!({"key_name": "operators"})), Some("InvalidKeyPair.NotFound")),
        ("aws_key_pair", json!({"key_name": "operators", "public_key": key}), None),
        ("aws_key_pair", json!({"key_name": "operators", "public_key": key}), Some("InvalidKeyPair.Duplicate")),
        ("aws_key_pair", json!({"key_name": "operators", "public_key": key, "region": "eu-west-1"}), None),
        ("aws_key_pair", json!({"key_name": "k", "public_key": "-----BEGIN"}), Some("InvalidKey.Format")),
        ("aws_instance", instance(json!({"key_name": "operators"})), None),
        ("aws_launch_template", json!({"name": "node", "image_id": "ami-1", "instance_type": "m6i.large"}), None),
        ("aws_launch_template", json!({"name": "node"}), Some("InvalidLaunchTemplateName.AlreadyExistsException")),
        (
            "aws_instance",
            json!({"launch_template": [{"name": "none"}]}),
            Some("InvalidLaunchTemplateName.NotFoundException"),
        ),
        ("aws_instance", json!({"launch_template": [{"id": "lt-1"}]}), Some("InvalidLaunchTemplateId.NotFound")),
        (
            "aws_ec2_instance_state",
            json!({"instance_id": "i-1", "state": "stopped"}),
            Some("InvalidInstanceID.NotFound"),
        ),
        ("aws_eip", json!({"instance": "i-1"}), Some("InvalidInstanceID.NotFound")),
    ];
    for (kind, config, expected) in rows {
        let result = sandbox.create(kind, config.clone());
        assert_eq!(code(result.clone()).as_deref(), expected, "{kind} {config}: {result:?}");
    }
    let made = sandbox.made("aws_instance", json!({"launch_template": [{"name": "node"}]}));
    assert_eq!((&made["ami"], &made["instance_type"]), (&json!("ami-1"), &json!("m6i.large")));
}

#[test]
fn what_is_named_stays() {
    let Net { mut sandbox, vpc, subnet, gateway, table, .. } = net();
    let group = sandbox.made("aws_security_group", json!({"name": "db", "vpc_id": id(&vpc)}));
    let instance = json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet), "vpc_security_group_ids": [id(&group)]});
    let instance = sandbox.made("aws_instance", instance);
    let association = json!({"route_table_id": id(&table), "subnet_id": id(&subnet)});
    let association = sandbox.made("aws_route_table_association", association);
    for (kind, object) in [("aws_security_group", &group), ("aws_route_table", &table), ("aws_vpc", &vpc)] {
        assert_eq!(code(sandbox.delete(kind, object)).as_deref(), Some("DependencyViolation"), "{kind}");
    }
    for (kind, object) in [
        ("aws_instance", &instance),
        ("aws_security_group", &group),
        ("aws_subnet", &subnet),
        ("aws_route_table", &table),
        ("aws_internet_gateway", &gateway),
        ("aws_vpc", &vpc),
    ] {
        sandbox.delete(kind, object).unwrap();
    }
    assert!(sandbox.read("aws_route_table_association", &association).is_null(), "it went with its subnet");
}

#[test]
fn addresses_are_given_where_there_is_a_way_out() {
    let Net { mut sandbox, subnet, gateway, .. } = net();
    let instance = json!({"ami": "ami-1", "instance_type": "t3.micro", "subnet_id": id(&subnet)});
    let instance = sandbox.made("aws_instance", instance);
    let free = sandbox.made("aws_eip", json!({}));
    assert_eq!((&free["instance"], &free["domain"], &free["association_id"]), (&json!(""), &json!("vpc"), &json!("")));
    let given = sandbox.update("aws_eip", &free, json!({"instance": id(&instance)})).unwrap();
    assert_eq!(given["private_ip"], instance["private_ip"]);
    assert!(given["association_id"].as_str().unwrap().starts_with("eipassoc-"), "{given}");
    assert_eq!(given["public_ip"], free["public_ip"]);
    sandbox.delete("aws_internet_gateway", &gateway).unwrap();
    let refused = sandbox.create("aws_eip", json!({"instance": id(&instance)}));
    assert_eq!(code(refused).as_deref(), Some("Gateway.NotAttached"));
    for _ in 0..4 {
        sandbox.made("aws_eip", json!({}));
    }
    assert_eq!(code(sandbox.create("aws_eip", json!({}))).as_deref(), Some("AddressLimitExceeded"));
}

#[test]
fn a_stopped_instance_shows_as_stopped_and_keeps_its_volumes() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let instance = sandbox.made(
        "aws_instance",
        json!({"ami": "ami-1", "instance_type": "t3.micro", "availability_zone": "eu-central-1a"}),
    );
    let volume = sandbox.made("aws_ebs_volume", json!({"availability_zone": "eu-central-1a", "size": 8}));
    let attachment = json!({"volume_id": id(&volume), "instance_id": id(&instance), "device_name": "/dev/sdf"});
    let attachment = sandbox.made("aws_volume_attachment", attachment);
    let config = |state: &str| json!({"instance_id": id(&instance), "state": state});
    let state = sandbox.made("aws_ec2_instance_state", config("stopped"));
    assert_eq!(sandbox.read("aws_instance", &instance)["instance_state"], "stopped");
    let rows = sandbox.world.inventory();
    assert_eq!(rows.iter().find(|r| r.key.kind.as_ref() == "aws_instance").unwrap().status, "stopped");
    let state = sandbox.update("aws_ec2_instance_state", &state, config("running")).unwrap();
    assert_eq!(sandbox.read("aws_instance", &instance)["instance_state"], "running");
    sandbox.delete("aws_ec2_instance_state", &state).unwrap();
    assert!(!sandbox.read("aws_volume_attachment", &attachment).is_null(), "only the state is forgotten");
    let state = sandbox.made("aws_ec2_instance_state", config("stopped"));
    sandbox.lose(&format!("instance={}", id(&instance)));
    assert!(sandbox.read("aws_ec2_instance_state", &state).is_null());
}

#[test]
fn the_settings_of_a_region_count_for_what_is_made_after() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let plain = json!({"availability_zone": "eu-central-1a", "size": 8});
    let before = sandbox.made("aws_ebs_volume", plain.clone());
    let snapshot = sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&before)}));
    let key = sandbox.made("aws_kms_key", json!({}));
    let far_key = sandbox.made("aws_kms_key", json!({"region": "eu-west-1"}));
    let refused = sandbox.create("aws_ebs_default_kms_key", json!({"key_arn": far_key["arn"]}));
    assert_eq!(code(refused).as_deref(), Some("InvalidKmsKey.InvalidKeyId"));
    let on = sandbox.made("aws_ebs_encryption_by_default", json!({}));
    assert_eq!(on["enabled"], true);
    assert_eq!(code(sandbox.create("aws_ebs_encryption_by_default", json!({}))).as_deref(), Some("InvalidRequest"));
    let managed = sandbox.made("aws_ebs_volume", plain.clone());
    assert_eq!(managed["encrypted"], true);
    sandbox.made("aws_ebs_default_kms_key", json!({"key_arn": key["arn"]}));
    let own = sandbox.made("aws_ebs_volume", plain.clone());
    assert_eq!((&own["encrypted"], &own["kms_key_id"]), (&json!(true), &key["arn"]));
    let elsewhere = json!({"availability_zone": "eu-west-1a", "size": 8, "region": "eu-west-1"});
    assert_eq!(sandbox.made("aws_ebs_volume", elsewhere)["encrypted"], false, "the setting is of one region");
    let copy = json!({"source_region": "eu-central-1", "source_snapshot_id": id(&snapshot)});
    let copy = sandbox.made("aws_ebs_snapshot_copy", copy);
    let image = json!({"name": "i", "source_ami_id": "ami-1", "source_ami_region": "eu-central-1"});
    let image = sandbox.made("aws_ami_copy", image);
    let mut tagged = plain;
    tagged["tags"] = json!({"a": "b"});
    let before = sandbox.update("aws_ebs_volume", &before, tagged).unwrap();
    assert_eq!(before["encrypted"], false);
    sandbox.lose(&format!("key={}", key["arn"].as_str().unwrap()));
    let usable: Vec<String> = sandbox.world.usable_copies().iter().map(|c| c.key.id.to_string()).collect();
    for (object, expected) in [(&before, true), (&managed, true), (&own, false), (&copy, false), (&image, false)] {
        assert_eq!(usable.contains(&id(object)), expected, "{object}");
    }
}

#[test]
fn an_image_dies_with_its_key_and_starts_nothing_elsewhere() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({"region": "eu-west-1"}));
    let near_key = sandbox.made("aws_kms_key", json!({}));
    let copy = |key: &Json| json!({"name": "base", "region": "eu-west-1", "source_ami_id": "ami-1", "source_ami_region": "eu-central-1", "encrypted": true, "kms_key_id": key["arn"]});
    assert_eq!(code(sandbox.create("aws_ami_copy", copy(&near_key))).as_deref(), Some("InvalidKmsKey.InvalidKeyId"));
    let image = sandbox.made("aws_ami_copy", copy(&key));
    assert_eq!(code(sandbox.create("aws_ami_copy", copy(&key))).as_deref(), Some("InvalidAMIName.Duplicate"));
    let start = |region: &str| json!({"ami": id(&image), "instance_type": "t3.micro", "region": region});
    assert_eq!(code(sandbox.create("aws_instance", start("eu-central-1"))).as_deref(), Some("InvalidAMIID.NotFound"));
    sandbox.made("aws_instance", start("eu-west-1"));
    sandbox.lose(&format!("key={}", key["arn"].as_str().unwrap()));
    assert_eq!(code(sandbox.create("aws_instance", start("eu-west-1"))).as_deref(), Some("InvalidKmsKey.InvalidState"));
    assert!(sandbox.world.usable_copies().iter().all(|c| *c.key.id != id(&image)));
}

#[test]
fn grants_and_policies_need_a_key_of_the_region() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({}));
    let disabled = sandbox.made("aws_kms_key", json!({"is_enabled": false}));
    let grant = |key: &str| json!({"key_id": key, "grantee_principal": "arn:aws:iam::123456789012:role/r", "operations": ["Decrypt"]});
    let made = sandbox.made("aws_kms_grant", grant(&id(&key)));
    assert_eq!(made["id"], format!("{}:{}", id(&key), made["grant_id"].as_str().unwrap()));
    assert_eq!(code(sandbox.create("aws_kms_grant", grant(&id(&disabled)))).as_deref(), Some("DisabledException"));
    assert_eq!(code(sandbox.create("aws_kms_grant", grant("none"))).as_deref(), Some("NotFoundException"));
    let policy = |key: &str| json!({"key_id": key, "policy": "{}"});
    sandbox.made("aws_kms_key_policy", policy(&id(&disabled)));
    assert_eq!(
        code(sandbox.create("aws_kms_key_policy", policy(&id(&disabled)))).as_deref(),
        Some("AlreadyExistsException")
    );
    assert_eq!(code(sandbox.create("aws_kms_key_policy", policy("none"))).as_deref(), Some("NotFoundException"));
}

#[test]
fn templates_number_their_versions() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let config = |of_type: &str, follow: bool| json!({"name": "t", "image_id": "ami-1", "instance_type": of_type, "update_default_version": follow});
    let first = sandbox.made("aws_launch_template", config("m6i.large", false));
    assert_eq!((&first["latest_version"], &first["default_version"]), (&json!(1), &json!(1)));
    let second = sandbox.update("aws_launch_template", &first, config("m6i.xlarge", false)).unwrap();
    assert_eq!((&second["latest_version"], &second["default_version"]), (&json!(2), &json!(1)));
    let third = sandbox.update("aws_launch_template", &second, config("m6i.2xlarge", true)).unwrap();
    assert_eq!((&third["latest_version"], &third["default_version"]), (&json!(3), &json!(3)));
}
