//! Data sources `aws_availability_zones`, `aws_partition`, `aws_region`.

use crate::bench::{Bench, OTHER, REGION};
use serde_json::json;

#[test]
fn zones() {
    let bench = Bench::new();
    let all = bench.data("aws_availability_zones", json!({ "state": "available" }));
    assert_eq!(all["names"], json!(["eu-central-1a", "eu-central-1b", "eu-central-1c"]));
    assert_eq!((&all["id"], &all["region"]), (&json!(REGION), &json!(REGION)));
    // The emulator tells no groups of zones.
    assert!(all["group_names"].is_array());
    let ids = all["zone_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 3);
    let without = json!({ "exclude_names": ["eu-central-1a"], "exclude_zone_ids": [ids[1]] });
    assert_eq!(bench.data("aws_availability_zones", without)["zone_ids"], json!([ids[2]]));
    let filter = json!([{ "name": "zone-name", "values": ["eu-central-1b", "eu-central-1c"] }]);
    let some = bench.data("aws_availability_zones", json!({ "filter": filter, "timeouts": { "read": "1m" } }));
    assert_eq!(some["names"], json!(["eu-central-1b", "eu-central-1c"]));
    let elsewhere = bench.data("aws_availability_zones", json!({ "region": OTHER, "all_availability_zones": true }));
    assert_eq!((&elsewhere["id"], &elsewhere["names"][0]), (&json!(OTHER), &json!("eu-west-1a")));
    let why = bench.try_data("aws_availability_zones", json!({ "state": "open" })).unwrap_err();
    assert!(why.contains("state must be one of available"), "{why}");
}

#[test]
fn partitions() {
    let rows = [
        (REGION, "aws", "amazonaws.com", "com.amazonaws"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com", "com.amazonaws"),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov", "gov.sgov.sc2s"),
    ];
    for (region, partition, suffix, prefix) in rows {
        let bench = Bench::in_region(region);
        let expected =
            json!({ "id": partition, "partition": partition, "dns_suffix": suffix, "reverse_dns_prefix": prefix });
        assert_eq!(bench.data("aws_partition", json!({})), expected);
    }
}

#[test]
fn regions() {
    let bench = Bench::new();
    let here = bench.data("aws_region", json!({}));
    assert_eq!(
        here,
        json!({ "id": REGION, "name": REGION, "region": REGION, "description": "Europe (Frankfurt)",
                "endpoint": "ec2.eu-central-1.amazonaws.com" })
    );
    for config in [
        json!({ "region": OTHER }),
        json!({ "name": OTHER }),
        json!({ "endpoint": "ec2.eu-west-1.amazonaws.com" }),
        json!({ "endpoint": "ec2.eu-west-1.amazonaws.com", "name": OTHER }),
    ] {
        let there = bench.data("aws_region", config);
        assert_eq!((&there["id"], &there["description"]), (&json!(OTHER), &json!("Europe (Ireland)")));
    }
    let rows = [
        (json!({ "name": "eu-west-9" }), "There is no region eu-west-9."),
        (json!({ "endpoint": "ec2.example.com" }), "No region has the EC2 endpoint ec2.example.com."),
        (
            json!({ "endpoint": "ec2.eu-west-1.amazonaws.com", "name": REGION }),
            "that of eu-west-1, not of eu-central-1",
        ),
        (json!({ "region": OTHER, "name": REGION }), "remove one of them"),
    ];
    for (config, expected) in rows {
        let why = bench.try_data("aws_region", config).unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}
