//! `aws_eip`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use gate::{Fault, What, xml};
use serde_json::json;

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.50.0.0/16" }));
    let subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.50.1.0/24" }));
    let interfaces = [1, 2].map(|_| {
        let made = bench.cloud.ec2(REGION, "CreateNetworkInterface", &[("SubnetId", &subnet.id())]);
        xml::text(&made, "networkInterfaceId").unwrap()
    });
    let config = json!({ "domain": "vpc", "network_interface": interfaces[0], "tags": { "Name": "a" } });
    let mut eip = bench.create("aws_eip", config);
    let (id, seen) = (eip.id(), eip.json());
    assert_eq!((&seen["allocation_id"], &seen["domain"]), (&json!(id), &json!("vpc")));
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:elastic-ip/{id}"));
    let public = eip.text("public_ip").replace('.', "-");
    assert_eq!(eip.text("public_dns"), format!("ec2-{public}.{REGION}.compute.amazonaws.com"));
    let private = eip.text("private_ip").replace('.', "-");
    assert_eq!(eip.text("private_dns"), format!("ip-{private}.{REGION}.compute.internal"));
    let association = eip.text("association_id");
    bench.update(&mut eip, json!({ "network_interface": interfaces[1] }));
    assert_ne!(eip.text("association_id"), association);
    bench.update(&mut eip, json!({ "tags": { "Name": "b" } }));
    bench.update(&mut eip, json!({ "tags": null }));
    bench.same(&eip, json!({ "network_interface": null }));
    for (name, value) in [
        ("address", "203.0.113.1"),
        ("domain", "standard"),
        ("ipam_pool_id", "ipam-pool-1"),
        ("network_border_group", "x"),
        ("public_ipv4_pool", "ipv4pool-ec2-1"),
        ("region", OTHER),
    ] {
        bench.replaces(&eip, json!({ name: value }), &[name]);
    }
    bench.only_written(&mut eip, "customer_owned_ipv4_pool", json!("ipv4pool-coip-1"));
    bench.only_written(&mut eip, "customer_owned_ipv4_pool", json!(null));
    bench.cloud.ec2(REGION, "ModifyAddressAttribute", &[("AllocationId", &id), ("DomainName", "www.example.com.")]);
    assert_eq!(bench.read(&eip).unwrap()["ptr_record"], "www.example.com");
    bench.cloud.ec2(REGION, "ResetAddressAttribute", &[("AllocationId", &id), ("Attribute", "domain-name")]);
    bench.next_operation();
    bench.imports(&eip, &id, &[]);
    bench.imports_nothing("aws_eip", "eipalloc-0123456789abcdef0");
    bench.imports_nothing("aws_eip", "203.0.113.1");
    bench.cloud.ec2(REGION, "DisassociateAddress", &[("AssociationId", &eip.text("association_id"))]);
    bench.drifted(&eip, json!({ "association_id": "", "network_interface": "" }));
    bench.cloud.ec2(REGION, "ReleaseAddress", &[("AllocationId", &id)]);
    bench.gone(&eip);
    for interface in interfaces {
        bench.cloud.ec2(REGION, "DeleteNetworkInterface", &[("NetworkInterfaceId", &interface)]);
    }
    let free = bench.create("aws_eip", json!({}));
    assert_eq!((free.text("association_id"), free.text("private_dns")), (String::new(), String::new()));
    bench.delete(free);
    bench.delete(subnet);
    bench.delete(vpc);
}

#[test]
fn a_lost_answer_makes_no_second_address() {
    let bench = Bench::new();
    let name = fresh_name("lost");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("AllocateAddress").containing(&name));
    let Err((thing, said)) = bench.try_create("aws_eip", json!({ "tags": { "Name": name } })) else { panic!("made") };
    assert!(thing.is_none() && said.contains("Nobody knows whether the request was carried out."), "{said}");
    let filter = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name.as_str())];
    let ids = xml::texts(&bench.cloud.ec2(REGION, "DescribeAddresses", &filter), "allocationId");
    assert_eq!(ids.len(), 1);
    bench.cloud.ec2(REGION, "ReleaseAddress", &[("AllocationId", &ids[0])]);
}

#[test]
fn of_an_instance() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.51.0.0/16" }));
    let subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.51.1.0/24" }));
    let images = [("Filter.1.Name", "owner-alias"), ("Filter.1.Value.1", "amazon")];
    let ami = xml::text(&bench.cloud.ec2(REGION, "DescribeImages", &images), "imageId").unwrap();
    let config = json!({ "ami": ami, "instance_type": "m5.large", "subnet_id": subnet.id() });
    let instances = [1, 2].map(|_| bench.create("aws_instance", config.clone()));
    let mut eip = bench.create("aws_eip", json!({ "domain": "vpc", "instance": instances[0].id() }));
    assert_eq!(eip.get("network_interface"), instances[0].get("primary_network_interface_id"));
    assert_eq!(eip.get("private_ip"), instances[0].get("private_ip"));
    bench.imports(&eip, &eip.id(), &[]);
    bench.update(&mut eip, json!({ "instance": instances[1].id() }));
    assert_eq!(eip.get("network_interface"), instances[1].get("primary_network_interface_id"));
    bench.cloud.ec2(REGION, "DisassociateAddress", &[("AssociationId", &eip.text("association_id"))]);
    bench.drifted(&eip, json!({ "instance": "", "association_id": "" }));
    bench.delete(eip);
    for instance in instances {
        bench.delete(instance);
    }
    bench.delete(subnet);
    bench.delete(vpc);
}

/// Another private address of the same interface is another association.
#[test]
fn with_a_private_address() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.52.0.0/16" }));
    let subnet = bench.create("aws_subnet", json!({ "vpc_id": vpc.id(), "cidr_block": "10.52.1.0/24" }));
    let (first, second) = ("10.52.1.10", "10.52.1.11");
    let asked = [
        ("SubnetId", subnet.id()),
        ("PrivateIpAddresses.1.PrivateIpAddress", first.into()),
        ("PrivateIpAddresses.1.Primary", "true".into()),
        ("PrivateIpAddresses.2.PrivateIpAddress", second.into()),
        ("PrivateIpAddresses.2.Primary", "false".into()),
    ];
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let made = bench.cloud.ec2(REGION, "CreateNetworkInterface", &asked);
    let interface = xml::text(&made, "networkInterfaceId").unwrap();
    let eip = bench.create("aws_eip", json!({ "domain": "vpc" }));
    // Somebody has associated it with the first address meanwhile: that is not what is asked for.
    let other =
        [("AllocationId", eip.id()), ("NetworkInterfaceId", interface.clone()), ("PrivateIpAddress", first.into())];
    let other: Vec<(&str, &str)> = other.iter().map(|(name, text)| (*name, text.as_str())).collect();
    bench.cloud.ec2(REGION, "AssociateAddress", &other);
    let before = bench.cloud.gate().requests().len();
    let mut eip = eip;
    bench.update(&mut eip, json!({ "network_interface": interface, "associate_with_private_ip": second }));
    let sent = bench.cloud.gate().requests().split_off(before);
    let sent = sent.iter().any(|r| r.operation == "AssociateAddress" && r.body.contains(second));
    assert!(sent, "nothing was associated with {second}");
    bench.delete(eip);
    bench.cloud.ec2(REGION, "DeleteNetworkInterface", &[("NetworkInterfaceId", &interface)]);
    bench.delete(subnet);
    bench.delete(vpc);
}
