//! The three examples on AWS: applied, read back with the AWS API, planned again, changed behind our back, destroyed.

use drform_cloud::{Tool, Work};
use gate::{Cloud, xml};
use serde_json::json;
use std::collections::BTreeMap;

const HOME: &str = "eu-central-1";
const WEST: &str = "eu-west-1";

/// The element of an answer's set that belongs to an id.
fn described(cloud: &Cloud, region: &str, operation: &str, id_parameter: &str, id: &str) -> String {
    cloud.ec2(region, operation, &[(id_parameter, id)])
}

fn one(xml: &str, name: &str) -> String {
    xml::text(xml, name).unwrap_or_else(|| panic!("no {name} in {xml}"))
}

/// After a destroy nothing is there but keys that wait for their deletion.
pub(crate) fn nothing_is_left<R: AsRef<str>>(cloud: &Cloud, ids: &[(R, String, serde_json::Value)]) {
    for (region, address, object) in ids {
        let (region, id) = (region.as_ref(), object["id"].as_str().unwrap());
        let gone = match address.split('.').next().unwrap() {
            "aws_instance" => {
                let seen = cloud.try_ec2(region, "DescribeInstances", &[("InstanceId.1", id)]);
                seen.map_or(true, |xml| xml::text(&xml, "name").is_none_or(|state| state == "terminated"))
            }
            "aws_ebs_volume" => cloud.try_ec2(region, "DescribeVolumes", &[("VolumeId.1", id)]).is_err(),
            "aws_ebs_snapshot" | "aws_ebs_snapshot_copy" => {
                cloud.try_ec2(region, "DescribeSnapshots", &[("SnapshotId.1", id)]).is_err()
            }
            "aws_vpc" => cloud.try_ec2(region, "DescribeVpcs", &[("VpcId.1", id)]).is_err(),
            "aws_subnet" => cloud.try_ec2(region, "DescribeSubnets", &[("SubnetId.1", id)]).is_err(),
            "aws_placement_group" => cloud.try_ec2(region, "DescribePlacementGroups", &[("GroupName.1", id)]).is_err(),
            "aws_kms_key" | "aws_kms_replica_key" => {
                let key = cloud.kms(region, "DescribeKey", json!({ "KeyId": id }));
                matches!(key["KeyMetadata"]["KeyState"].as_str(), Some("PendingDeletion" | "PendingReplicaDeletion"))
            }
            _ => true,
        };
        assert!(gone, "{address} ({id}) is still there");
    }
}

/// Objects of a state, with the region that each is in.
fn objects(work: &Work) -> Vec<(&'static str, String, serde_json::Value)> {
    let objects = work.objects().into_iter();
    objects.map(|(address, object)| (if object["region"] == WEST { WEST } else { HOME }, address, object)).collect()
}

/// What all examples promise, around what is particular to one.
fn promised(example: &str, look: impl FnOnce(&Cloud, &Work)) {
    let cloud = Cloud::start();
    let work = Work::example(Tool::Drform, example, &cloud);
    work.apply();
    look(&cloud, &work);
    work.no_changes();
    let made = objects(&work);
    // Somebody turns the first instance's name around.
    let (_, address, instance) = made.iter().find(|(_, address, _)| address.starts_with("aws_instance.")).unwrap();
    let id = instance["id"].as_str().unwrap();
    cloud.ec2(HOME, "CreateTags", &[("ResourceId.1", id), ("Tag.1.Key", "Name"), ("Tag.1.Value", "somebody-else")]);
    let drift = work.run(&["drift"]);
    assert_eq!(drift.code, 2, "{}", drift.text);
    assert!(drift.text.contains(address) && drift.text.contains("somebody-else"), "{}", drift.text);
    work.apply();
    work.no_changes();
    work.destroy();
    nothing_is_left(&cloud, &made);
}

#[test]
fn postgres_ha() {
    promised("postgres-ha", |cloud, work| {
        let (key, replica) = (work.object("aws_kms_key.pg"), work.object("aws_kms_replica_key.west"));
        for node in ["primary", "standby"] {
            let volume = work.object(&format!("aws_ebs_volume.pg[\"{node}\"]"));
            let seen = described(cloud, HOME, "DescribeVolumes", "VolumeId.1", volume["id"].as_str().unwrap());
            assert_eq!(one(&seen, "encrypted"), "true");
            assert_eq!(one(&seen, "kmsKeyId"), key["arn"].as_str().unwrap());
        }
        let zone = |node: &str| {
            let instance = work.object(&format!("aws_instance.pg[\"{node}\"]"));
            let seen = described(cloud, HOME, "DescribeInstances", "InstanceId.1", instance["id"].as_str().unwrap());
            assert!(xml::texts(&seen, "groupName").contains(&"orders-pg".to_owned()), "{seen}");
            one(&seen, "availabilityZone")
        };
        assert_ne!(zone("primary"), zone("standby"));
        let copy = work.object("aws_ebs_snapshot_copy.west");
        let seen = described(cloud, WEST, "DescribeSnapshots", "SnapshotId.1", copy["id"].as_str().unwrap());
        assert_eq!(one(&seen, "encrypted"), "true");
        assert_eq!(one(&seen, "kmsKeyId"), replica["arn"].as_str().unwrap());
    });
}

#[test]
fn kafka_six() {
    promised("kafka-six", |cloud, work| {
        let mut zones: BTreeMap<String, usize> = BTreeMap::new();
        for broker in 0..6 {
            let instance = work.object(&format!("aws_instance.broker[\"broker-{broker}\"]"));
            let seen = described(cloud, HOME, "DescribeInstances", "InstanceId.1", instance["id"].as_str().unwrap());
            *zones.entry(one(&seen, "availabilityZone")).or_default() += 1;
        }
        assert_eq!(zones.into_values().collect::<Vec<_>>(), [2, 2, 2]);
    });
}

#[test]
fn single_node() {
    promised("single-node", |cloud, work| {
        let volume = work.object("aws_ebs_volume.dev");
        let seen = described(cloud, HOME, "DescribeVolumes", "VolumeId.1", volume["id"].as_str().unwrap());
        assert_eq!(one(&seen, "instanceId"), work.object("aws_instance.dev")["id"].as_str().unwrap());
    });
}
