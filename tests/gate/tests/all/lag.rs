//! States that take time.

use drform_gate::{Cloud, Lag, xml};
use serde_json::json;

use crate::raw::{self, IMAGE};

fn get(cloud: &Cloud, region: &str, body: &str) -> String {
    raw::ec2(cloud, region, body).unwrap().1
}

/// What a Describe says, poll after poll.
fn polls(cloud: &Cloud, region: &str, body: &str, name: &str, n: usize) -> Vec<String> {
    let one = |_| {
        let text = get(cloud, region, body);
        xml::text(&text, "Code").or_else(|| {
            xml::parse(&text)?
                .all(name)
                .first()
                .map(|e| if e.text.is_empty() { e.at("name").to_string() } else { e.text.clone() })
        })
    };
    (0..n).map(|n| one(n).unwrap_or_default()).collect()
}

#[test]
fn instances_and_disks_go_through_their_states() {
    let cloud = Cloud::shared();
    let r = "ap-northeast-2";
    cloud.gate().lag(
        r,
        Lag { unseen: 1, instance: 2, volume: 1, snapshot: 2, attachment: 1, modification: 2, ..Lag::default() },
    );
    let made = get(cloud, r, &format!("Action=RunInstances&ImageId={IMAGE}&MinCount=1&MaxCount=1"));
    let i = xml::text(&made, "instanceId").unwrap();
    let describe = format!("Action=DescribeInstances&InstanceId.1={i}");
    let states = polls(cloud, r, &describe, "instanceState", 4);
    assert_eq!(states, ["InvalidInstanceID.NotFound", "pending", "pending", "running"]);
    let zone = xml::text(&get(cloud, r, &describe), "availabilityZone").unwrap();
    let made = get(cloud, r, &format!("Action=CreateVolume&AvailabilityZone={zone}&Size=1&VolumeType=gp3"));
    let v = xml::text(&made, "volumeId").unwrap();
    let attach = format!("Action=AttachVolume&VolumeId={v}&InstanceId={i}&Device=/dev/sdf");
    assert_eq!(xml::text(&get(cloud, r, &attach), "Code").as_deref(), Some("IncorrectState"));
    let volume = format!("Action=DescribeVolumes&VolumeId.1={v}");
    assert_eq!(polls(cloud, r, &volume, "status", 3), ["InvalidVolume.NotFound", "creating", "available"]);
    get(cloud, r, &attach);
    let state = || {
        let found = xml::parse(&get(cloud, r, &volume)).unwrap();
        let v = &found.child("volumeSet").unwrap().children[0];
        (v.at("status").to_string(), v.at("attachmentSet/item/status").to_string())
    };
    assert_eq!(
        [state(), state()],
        [("in-use", "attaching"), ("in-use", "attached")].map(|(a, b)| (a.into(), b.into()))
    );
    get(cloud, r, &format!("Action=ModifyVolume&VolumeId={v}&Size=2"));
    let again = get(cloud, r, &format!("Action=ModifyVolume&VolumeId={v}&Size=3"));
    assert_eq!(xml::text(&again, "Code").as_deref(), Some("IncorrectModificationState"));
    let modified = format!("Action=DescribeVolumesModifications&VolumeId.1={v}");
    assert_eq!(polls(cloud, r, &modified, "modificationState", 3), ["modifying", "optimizing", "completed"]);
    let snapshot = xml::text(&get(cloud, r, &format!("Action=CreateSnapshot&VolumeId={v}")), "snapshotId").unwrap();
    let describe_snapshot = format!("Action=DescribeSnapshots&SnapshotId.1={snapshot}");
    let states = polls(cloud, r, &describe_snapshot, "progress", 4);
    assert_eq!(states, ["InvalidSnapshot.NotFound", "0%", "50%", "100%"]);
    get(cloud, r, &format!("Action=DetachVolume&VolumeId={v}"));
    assert_eq!([state(), state()], [("in-use", "detaching"), ("available", "")].map(|(a, b)| (a.into(), b.into())));
    get(cloud, r, &format!("Action=DeleteVolume&VolumeId={v}"));
    assert_eq!(polls(cloud, r, &volume, "status", 2), ["deleting", "InvalidVolume.NotFound"]);
    get(cloud, r, &format!("Action=TerminateInstances&InstanceId.1={i}"));
    let states = polls(cloud, r, &describe, "instanceState", 3);
    assert_eq!(states, ["shutting-down", "shutting-down", "terminated"]);
}

#[test]
fn images_and_replica_keys_take_their_time() {
    let cloud = Cloud::shared();
    let (r, far) = ("us-east-1", "eu-south-1");
    cloud.gate().lag(far, Lag { image: 1, replica: 2, ..Lag::default() });
    let copy = get(cloud, far, &format!("Action=CopyImage&SourceRegion={r}&SourceImageId={IMAGE}&Name=slow"));
    let image = xml::text(&copy, "imageId").unwrap();
    let describe = format!("Action=DescribeImages&ImageId.1={image}");
    assert_eq!(polls(cloud, far, &describe, "imageState", 2), ["pending", "available"]);

    let key =
        cloud.kms(r, "CreateKey", json!({"MultiRegion": true}))["KeyMetadata"]["KeyId"].as_str().unwrap().to_string();
    cloud.kms(r, "ReplicateKey", json!({"KeyId": key, "ReplicaRegion": far}));
    let used = cloud.try_kms(far, "Encrypt", json!({"KeyId": key, "Plaintext": "aGk="})).unwrap_err();
    assert_eq!(used["__type"], json!("KMSInvalidStateException"));
    let state = || {
        let (_, text) = raw::kms(cloud, far, "DescribeKey", &json!({"KeyId": key}).to_string()).unwrap();
        let found: serde_json::Value = serde_json::from_str(&text).unwrap();
        found["KeyMetadata"]["KeyState"].as_str().unwrap().to_string()
    };
    assert_eq!([state(), state(), state()], ["Creating", "Creating", "Enabled"]);
}
