//! `aws_vpc`.

use crate::bench::{Bench, OTHER, REGION};
use gate::{Fault, What, xml};
use serde_json::json;

#[test]
fn a_life() {
    let bench = Bench::new();
    let mut vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.20.0.0/16", "tags": { "Name": "net" } }));
    let (id, seen) = (vpc.id(), vpc.json());
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:vpc/{id}"));
    assert_eq!((&seen["region"], &seen["tags_all"]), (&json!(REGION), &json!({ "Name": "net" })));
    assert_eq!((&seen["owner_id"], &seen["instance_tenancy"]), (&json!("123456789012"), &json!("default")));
    assert_eq!((&seen["enable_dns_support"], &seen["enable_dns_hostnames"]), (&json!(true), &json!(false)));
    assert_eq!((&seen["ipv6_cidr_block"], &seen["ipv6_association_id"]), (&json!(""), &json!("")));
    for (name, prefix) in [
        ("default_network_acl_id", "acl-"),
        ("default_route_table_id", "rtb-"),
        ("main_route_table_id", "rtb-"),
        ("default_security_group_id", "sg-"),
    ] {
        assert!(vpc.text(name).starts_with(prefix), "{name}: {seen}");
    }
    assert_ne!(vpc.text("dhcp_options_id"), "");
    bench.update(&mut vpc, json!({ "enable_dns_hostnames": true }));
    bench.update(&mut vpc, json!({ "enable_dns_hostnames": false, "enable_dns_support": false }));
    bench.update(&mut vpc, json!({ "enable_dns_hostnames": true, "enable_dns_support": true }));
    bench.update(&mut vpc, json!({ "enable_network_address_usage_metrics": true }));
    bench.update(&mut vpc, json!({ "tags": { "Name": "other", "team": "orders" } }));
    bench.update(&mut vpc, json!({ "tags": null }));
    bench.replaces(&vpc, json!({ "cidr_block": "10.21.0.0/16" }), &["cidr_block"]);
    bench.replaces(&vpc, json!({ "instance_tenancy": "dedicated" }), &["instance_tenancy"]);
    bench.replaces(&vpc, json!({ "ipv4_ipam_pool_id": "ipam-pool-1" }), &["ipv4_ipam_pool_id"]);
    bench.replaces(&vpc, json!({ "region": OTHER }), &["region"]);
    bench.imports(&vpc, &id, &[]);
    bench.imports(&vpc, &format!("{id}@{REGION}"), &[]);
    bench.imports_nothing("aws_vpc", "vpc-0123456789abcdef0");
    bench.cloud.ec2(REGION, "ModifyVpcAttribute", &[("VpcId", &id), ("EnableDnsHostnames.Value", "false")]);
    bench.drifted(&vpc, json!({ "enable_dns_hostnames": false }));
    bench.cloud.ec2(REGION, "DeleteVpc", &[("VpcId", &id)]);
    bench.gone(&vpc);
}

#[test]
fn tenancy_goes_to_default_in_place() {
    let bench = Bench::new();
    let mut vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.22.0.0/16", "instance_tenancy": "dedicated" }));
    assert_eq!(vpc.text("instance_tenancy"), "dedicated");
    bench.update(&mut vpc, json!({ "instance_tenancy": null }));
    bench.delete(vpc);
}

#[test]
fn an_ipv6_block_comes_and_goes() {
    let bench = Bench::new();
    let config = json!({ "cidr_block": "10.23.0.0/16", "assign_generated_ipv6_cidr_block": true });
    let mut vpc = bench.create("aws_vpc", config);
    let (block, association) = (vpc.text("ipv6_cidr_block"), vpc.text("ipv6_association_id"));
    assert!(block.ends_with("/56"), "{block}");
    assert!(!association.is_empty());
    bench.imports(&vpc, &vpc.id(), &[]);
    bench.update(&mut vpc, json!({ "assign_generated_ipv6_cidr_block": false }));
    assert_eq!((vpc.text("ipv6_cidr_block"), vpc.text("ipv6_association_id")), (String::new(), String::new()));
    bench.update(&mut vpc, json!({ "assign_generated_ipv6_cidr_block": true }));
    assert_ne!(vpc.text("ipv6_association_id"), association);
    assert!(vpc.text("ipv6_cidr_block").ends_with("/56"));
    bench.update(&mut vpc, json!({ "assign_generated_ipv6_cidr_block": null }));
    assert_eq!(vpc.text("ipv6_cidr_block"), "");
    bench.delete(vpc);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({}), "One of cidr_block, ipv4_ipam_pool_id must be set."),
        (json!({ "cidr_block": "10.0.0.0/8" }), "from /16 to /28, not /8"),
        (json!({ "cidr_block": "10.0.0.1/16" }), "does not begin with the first address"),
        (json!({ "cidr_block": "ten" }), "is no block of addresses"),
        (json!({ "cidr_block": "10.0.0.0/16", "instance_tenancy": "host" }), "must be one of default, dedicated"),
        (json!({ "ipv4_ipam_pool_id": "p", "ipv4_netmask_length": 12 }), "must be from 16 to 28; it is 12"),
        (
            json!({ "cidr_block": "10.0.0.0/16", "ipv4_ipam_pool_id": "p", "ipv4_netmask_length": 16 }),
            "Only one of cidr_block, ipv4_netmask_length can be set",
        ),
        (
            json!({ "cidr_block": "10.0.0.0/16", "ipv6_ipam_pool_id": "p", "ipv6_netmask_length": 57 }),
            "It must be 44, 48, 52, 56 or 60.",
        ),
        (json!({ "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "2600::/56" }), "needs ipv6_ipam_pool_id"),
        (
            json!({ "cidr_block": "10.0.0.0/16", "ipv6_cidr_block_network_border_group": "x" }),
            "needs assign_generated_ipv6_cidr_block",
        ),
        (
            json!({ "cidr_block": "10.0.0.0/16", "enable_dns_support": false, "enable_dns_hostnames": true }),
            "Host names need DNS support",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_vpc", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "cidr_block": { "$unknown": true }, "enable_dns_hostnames": { "$unknown": true } });
    assert!(!bench.plan("aws_vpc", None, &unknown).1.has_errors());
}

#[test]
fn a_lost_answer_makes_no_second_vpc() {
    let bench = Bench::new();
    let block = "10.24.17.0/24";
    let fault = Fault::new(What::CutAfter).on("CreateVpc").containing("10.24.17.0");
    bench.cloud.gate().inject(fault);
    let Err((thing, said)) = bench.try_create("aws_vpc", json!({ "cidr_block": block })) else { panic!("made") };
    assert!(thing.is_none());
    assert!(said.contains("Nobody knows whether the request was carried out."), "{said}");
    let found = bench.cloud.ec2(REGION, "DescribeVpcs", &[("Filter.1.Name", "cidr"), ("Filter.1.Value.1", block)]);
    let ids = xml::texts(&found, "vpcId");
    assert_eq!(ids.len(), 1, "{found}");
    bench.cloud.ec2(REGION, "DeleteVpc", &[("VpcId", &ids[0])]);
}

#[test]
fn a_vpc_in_use_is_waited_for() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.25.0.0/16" }));
    let id = vpc.id();
    let refusal = What::Refuse { status: 400, code: "DependencyViolation".into(), message: "It is in use.".into() };
    bench.cloud.gate().inject(Fault::new(refusal).on("DeleteVpc").containing(&id).times(2));
    bench.delete(vpc);
}
