//! Data source `aws_ebs_snapshot`.

use crate::bench::{Bench, REGION, fresh_name};
use serde_json::json;

#[test]
fn one_snapshot() {
    let bench = Bench::new();
    let name = fresh_name("snapshot-source");
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-central-1a", "size": 4 }));
    let make = || {
        let config = json!({ "volume_id": volume.id(), "description": "nightly", "tags": { "Name": name } });
        bench.create("aws_ebs_snapshot", config)
    };
    let old = make();
    let found = bench.data("aws_ebs_snapshot", json!({ "snapshot_ids": [old.id()], "owners": ["self"] }));
    for attribute in
        ["id", "arn", "description", "encrypted", "kms_key_id", "owner_id", "storage_tier", "volume_id", "volume_size"]
    {
        assert_eq!(found[attribute], old.get(attribute), "{attribute}");
    }
    assert_eq!((&found["snapshot_id"], &found["state"]), (&json!(old.id()), &json!("completed")));
    assert_eq!((&found["tags"], &found["region"]), (&json!({ "Name": name }), &json!(REGION)));
    assert!(found["start_time"].as_str().unwrap().starts_with("20"), "{found}");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let new = make();
    let filter = json!([{ "name": "tag:Name", "values": [name] }]);
    let said = bench.try_data("aws_ebs_snapshot", json!({ "filter": filter })).unwrap_err();
    assert!(said.contains("2 snapshots fit."), "{said}");
    let newest = bench.data("aws_ebs_snapshot", json!({ "filter": filter, "most_recent": true }));
    assert_eq!(newest["id"], json!(new.id()));
    let nothing = json!([{ "name": "tag:Name", "values": [fresh_name("nobody")] }]);
    let said = bench.try_data("aws_ebs_snapshot", json!({ "filter": nothing })).unwrap_err();
    assert!(said.contains("No snapshot fits."), "{said}");
    let said = bench.try_data("aws_ebs_snapshot", json!({ "snapshot_ids": ["snap-0123456789abcdef0"] })).unwrap_err();
    assert!(said.contains("Could not find the EBS snapshot"), "{said}");
}
