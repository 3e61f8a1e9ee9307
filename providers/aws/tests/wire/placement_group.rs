//! `aws_placement_group`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use gate::{Fault, What};
use serde_json::json;

#[test]
fn a_life() {
    let bench = Bench::new();
    let name = fresh_name("pg");
    let kind = "aws_placement_group";
    let mut group = bench.create(kind, json!({ "name": name, "strategy": "spread", "tags": { "a": "b" } }));
    let seen = group.json();
    assert_eq!(seen["id"], name);
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:placement-group/{name}"));
    assert_eq!((&seen["spread_level"], &seen["partition_count"]), (&json!("rack"), &json!(0)));
    assert!(group.text("placement_group_id").starts_with("pg-"));
    bench.update(&mut group, json!({ "tags": { "a": "c", "d": "e" } }));
    bench.update(&mut group, json!({ "tags": null }));
    bench.replaces(&group, json!({ "name": "other" }), &["name"]);
    bench.replaces(&group, json!({ "strategy": "cluster" }), &["strategy"]);
    bench.replaces(&group, json!({ "spread_level": "host" }), &["spread_level"]);
    bench.replaces(&group, json!({ "region": OTHER }), &["region"]);
    bench.imports(&group, &name, &[]);
    bench.imports_nothing(kind, "no-such-group");
    let id = group.text("placement_group_id");
    bench.cloud.ec2(REGION, "CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "who"), ("Tag.1.Value", "me")]);
    bench.drifted(&group, json!({ "tags": { "who": "me" } }));
    bench.cloud.ec2(REGION, "DeletePlacementGroup", &[("GroupName", &name)]);
    bench.gone(&group);
}

#[test]
fn partitions() {
    let bench = Bench::new();
    let kind = "aws_placement_group";
    let config = json!({ "name": fresh_name("pg"), "strategy": "partition", "partition_count": 3 });
    let group = bench.create(kind, config);
    assert_eq!(group.get("partition_count"), 3);
    bench.replaces(&group, json!({ "partition_count": 4 }), &["partition_count"]);
    bench.delete(group);
    let group = bench.create(kind, json!({ "name": fresh_name("pg"), "strategy": "partition" }));
    assert_eq!(group.get("partition_count"), 2);
    bench.delete(group);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "name": "x", "strategy": "apart" }), "strategy must be one of cluster, partition, spread"),
        (json!({ "name": "x", "strategy": "partition", "partition_count": 8 }), "from 0 to 7"),
        (json!({ "name": "x", "strategy": "spread", "partition_count": 2 }), "strategy spread has no partitions"),
        (json!({ "name": "x", "strategy": "cluster", "spread_level": "rack" }), "strategy cluster has no spread level"),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_placement_group", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "name": "x", "strategy": { "$unknown": true }, "partition_count": 2 });
    assert!(!bench.plan("aws_placement_group", None, &unknown).1.has_errors());
}

#[test]
fn an_answer_that_is_lost_makes_no_second_group_and_takes_none_away() {
    let bench = Bench::new();
    let name = fresh_name("pg");
    let config = json!({ "name": name, "strategy": "spread" });
    let cut = Fault::new(What::CutAfter).on("CreatePlacementGroup").containing(&name).times(1);
    bench.cloud.gate().inject(cut);
    let group = bench.create("aws_placement_group", config.clone());
    let (_, said) = bench.try_create("aws_placement_group", config.clone()).unwrap_err();
    assert!(said.contains("InvalidPlacementGroup.Duplicate") && said.contains("Import it"), "{said}");
    // A repetition by the host is the same group; one that is different is not taken over.
    let planned = bench.plan("aws_placement_group", None, &config).0.unwrap();
    let again = bench.apply("aws_placement_group", None, &planned, &config, "again", true);
    assert!(!again.diagnostics.has_errors() && again.object.is_some());
    let other = json!({ "name": name, "strategy": "cluster" });
    let planned = bench.plan("aws_placement_group", None, &other).0.unwrap();
    let again = bench.apply("aws_placement_group", None, &planned, &other, "again", true);
    assert!(again.diagnostics.has_errors() && again.object.is_none_or(|object| object.value.is_null()));
    bench.delete(group);
}

/// Instances that are being terminated count for a while.
#[test]
fn a_group_in_use_is_waited_for() {
    let bench = Bench::new();
    let name = fresh_name("pg");
    let group = bench.create("aws_placement_group", json!({ "name": name, "strategy": "spread" }));
    let in_use =
        What::Refuse { status: 400, code: "InvalidPlacementGroup.InUse".into(), message: "It is in use.".into() };
    bench.cloud.gate().inject(Fault::new(in_use).on("DeletePlacementGroup").containing(&name).times(2));
    bench.delete(group);
}
