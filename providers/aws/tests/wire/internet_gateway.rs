//! `aws_internet_gateway`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use gate::{Fault, What, xml};
use serde_json::json;

#[test]
fn a_life() {
    let bench = Bench::new();
    let [one, other] =
        ["10.40.0.0/16", "10.41.0.0/16"].map(|block| bench.create("aws_vpc", json!({ "cidr_block": block })));
    let mut gateway = bench.create("aws_internet_gateway", json!({ "vpc_id": one.id(), "tags": { "Name": "a" } }));
    let (id, seen) = (gateway.id(), gateway.json());
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:internet-gateway/{id}"));
    assert_eq!((&seen["owner_id"], &seen["tags_all"]), (&json!("123456789012"), &json!({ "Name": "a" })));
    bench.update(&mut gateway, json!({ "vpc_id": other.id() }));
    bench.update(&mut gateway, json!({ "tags": { "Name": "b" } }));
    bench.update(&mut gateway, json!({ "tags": null }));
    bench.same(&gateway, json!({ "vpc_id": null }));
    bench.replaces(&gateway, json!({ "region": OTHER }), &["region"]);
    bench.imports(&gateway, &id, &[]);
    bench.imports_nothing("aws_internet_gateway", "igw-0123456789abcdef0");
    bench.cloud.ec2(REGION, "DetachInternetGateway", &[("InternetGatewayId", &id), ("VpcId", &other.id())]);
    bench.drifted(&gateway, json!({ "vpc_id": "" }));
    // What somebody detached is deleted all the same.
    bench.delete(gateway);
    let gateway = bench.create("aws_internet_gateway", json!({}));
    assert_eq!(gateway.text("vpc_id"), "");
    bench.cloud.ec2(REGION, "DeleteInternetGateway", &[("InternetGatewayId", &gateway.id())]);
    bench.gone(&gateway);
    bench.delete(one);
    bench.delete(other);
}

#[test]
fn a_detach_that_is_refused_for_a_while() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.42.0.0/16" }));
    let gateway = bench.create("aws_internet_gateway", json!({ "vpc_id": vpc.id() }));
    let why = "Network vpc-1 has some mapped public address(es).";
    let refusal = What::Refuse { status: 400, code: "DependencyViolation".into(), message: why.into() };
    bench.cloud.gate().inject(Fault::new(refusal).on("DetachInternetGateway").containing(&gateway.id()).times(2));
    bench.delete(gateway);
    bench.delete(vpc);
}

#[test]
fn lost_answers() {
    let bench = Bench::new();
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.43.0.0/16" }));
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("AttachInternetGateway").containing(&vpc.id()));
    bench.delete(bench.create("aws_internet_gateway", json!({ "vpc_id": vpc.id() })));
    let name = fresh_name("lost");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateInternetGateway").containing(&name));
    let config = json!({ "tags": { "Name": name } });
    let Err((thing, said)) = bench.try_create("aws_internet_gateway", config) else { panic!("made") };
    assert!(thing.is_none() && said.contains("Nobody knows whether the request was carried out."), "{said}");
    let filter = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name.as_str())];
    let ids = xml::texts(&bench.cloud.ec2(REGION, "DescribeInternetGateways", &filter), "internetGatewayId");
    assert_eq!(ids.len(), 1);
    bench.cloud.ec2(REGION, "DeleteInternetGateway", &[("InternetGatewayId", &ids[0])]);
    bench.delete(vpc);
}
