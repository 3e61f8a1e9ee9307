//! `aws_ebs_encryption_by_default`. Europe (Stockholm) is used by nobody else: the setting is the region's.

use crate::bench::Bench;
use serde_json::json;

const HERE: &str = "eu-north-1";

fn enabled(bench: &Bench) -> bool {
    let said = bench.cloud.ec2(HERE, "GetEbsEncryptionByDefault", &[]);
    said.contains("<ebsEncryptionByDefault>true</ebsEncryptionByDefault>")
}

#[test]
fn a_life() {
    let bench = Bench::in_region(HERE);
    let mut setting = bench.create("aws_ebs_encryption_by_default", json!({}));
    assert_eq!((setting.get("enabled"), setting.id()), (json!(true), HERE.to_owned()));
    assert!(enabled(&bench));
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-north-1a", "size": 1 }));
    assert_eq!(volume.get("encrypted"), json!(true));
    bench.update(&mut setting, json!({ "enabled": false }));
    assert!(!enabled(&bench));
    bench.update(&mut setting, json!({ "enabled": true }));
    bench.same(&setting, json!({ "enabled": null }));
    bench.replaces(&setting, json!({ "region": "eu-west-1" }), &["region"]);
    bench.imports(&setting, "default", &[]);
    bench.imports(&setting, &format!("default@{HERE}"), &[]);
    bench.cloud.ec2(HERE, "DisableEbsEncryptionByDefault", &[]);
    bench.drifted(&setting, json!({ "enabled": false }));
    bench.cloud.ec2(HERE, "EnableEbsEncryptionByDefault", &[]);
    bench.try_delete(&setting).unwrap();
    assert!(!enabled(&bench));
    bench.try_delete(&setting).unwrap();
}
