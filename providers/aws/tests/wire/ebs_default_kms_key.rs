//! `aws_ebs_default_kms_key`. Europe (Paris) is used by nobody else: the setting is the region's.

use crate::bench::{Bench, REGION};
use gate::{Fault, What};
use serde_json::json;

const HERE: &str = "eu-west-3";
const KIND: &str = "aws_ebs_default_kms_key";

fn key(bench: &Bench) -> String {
    bench.cloud.kms(HERE, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

#[test]
fn a_life() {
    let bench = Bench::in_region(HERE);
    let (one, other) = (key(&bench), key(&bench));
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("ModifyEbsDefaultKmsKeyId").region(HERE));
    let setting = bench.create(KIND, json!({ "key_arn": one }));
    assert_eq!((setting.text("key_arn"), setting.id()), (one.clone(), one.clone()));
    let volume = json!({ "availability_zone": "eu-west-3a", "size": 1, "encrypted": true });
    assert_eq!(bench.create("aws_ebs_volume", volume).text("kms_key_id"), one);
    bench.replaces(&setting, json!({ "key_arn": other }), &["key_arn"]);
    bench.imports(&setting, &one, &[]);
    bench.imports_nothing(KIND, &other);
    bench.cloud.ec2(HERE, "ModifyEbsDefaultKmsKeyId", &[("KmsKeyId", &other)]);
    bench.drifted(&setting, json!({ "key_arn": other }));
    bench.try_delete(&setting).unwrap();
    let said = bench.cloud.ec2(HERE, "GetEbsDefaultKmsKeyId", &[]);
    assert!(!said.contains(&one) && !said.contains(&other), "{said}");
    bench.try_delete(&setting).unwrap();
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::in_region(HERE);
    let rows = [
        ("1234abcd-12ab-34cd-56ef-1234567890ab".to_owned(), "is no ARN"),
        (format!("arn:aws:kms:{HERE}:123456789012:alias/mine"), "not of an alias"),
        (
            format!("arn:aws:kms:{REGION}:123456789012:key/mrk-1"),
            "The key is of region eu-central-1, the default is set in",
        ),
    ];
    for (arn, expected) in rows {
        let said = bench.refuses(KIND, json!({ "key_arn": arn }));
        assert!(said.contains(expected), "{arn}\n{said}");
    }
    assert!(!bench.plan(KIND, None, &json!({ "key_arn": { "$unknown": true } })).1.has_errors());
}
