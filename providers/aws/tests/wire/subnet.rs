//! `aws_subnet`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name, fresh_token};
use gate::{Fault, What, xml};
use serde_json::json;

fn vpc(bench: &Bench, block: &str) -> Thing {
    bench.create("aws_vpc", json!({ "cidr_block": block, "assign_generated_ipv6_cidr_block": true }))
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.30.0.0/16");
    let config = json!({
        "vpc_id": vpc.id(), "cidr_block": "10.30.1.0/24", "availability_zone": "eu-central-1a", "tags": { "Name": "a" },
    });
    let mut subnet = bench.create("aws_subnet", config);
    let (id, seen) = (subnet.id(), subnet.json());
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:subnet/{id}"));
    assert_eq!((&seen["region"], &seen["tags_all"]), (&json!(REGION), &json!({ "Name": "a" })));
    assert_eq!((&seen["owner_id"], &seen["map_public_ip_on_launch"]), (&json!("123456789012"), &json!(false)));
    assert_ne!(subnet.text("availability_zone_id"), "");
    assert_eq!(seen["private_dns_hostname_type_on_launch"], "ip-name");
    for name in [
        "map_public_ip_on_launch",
        "enable_dns64",
        "enable_resource_name_dns_a_record_on_launch",
        "enable_resource_name_dns_aaaa_record_on_launch",
    ] {
        bench.update(&mut subnet, json!({ name: true }));
    }
    bench.update(&mut subnet, json!({ "private_dns_hostname_type_on_launch": "resource-name" }));
    bench.update(&mut subnet, json!({ "enable_lni_at_device_index": 2 }));
    bench.update(&mut subnet, json!({ "enable_lni_at_device_index": 3 }));
    bench.update(&mut subnet, json!({ "enable_lni_at_device_index": null }));
    bench.update(&mut subnet, json!({ "tags": { "Name": "b", "team": "orders" } }));
    bench.imports(&subnet, &id, &[]);
    bench.imports(&subnet, &format!("{id}@{REGION}"), &[]);
    bench.update(&mut subnet, json!({ "map_public_ip_on_launch": null, "enable_dns64": false, "tags": null }));
    bench.replaces(&subnet, json!({ "cidr_block": "10.30.2.0/24" }), &["cidr_block"]);
    bench.replaces(&subnet, json!({ "availability_zone": "eu-central-1b" }), &["availability_zone"]);
    bench.replaces(
        &subnet,
        json!({ "availability_zone": null, "availability_zone_id": "euc1-az0" }),
        &["availability_zone_id"],
    );
    bench.replaces(&subnet, json!({ "vpc_id": "vpc-0123456789abcdef0" }), &["vpc_id"]);
    bench.replaces(&subnet, json!({ "outpost_arn": "arn:aws:outposts:x" }), &["outpost_arn"]);
    bench.replaces(
        &subnet,
        json!({ "cidr_block": null, "ipv6_native": true, "ipv6_cidr_block": "2600:1f14::/64", "vpc_id": "vpc-1" }),
        &["cidr_block", "ipv6_native", "vpc_id"],
    );
    bench.replaces(
        &subnet,
        json!({ "region": OTHER, "availability_zone": "eu-west-1a" }),
        &["availability_zone", "region"],
    );
    bench.imports_nothing("aws_subnet", "subnet-0123456789abcdef0");
    bench.cloud.ec2(REGION, "ModifySubnetAttribute", &[("SubnetId", &id), ("MapPublicIpOnLaunch.Value", "true")]);
    bench.drifted(&subnet, json!({ "map_public_ip_on_launch": true }));
    bench.cloud.ec2(REGION, "DeleteSubnet", &[("SubnetId", &id)]);
    bench.gone(&subnet);
    bench.delete(vpc);
}

#[test]
fn a_zone_by_id_and_an_outpost() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.31.0.0/16");
    let one = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.31.1.0/24" }));
    let config = json!({ "vpc_id": vpc.id(), "cidr_block": "10.31.2.0/24", "availability_zone_id": one.get("availability_zone_id") });
    let other = bench.create("aws_subnet", config);
    assert_eq!(other.get("availability_zone"), one.get("availability_zone"));
    bench.delete(one);
    bench.delete(other);
    bench.delete(vpc);
}

#[test]
fn an_ipv6_block_comes_and_goes() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.32.0.0/16");
    let whole = vpc.text("ipv6_cidr_block");
    let first = whole.replace("/56", "/64");
    let second = whole.replace("00::/56", "01::/64");
    let mut subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.32.1.0/24" }));
    assert!(subnet.get("ipv6_cidr_block").is_null());
    bench.update(&mut subnet, json!({ "ipv6_cidr_block": first }));
    let association = subnet.text("ipv6_cidr_block_association_id");
    assert!(!association.is_empty());
    bench.same(&subnet, json!({ "ipv6_cidr_block": first.to_uppercase() }));
    bench.update(&mut subnet, json!({ "assign_ipv6_address_on_creation": true }));
    bench.replaces(&subnet, json!({ "ipv6_cidr_block": second }), &["ipv6_cidr_block"]);
    bench.update(&mut subnet, json!({ "assign_ipv6_address_on_creation": false }));
    bench.update(&mut subnet, json!({ "ipv6_cidr_block": second }));
    assert_ne!(subnet.text("ipv6_cidr_block_association_id"), association);
    bench.imports(&subnet, &subnet.id(), &[]);
    bench.update(&mut subnet, json!({ "ipv6_cidr_block": null }));
    assert_eq!(subnet.text("ipv6_cidr_block_association_id"), "");
    bench.delete(subnet);
    let native = json!({
        "vpc_id": vpc.id(), "ipv6_native": true, "ipv6_cidr_block": first, "assign_ipv6_address_on_creation": true,
    });
    let native = bench.create("aws_subnet", native);
    assert!(native.get("cidr_block").is_null());
    bench.delete(native);
    bench.delete(vpc);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.33.0.0/16");
    let id = vpc.id();
    let block = "10.33.1.0/24";
    let rows = [
        (json!({ "vpc_id": id }), "It must be set, unless ipv6_native is true."),
        (json!({ "vpc_id": id, "cidr_block": "10.34.1.0/24" }), "not a part of those of VPC"),
        (json!({ "vpc_id": id, "cidr_block": "10.32.0.0/15" }), "from /16 to /28, not /15"),
        (json!({ "vpc_id": id, "cidr_block": block, "ipv6_cidr_block": "2600:1f14::/64" }), "not a part of those"),
        (
            json!({ "vpc_id": id, "cidr_block": block, "ipv6_native": true }),
            "A subnet with IPv6 only has no IPv4 block",
        ),
        (json!({ "vpc_id": id, "ipv6_native": true }), "A subnet with IPv6 only needs ipv6_cidr_block."),
        (
            json!({ "vpc_id": id, "cidr_block": block, "assign_ipv6_address_on_creation": true }),
            "The subnet has no IPv6 block",
        ),
        (
            json!({ "vpc_id": id, "cidr_block": block, "availability_zone": "us-east-1a" }),
            "Zone us-east-1a is not in region eu-central-1.",
        ),
        (
            json!({ "vpc_id": id, "cidr_block": block, "availability_zone": "eu-central-1a",
                    "availability_zone_id": "euc1-az2" }),
            "Only one of availability_zone, availability_zone_id can be set",
        ),
        (
            json!({ "vpc_id": id, "cidr_block": block, "customer_owned_ipv4_pool": "p" }),
            "needs map_customer_owned_ip_on_launch, outpost_arn",
        ),
        (
            json!({ "vpc_id": id, "cidr_block": block, "private_dns_hostname_type_on_launch": "name" }),
            "must be one of ip-name, resource-name",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_subnet", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    // A VPC that is not there yet, or that nobody knows, refuses nothing.
    for vpc in [json!("vpc-0123456789abcdef0"), json!({ "$unknown": true })] {
        let config = json!({ "vpc_id": vpc, "cidr_block": "10.1.0.0/24", "ipv6_native": { "$unknown": true } });
        assert!(!bench.plan("aws_subnet", None, &config).1.has_errors());
    }
    bench.delete(vpc);
}

/// Ids of subnets with a block.
fn with_block(bench: &Bench, block: &str) -> Vec<String> {
    let found =
        bench.cloud.ec2(REGION, "DescribeSubnets", &[("Filter.1.Name", "cidr-block"), ("Filter.1.Value.1", block)]);
    xml::texts(&found, "subnetId")
}

#[test]
fn a_lost_answer_makes_no_second_subnet() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.35.0.0/16");
    let (block, name) = ("10.35.1.0/24", fresh_name("lost"));
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateSubnet").containing(&name));
    let config =
        json!({ "vpc_id": vpc.id(), "cidr_block": block, "map_public_ip_on_launch": true, "tags": { "Name": name } });
    let subnet = bench.create("aws_subnet", config.clone());
    assert_eq!(with_block(&bench, block), [subnet.id()]);
    // The host sends the create again after a crash: the same object.
    let (planned, _) = bench.plan("aws_subnet", None, &config);
    let again = bench.apply("aws_subnet", None, &planned.clone().unwrap(), &config, &fresh_token(), true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    assert_eq!(with_block(&bench, block), [subnet.id()]);
    // Without a repetition the block is somebody else's.
    let other = bench.apply("aws_subnet", None, &planned.unwrap(), &config, &fresh_token(), false);
    assert!(other.diagnostics.has_errors());
    // Nor is a subnet with other tags ours.
    let mut strange = config.clone();
    strange["tags"] = json!({ "Name": "somebody else's" });
    let (planned, _) = bench.plan("aws_subnet", None, &strange);
    let other = bench.apply("aws_subnet", None, &planned.unwrap(), &strange, &fresh_token(), true);
    assert!(other.diagnostics.has_errors());
    bench.delete(subnet);
    bench.delete(vpc);
}

#[test]
fn a_subnet_in_use_is_waited_for_until_the_time_is_over() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.36.0.0/16");
    let config = json!({ "vpc_id": vpc.id(), "cidr_block": "10.36.1.0/24", "timeouts": { "delete": "2s" } });
    let subnet = bench.create("aws_subnet", config);
    let refusal =
        What::Refuse { status: 400, code: "DependencyViolation".into(), message: "It has dependencies.".into() };
    bench.cloud.gate().inject(Fault::new(refusal.clone()).on("DeleteSubnet").containing(&subnet.id()).times(10));
    let why = bench.try_delete(&subnet).unwrap_err();
    assert!(why.contains("DependencyViolation: It has dependencies.") && why.contains("Request id:"), "{why}");
    let subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.36.2.0/24" }));
    bench.cloud.gate().inject(Fault::new(refusal).on("DeleteSubnet").containing(&subnet.id()).times(2));
    bench.delete(subnet);
}

/// What an Outpost's subnet has for itself.
#[test]
fn of_an_outpost() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.37.0.0/16");
    let outpost = "arn:aws:outposts:eu-central-1:123456789012:outpost/op-0123456789abcdef0";
    let mut subnet = bench.create(
        "aws_subnet",
        json!({ "vpc_id": vpc.id(), "cidr_block": "10.37.1.0/24", "outpost_arn": outpost,
                "customer_owned_ipv4_pool": "ipv4pool-coip-1", "map_customer_owned_ip_on_launch": true,
                "enable_lni_at_device_index": 1 }),
    );
    assert_eq!((subnet.text("outpost_arn").as_str(), subnet.get("enable_lni_at_device_index")), (outpost, json!(1)));
    bench.imports(&subnet, &subnet.id(), &[]);
    bench.update(&mut subnet, json!({ "customer_owned_ipv4_pool": "ipv4pool-coip-2" }));
    bench.update(&mut subnet, json!({ "customer_owned_ipv4_pool": null, "map_customer_owned_ip_on_launch": null }));
    let id = subnet.id();
    let lni = [("SubnetId", id.as_str()), ("EnableLniAtDeviceIndex", "4")];
    bench.cloud.ec2(REGION, "ModifySubnetAttribute", &lni);
    bench.drifted(&subnet, json!({ "enable_lni_at_device_index": 4 }));
    bench.delete(subnet);
    bench.delete(vpc);
}

/// All that can be set when the subnet is made.
#[test]
fn made_with_everything() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.38.0.0/16");
    let block = vpc.text("ipv6_cidr_block").replace("/56", "/64");
    let subnet = bench.create(
        "aws_subnet",
        json!({ "vpc_id": vpc.id(), "cidr_block": "10.38.1.0/24", "ipv6_cidr_block": block,
                "assign_ipv6_address_on_creation": true, "enable_dns64": true, "map_public_ip_on_launch": true,
                "enable_resource_name_dns_a_record_on_launch": true,
                "enable_resource_name_dns_aaaa_record_on_launch": true,
                "private_dns_hostname_type_on_launch": "resource-name", "timeouts": { "create": "3m" } }),
    );
    bench.imports(&subnet, &subnet.id(), &[]);
    let id = subnet.id();
    for (param, name) in [
        ("AssignIpv6AddressOnCreation.Value", "assign_ipv6_address_on_creation"),
        ("EnableDns64.Value", "enable_dns64"),
        ("EnableResourceNameDnsARecordOnLaunch.Value", "enable_resource_name_dns_a_record_on_launch"),
        ("EnableResourceNameDnsAAAARecordOnLaunch.Value", "enable_resource_name_dns_aaaa_record_on_launch"),
    ] {
        bench.cloud.ec2(REGION, "ModifySubnetAttribute", &[("SubnetId", &id), (param, "false")]);
        bench.drifted(&subnet, json!({ name: false }));
    }
    bench.delete(subnet);
    bench.delete(vpc);
}

/// Interfaces that hold a subnet are named; those that Lambda has left behind are removed.
#[test]
fn interfaces_that_hold_it() {
    let bench = Bench::new();
    let vpc = vpc(&bench, "10.39.0.0/16");
    let config = json!({ "vpc_id": vpc.id(), "cidr_block": "10.39.1.0/24", "timeouts": { "delete": "2s" } });
    let subnet = bench.create("aws_subnet", config);
    let interface = |description: &str| {
        let params = [("SubnetId", subnet.id()), ("Description", description.to_owned())];
        let params: Vec<(&str, &str)> = params.iter().map(|(name, text)| (*name, text.as_str())).collect();
        xml::text(&bench.cloud.ec2(REGION, "CreateNetworkInterface", &params), "networkInterfaceId").unwrap()
    };
    let (left, other) = (interface("AWS Lambda VPC ENI-orders-1"), interface("aws-K8S-i-0123456789abcdef0"));
    let why = bench.try_delete(&subnet).unwrap_err();
    assert!(why.contains(&format!("Network interfaces hold it: {other} (available, \"aws-K8S-i-0123")), "{why}");
    assert!(!why.contains(&left), "{why}");
    bench.cloud.ec2(REGION, "DeleteNetworkInterface", &[("NetworkInterfaceId", &other)]);
    bench.delete(subnet);
    bench.delete(vpc);
}

#[test]
fn a_zone_that_is_not_there() {
    let bench = Bench::new();
    let config = json!({ "availability_zone": "eu-central-1x", "size": 1 });
    let (_, said) = bench.try_create("aws_ebs_volume", config).unwrap_err();
    assert!(said.contains("InvalidZone.NotFound") && said.contains("aws_availability_zones"), "{said}");
    assert!(!said.contains("moment ago"), "{said}");
    let vpc = vpc(&bench, "10.40.0.0/16");
    let subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.40.1.0/24" }));
    let config = json!({ "ami": "ami-0123456789abcdef0", "instance_type": "m5.large", "subnet_id": subnet.id() });
    let (_, said) = bench.try_create("aws_instance", config).unwrap_err();
    assert!(said.contains("InvalidAMIID.NotFound") && said.contains("aws_ami_copy"), "{said}");
    assert!(!said.contains("moment ago"), "{said}");
    bench.delete(subnet);
    bench.delete(vpc);
}
