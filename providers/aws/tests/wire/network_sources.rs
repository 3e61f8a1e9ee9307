//! Data sources `aws_vpc`, `aws_subnets`, `aws_ec2_instance_type_offerings`.

use crate::bench::{Bench, REGION, fresh_name};
use serde_json::json;

#[test]
fn vpcs_and_subnets() {
    let bench = Bench::new();
    let tags = json!({ "Name": fresh_name("look") });
    let vpc = bench.create("aws_vpc", json!({ "cidr_block": "10.60.0.0/16", "tags": tags }));
    let subnets = [1, 2].map(|i| {
        let config =
            json!({ "vpc_id": vpc.id(), "cidr_block": format!("10.60.{i}.0/24"), "tags": { "n": i.to_string() } });
        bench.create("aws_subnet", config)
    });
    for config in [
        json!({ "id": vpc.id() }),
        json!({ "tags": tags }),
        json!({ "filter": [{ "name": "vpc-id", "values": [vpc.id()] }] }),
        json!({ "cidr_block": "10.60.0.0/16", "state": "available" }),
    ] {
        let seen = bench.data("aws_vpc", config);
        for name in ["id", "arn", "cidr_block", "enable_dns_support", "main_route_table_id", "owner_id", "tags"] {
            assert_eq!(seen[name], vpc.get(name), "{name}");
        }
        assert_eq!((&seen["default"], &seen["state"]), (&json!(false), &json!("available")));
        assert_eq!(seen["cidr_block_associations"][0]["cidr_block"], "10.60.0.0/16");
        assert_eq!(seen["cidr_block_associations"][0]["state"], "associated");
    }
    let why = bench.try_data("aws_vpc", json!({ "tags": { "Name": "nobody" } })).unwrap_err();
    assert!(why.contains("0 VPCs fit, one must."), "{why}");
    assert_eq!(bench.data("aws_vpc", json!({ "default": true }))["cidr_block"], "172.31.0.0/16");
    let filter = json!([{ "name": "vpc-id", "values": [vpc.id()] }]);
    let all = bench.data("aws_subnets", json!({ "filter": filter }));
    assert_eq!((all["ids"].as_array().unwrap().len(), &all["id"]), (2, &json!(REGION)));
    let one = bench.data("aws_subnets", json!({ "filter": filter, "tags": { "n": "2" } }));
    assert_eq!(one["ids"], json!([subnets[1].id()]));
    assert_eq!(bench.data("aws_subnets", json!({ "tags": { "n": "nobody" } }))["ids"], json!([]));
    for subnet in subnets {
        bench.delete(subnet);
    }
    bench.delete(vpc);
}

#[test]
fn offerings() {
    let bench = Bench::new();
    let filter = json!([{ "name": "instance-type", "values": ["t3.micro"] }]);
    let here = bench.data("aws_ec2_instance_type_offerings", json!({ "filter": filter }));
    assert_eq!(here["instance_types"], json!(["t3.micro"]));
    assert_eq!((&here["locations"], &here["location_types"]), (&json!([REGION]), &json!(["region"])));
    let config = json!({ "filter": filter, "location_type": "availability-zone" });
    let zones = bench.data("aws_ec2_instance_type_offerings", config);
    assert_eq!(zones["locations"].as_array().unwrap().len(), 3);
    let why = bench.try_data("aws_ec2_instance_type_offerings", json!({ "location_type": "city" })).unwrap_err();
    assert!(why.contains("location_type must be one of region"), "{why}");
}
