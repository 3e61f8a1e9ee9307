//! Data source `aws_ebs_volume`.

use crate::bench::{Bench, fresh_name};
use serde_json::json;

#[test]
fn one_volume() {
    let bench = Bench::new();
    let name = fresh_name("volume-source");
    let make = || {
        let config =
            json!({ "availability_zone": "eu-central-1a", "size": 4, "type": "gp3", "tags": { "Name": name } });
        bench.create("aws_ebs_volume", config)
    };
    let old = make();
    let filter = json!([{ "name": "tag:Name", "values": [name] }, { "name": "volume-type", "values": ["gp2", "gp3"] }]);
    let found = bench.data("aws_ebs_volume", json!({ "filter": filter }));
    for attribute in [
        "id",
        "arn",
        "availability_zone",
        "create_time",
        "encrypted",
        "iops",
        "kms_key_id",
        "region",
        "size",
        "snapshot_id",
        "tags",
        "throughput",
    ] {
        assert_eq!(found[attribute], old.get(attribute), "{attribute}");
    }
    assert_eq!((&found["volume_id"], &found["volume_type"]), (&json!(old.id()), &json!("gp3")));
    assert_eq!((&found["multi_attach_enabled"], &found["outpost_arn"]), (&json!(false), &json!("")));
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let new = make();
    let said = bench.try_data("aws_ebs_volume", json!({ "filter": filter })).unwrap_err();
    assert!(said.contains("2 volumes fit."), "{said}");
    let newest = bench.data("aws_ebs_volume", json!({ "filter": filter, "most_recent": true }));
    assert_eq!(newest["id"], json!(new.id()));
    let nothing = json!([{ "name": "tag:Name", "values": [fresh_name("nobody")] }]);
    let said = bench.try_data("aws_ebs_volume", json!({ "filter": nothing })).unwrap_err();
    assert!(said.contains("No volume fits."), "{said}");
}
