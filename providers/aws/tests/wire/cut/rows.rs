//! The types that a repetition makes once: by a client token, a natural key, or because they are a setting.

use crate::bench::{OTHER, REGION};
use crate::kms_key::policy;
use gate::{Cloud, xml};
use serde_json::{Value as Json, json};

/// One type.
pub(super) struct Row {
    pub(super) kind: &'static str,
    /// Its configuration, for a name that no other object has; what it needs is made here.
    pub(super) config: fn(&Cloud, &str) -> Json,
    /// How many objects there are of a configuration.
    pub(super) count: fn(&Cloud, &Json) -> usize,
}

const fn row(kind: &'static str, config: fn(&Cloud, &str) -> Json, count: fn(&Cloud, &Json) -> usize) -> Row {
    Row { kind, config, count }
}

/// An image that the emulator has everywhere.
const IMAGE: &str = "ami-12c6146b";
/// Where only the switch of encryption is turned.
const SWITCHED: &str = "eu-west-3";
const PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJG5ti3DIaBTde5T9hu8EArmlZYefzkyWdvJccTwmdZ2";
const ROLE: &str = "arn:aws:iam::123456789012:role/app";

pub(super) const ROWS: &[Row] = &[
    row(
        "aws_ami_copy",
        |_, name| {
            json!({ "name": name, "source_ami_id": IMAGE, "source_ami_region": OTHER, "description": "abroad",
                    "deprecation_time": "2035-01-01T12:00:00Z", "tags": { "Name": name } })
        },
        |cloud, config| found(cloud, "DescribeImages", ("name", text(config, "name")), "imageId"),
    ),
    row(
        "aws_ebs_default_kms_key",
        |cloud, _| json!({ "key_arn": key(cloud, json!({}), "Arn") }),
        |cloud, config| {
            let set = cloud.ec2(REGION, "GetEbsDefaultKmsKeyId", &[]);
            set.matches(text(config, "key_arn")).count()
        },
    ),
    row(
        "aws_ebs_encryption_by_default",
        |cloud, _| {
            cloud.ec2(SWITCHED, "DisableEbsEncryptionByDefault", &[]);
            json!({ "enabled": true, "region": SWITCHED })
        },
        |cloud, _| cloud.ec2(SWITCHED, "GetEbsEncryptionByDefault", &[]).matches(">true<").count(),
    ),
    row(
        "aws_ebs_volume",
        |_, name| json!({ "availability_zone": "eu-central-1a", "size": 1, "tags": { "Name": name } }),
        |cloud, config| found(cloud, "DescribeVolumes", ("tag:Name", tag(config)), "volumeId"),
    ),
    row(
        "aws_ec2_instance_state",
        |cloud, _| json!({ "instance_id": instance(cloud), "state": "stopped", "force": true }),
        |cloud, config| {
            let seen = cloud.ec2(REGION, "DescribeInstances", &[("InstanceId.1", text(config, "instance_id"))]);
            seen.matches("<name>stopped</name>").count()
        },
    ),
    row(
        "aws_instance",
        |cloud, name| {
            let subnet = subnet(cloud, &vpc(cloud), "10.0.1.0/24");
            json!({
                "ami": IMAGE, "instance_type": "m5.large", "subnet_id": subnet, "user_data": "#!/bin/sh\necho hello",
                "tags": { "Name": name }, "source_dest_check": false,
                "root_block_device": { "volume_size": 20, "volume_type": "gp3", "tags": { "disk": "root" } },
                "metadata_options": { "http_endpoint": "enabled", "http_tokens": "required" },
            })
        },
        |cloud, config| found(cloud, "DescribeInstances", ("tag:Name", tag(config)), "instanceId"),
    ),
    row(
        "aws_key_pair",
        |_, name| json!({ "key_name": name, "public_key": PUBLIC, "tags": { "Name": name } }),
        |cloud, config| found(cloud, "DescribeKeyPairs", ("tag:Name", tag(config)), "keyPairId"),
    ),
    row(
        "aws_key_pair",
        |_, name| json!({ "key_name_prefix": "made-up-", "public_key": PUBLIC, "tags": { "Name": name } }),
        |cloud, config| found(cloud, "DescribeKeyPairs", ("tag:Name", tag(config)), "keyPairId"),
    ),
    row(
        "aws_kms_alias",
        |cloud, name| json!({ "name": format!("alias/{name}"), "target_key_id": key(cloud, json!({}), "KeyId") }),
        aliases,
    ),
    row(
        "aws_kms_alias",
        |cloud, _| json!({ "name_prefix": "alias/made-up-", "target_key_id": key(cloud, json!({}), "KeyId") }),
        aliases,
    ),
    row(
        "aws_kms_grant",
        |cloud, name| {
            json!({ "key_id": key(cloud, json!({}), "KeyId"), "grantee_principal": ROLE, "operations": ["Decrypt"],
                    "name": name })
        },
        grants,
    ),
    row(
        "aws_kms_grant",
        |cloud, _| json!({ "key_id": key(cloud, json!({}), "KeyId"), "grantee_principal": ROLE, "operations": ["Decrypt"] }),
        grants,
    ),
    row(
        "aws_kms_key_policy",
        |cloud, name| json!({ "key_id": key(cloud, json!({}), "KeyId"), "policy": policy(name) }),
        |cloud, config| {
            let asked = json!({ "KeyId": config["key_id"], "PolicyName": "default" });
            let there = cloud.kms(REGION, "GetKeyPolicy", asked)["Policy"].clone();
            let parsed = |policy: &Json| serde_json::from_str::<Json>(policy.as_str().unwrap()).unwrap();
            usize::from(parsed(&there) == parsed(&config["policy"]))
        },
    ),
    row(
        "aws_kms_replica_key",
        |cloud, name| {
            let primary = key(cloud, json!({ "MultiRegion": true }), "Arn");
            json!({ "primary_key_arn": primary, "region": OTHER, "description": name, "enabled": false,
                    "tags": { "Name": name } })
        },
        |cloud, config| {
            let seen = cloud.kms(REGION, "DescribeKey", json!({ "KeyId": config["primary_key_arn"] }));
            seen["KeyMetadata"]["MultiRegionConfiguration"]["ReplicaKeys"].as_array().map_or(0, Vec::len)
        },
    ),
    row(
        "aws_launch_template",
        |_, name| {
            json!({ "name": name, "image_id": IMAGE, "instance_type": "t3.micro", "user_data": "aGVsbG8=",
                    "tags": { "Name": name }, "description": "one" })
        },
        |cloud, config| found(cloud, "DescribeLaunchTemplates", ("tag:Name", tag(config)), "launchTemplateId"),
    ),
    row(
        "aws_launch_template",
        |_, name| json!({ "name_prefix": "made-up-", "image_id": IMAGE, "tags": { "Name": name } }),
        |cloud, config| found(cloud, "DescribeLaunchTemplates", ("tag:Name", tag(config)), "launchTemplateId"),
    ),
    row(
        "aws_placement_group",
        |_, name| json!({ "name": name, "strategy": "spread", "tags": { "Name": name } }),
        |cloud, config| found(cloud, "DescribePlacementGroups", ("group-name", text(config, "name")), "groupId"),
    ),
    row(
        "aws_route",
        |cloud, _| {
            let vpc = vpc(cloud);
            let (out, table) =
                (gateway(cloud, &vpc), made(cloud, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId"));
            json!({ "route_table_id": table, "destination_cidr_block": "0.0.0.0/0", "gateway_id": out })
        },
        |cloud, config| {
            let seen = cloud.ec2(REGION, "DescribeRouteTables", &[("RouteTableId.1", text(config, "route_table_id"))]);
            seen.matches("<destinationCidrBlock>0.0.0.0/0<").count()
        },
    ),
    row(
        "aws_route_table",
        |cloud, name| {
            let vpc = vpc(cloud);
            let out = gateway(cloud, &vpc);
            let six = made(cloud, "CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)], "egressOnlyInternetGatewayId");
            json!({ "vpc_id": vpc, "tags": { "Name": name },
                    "route": [whole_route(json!({ "cidr_block": "0.0.0.0/0", "gateway_id": out })),
                              whole_route(json!({ "ipv6_cidr_block": "::/0", "egress_only_gateway_id": six }))] })
        },
        |cloud, config| found(cloud, "DescribeRouteTables", ("tag:Name", tag(config)), "propagatingVgwSet"),
    ),
    row(
        "aws_route_table_association",
        |cloud, _| {
            let vpc = vpc(cloud);
            let table = made(cloud, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
            json!({ "subnet_id": subnet(cloud, &vpc, "10.0.1.0/24"), "route_table_id": table })
        },
        |cloud, config| {
            let of = ("association.subnet-id", text(config, "subnet_id"));
            found(cloud, "DescribeRouteTables", of, "routeTableAssociationId")
        },
    ),
    row(
        "aws_security_group",
        |cloud, name| {
            let rule = json!({ "cidr_blocks": ["10.0.0.0/8"], "description": "web", "from_port": 443, "to_port": 443,
                               "protocol": "tcp", "ipv6_cidr_blocks": [], "prefix_list_ids": [],
                               "security_groups": [], "self": true });
            json!({ "name": name, "vpc_id": vpc(cloud), "ingress": [rule.clone()], "egress": [rule],
                    "tags": { "Name": name } })
        },
        groups,
    ),
    row("aws_security_group", |cloud, _| json!({ "name_prefix": "made-up-", "vpc_id": vpc(cloud) }), groups),
    row(
        "aws_subnet",
        |cloud, name| {
            json!({ "vpc_id": vpc(cloud), "cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": true,
                    "tags": { "Name": name } })
        },
        |cloud, config| found(cloud, "DescribeSubnets", ("vpc-id", text(config, "vpc_id")), "subnetId"),
    ),
    row(
        "aws_volume_attachment",
        |cloud, _| {
            let asked = [("AvailabilityZone", "eu-central-1a"), ("Size", "1")];
            let volume = made(cloud, "CreateVolume", &asked, "volumeId");
            json!({ "device_name": "/dev/sdh", "volume_id": volume, "instance_id": instance(cloud) })
        },
        |cloud, config| {
            let seen = cloud.ec2(REGION, "DescribeVolumes", &[("VolumeId.1", text(config, "volume_id"))]);
            seen.matches("<instanceId>").count()
        },
    ),
];

/// What an operation makes: the text of an element of the answer.
pub(super) fn made(cloud: &Cloud, operation: &str, params: &[(&str, &str)], element: &str) -> String {
    let answer = cloud.ec2(REGION, operation, params);
    xml::text(&answer, element).unwrap_or_else(|| panic!("no {element} in {answer}"))
}

/// How often an element stands in the answer to a question with a filter.
fn found(cloud: &Cloud, operation: &str, (filter, value): (&str, &str), element: &str) -> usize {
    let answer = cloud.ec2(REGION, operation, &[("Filter.1.Name", filter), ("Filter.1.Value.1", value)]);
    answer.matches(&format!("<{element}>")).count()
}

pub(super) fn text<'a>(config: &'a Json, name: &str) -> &'a str {
    config[name].as_str().unwrap()
}

fn tag(config: &Json) -> &str {
    text(&config["tags"], "Name")
}

pub(super) fn vpc(cloud: &Cloud) -> String {
    made(cloud, "CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId")
}

fn subnet(cloud: &Cloud, vpc: &str, cidr: &str) -> String {
    let asked = [("VpcId", vpc), ("CidrBlock", cidr), ("AvailabilityZone", "eu-central-1a")];
    made(cloud, "CreateSubnet", &asked, "subnetId")
}

fn gateway(cloud: &Cloud, vpc: &str) -> String {
    let id = made(cloud, "CreateInternetGateway", &[], "internetGatewayId");
    cloud.ec2(REGION, "AttachInternetGateway", &[("InternetGatewayId", &id), ("VpcId", vpc)]);
    id
}

fn instance(cloud: &Cloud) -> String {
    let asked = [
        ("ImageId", IMAGE),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("Placement.AvailabilityZone", "eu-central-1a"),
    ];
    made(cloud, "RunInstances", &asked, "instanceId")
}

fn key(cloud: &Cloud, asked: Json, told: &str) -> String {
    cloud.kms(REGION, "CreateKey", asked)["KeyMetadata"][told].as_str().unwrap().to_owned()
}

fn aliases(cloud: &Cloud, config: &Json) -> usize {
    let listed = cloud.kms(REGION, "ListAliases", json!({ "KeyId": config["target_key_id"] }));
    listed["Aliases"].as_array().unwrap().len()
}

fn grants(cloud: &Cloud, config: &Json) -> usize {
    cloud.kms(REGION, "ListGrants", json!({ "KeyId": config["key_id"] }))["Grants"].as_array().unwrap().len()
}

/// The groups of the VPC but the default one.
fn groups(cloud: &Cloud, config: &Json) -> usize {
    let of = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", text(config, "vpc_id"))];
    let seen = cloud.ec2(REGION, "DescribeSecurityGroups", &of);
    seen.matches("<groupDescription>").count() - 1
}

/// A route with every attribute as it is stored.
fn whole_route(more: Json) -> Json {
    let names = [
        "carrier_gateway_id",
        "cidr_block",
        "core_network_arn",
        "destination_prefix_list_id",
        "egress_only_gateway_id",
        "gateway_id",
        "ipv6_cidr_block",
        "local_gateway_id",
        "nat_gateway_id",
        "network_interface_id",
        "transit_gateway_id",
        "vpc_endpoint_id",
        "vpc_peering_connection_id",
    ];
    let mut route: Json = names.into_iter().map(|name| (name.to_owned(), json!(""))).collect();
    for (name, value) in more.as_object().unwrap() {
        route[name] = value.clone();
    }
    route
}
