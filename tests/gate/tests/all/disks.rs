//! Volumes, snapshots, images, encryption.

use drform_gate::{Cloud, xml};
use serde_json::json;

use crate::raw::{self, IMAGE, code, launch, one};

fn key(cloud: &Cloud, region: &str) -> String {
    cloud.kms(region, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_string()
}

#[test]
fn volumes_are_attached_in_their_zone_and_once() {
    let cloud = Cloud::shared();
    let r = "eu-west-2";
    let volume = one(cloud, r, "CreateVolume", &[("AvailabilityZone", "eu-west-2b"), ("Size", "1")], "volumeId");
    let instance = launch(cloud, r, &[("Placement.AvailabilityZone", "eu-west-2a")]);
    let body = format!("Action=AttachVolume&VolumeId={volume}&InstanceId={instance}&Device=/dev/sdf");
    assert_eq!(xml::text(&raw::ec2(cloud, r, &body).unwrap().1, "Code").unwrap(), "InvalidVolume.ZoneMismatch");
    assert_eq!(raw::emulator(cloud, r, &body).0, 200, "the emulator compares zones now");
    let here = one(cloud, r, "CreateVolume", &[("AvailabilityZone", "eu-west-2a"), ("Size", "1")], "volumeId");
    let attach = [("VolumeId", here.as_str()), ("InstanceId", instance.as_str()), ("Device", "/dev/sdg")];
    cloud.ec2(r, "AttachVolume", &attach);
    assert_eq!(code(cloud, r, "AttachVolume", &attach), "VolumeInUse");
    assert_eq!(code(cloud, r, "DeleteVolume", &[("VolumeId", &here)]), "VolumeInUse");
    cloud.ec2(r, "DetachVolume", &[("VolumeId", &here)]);
    assert_eq!(
        code(cloud, r, "CreateVolume", &[("AvailabilityZone", "nowhere"), ("Size", "1")]),
        "InvalidZone.NotFound"
    );
}

#[test]
fn snapshots_and_copies_keep_their_encryption() {
    let cloud = Cloud::shared();
    let (r, far) = ("eu-west-2", "eu-west-1");
    let (near_key, far_key) = (key(cloud, r), key(cloud, far));
    let made = [("AvailabilityZone", "eu-west-2a"), ("Size", "4"), ("Encrypted", "true"), ("KmsKeyId", &near_key)];
    let volume = one(cloud, r, "CreateVolume", &made, "volumeId");
    let snapshot = one(cloud, r, "CreateSnapshot", &[("VolumeId", &volume)], "snapshotId");
    let body = format!("Action=DescribeSnapshots&SnapshotId.1={snapshot}");
    assert!(!raw::emulator(cloud, r, &body).1.contains(&near_key), "the emulator keeps the key now");
    assert_eq!(xml::texts(&raw::ec2(cloud, r, &body).unwrap().1, "kmsKeyId"), [near_key.as_str()]);
    // A snapshot stays as large as it was.
    cloud.ec2(r, "ModifyVolume", &[("VolumeId", &volume), ("Size", "6")]);
    assert_eq!(one(cloud, r, "DescribeSnapshots", &[("SnapshotId.1", &snapshot)], "volumeSize"), "4");

    let from = [("SourceRegion", r), ("SourceSnapshotId", snapshot.as_str())];
    let with = |key| [&from[..], &[("Encrypted", "true"), ("KmsKeyId", key)]].concat();
    let look = |id: &str| xml::parse(&cloud.ec2(far, "DescribeSnapshots", &[("SnapshotId.1", id)])).unwrap();
    let copy = one(cloud, far, "CopySnapshot", &with(&far_key), "snapshotId");
    let found = look(&copy);
    let found = &found.child("snapshotSet").unwrap().children[0];
    assert_eq!(
        (found.at("encrypted"), found.at("kmsKeyId"), found.at("volumeId")),
        ("true", far_key.as_str(), "vol-ffffffff")
    );
    // Without a word of it: encrypted all the same, with the default key of the destination.
    let copy = one(cloud, far, "CopySnapshot", &from, "snapshotId");
    let default = one(cloud, far, "GetEbsDefaultKmsKeyId", &[], "kmsKeyId");
    assert_eq!(look(&copy).all("kmsKeyId")[0].text, default);
    // With the source's key, which is of another region: it seems to begin, and ends as an error.
    let copy = one(cloud, far, "CopySnapshot", &with(&near_key), "snapshotId");
    assert_eq!(look(&copy).all("status")[0].text, "error");
    assert!(look(&copy).all("statusMessage")[0].text.starts_with("Given key ID is not accessible"));
    // A volume of it has the snapshot's key, and no less room.
    let from = [("AvailabilityZone", "eu-west-2a"), ("SnapshotId", snapshot.as_str())];
    assert_eq!(one(cloud, r, "CreateVolume", &from, "kmsKeyId"), near_key);
    assert_eq!(code(cloud, r, "CreateVolume", &[&from[..], &[("Size", "3")]].concat()), "InvalidParameterValue");
}

#[test]
fn a_volume_whose_key_cannot_be_used_vanishes() {
    let cloud = Cloud::shared();
    let r = "eu-west-2";
    let key = key(cloud, r);
    cloud.kms(r, "DisableKey", json!({"KeyId": key}));
    let body = format!("Action=CreateVolume&AvailabilityZone=eu-west-2a&Size=1&Encrypted=true&KmsKeyId={key}");
    let (status, made) = raw::ec2(cloud, r, &body).unwrap();
    assert_eq!((status, xml::text(&made, "status").as_deref()), (200, Some("creating")));
    let id = xml::text(&made, "volumeId").unwrap();
    let describe = || raw::ec2(cloud, r, &format!("Action=DescribeVolumes&VolumeId.1={id}")).unwrap();
    assert_eq!(xml::text(&describe().1, "status").as_deref(), Some("creating"));
    assert_eq!(xml::text(&describe().1, "Code").as_deref(), Some("InvalidVolume.NotFound"));
    let without = [("AvailabilityZone", "eu-west-2a"), ("Size", "1"), ("KmsKeyId", &key)];
    assert_eq!(code(cloud, r, "CreateVolume", &without), "InvalidParameterDependency");
}

#[test]
fn encryption_by_default_reaches_volumes_and_copies() {
    let cloud = Cloud::shared();
    let r = "ap-southeast-2";
    let key = key(cloud, r);
    let plain = [("AvailabilityZone", "ap-southeast-2a"), ("Size", "1")];
    let volume = one(cloud, r, "CreateVolume", &plain, "volumeId");
    let snapshot = one(cloud, r, "CreateSnapshot", &[("VolumeId", &volume)], "snapshotId");
    cloud.ec2(r, "EnableEbsEncryptionByDefault", &[]);
    cloud.ec2(r, "ModifyEbsDefaultKmsKeyId", &[("KmsKeyId", &key)]);
    assert_eq!(one(cloud, r, "GetEbsDefaultKmsKeyId", &[], "kmsKeyId"), key);
    assert_eq!(one(cloud, r, "CreateVolume", &plain, "kmsKeyId"), key);
    let copy = [("SourceRegion", r), ("SourceSnapshotId", snapshot.as_str())];
    let copy = one(cloud, r, "CopySnapshot", &copy, "snapshotId");
    assert_eq!(one(cloud, r, "DescribeSnapshots", &[("SnapshotId.1", &copy)], "kmsKeyId"), key);
    let instance = launch(cloud, r, &[]);
    let of = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", instance.as_str())];
    assert_eq!(one(cloud, r, "DescribeVolumes", &of, "kmsKeyId"), key);
    assert_ne!(one(cloud, r, "ResetEbsDefaultKmsKeyId", &[], "kmsKeyId"), key);
    cloud.ec2(r, "DisableEbsEncryptionByDefault", &[]);
    assert_eq!(one(cloud, r, "CreateVolume", &plain, "encrypted"), "false");
}

#[test]
fn copied_images_are_encrypted_tagged_and_hold_their_snapshot() {
    let cloud = Cloud::shared();
    let (r, far) = ("eu-west-2", "eu-west-1");
    let key = key(cloud, far);
    let params = [
        ("SourceRegion", r),
        ("SourceImageId", IMAGE),
        ("Name", "copied"),
        ("Encrypted", "true"),
        ("KmsKeyId", &key),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "k"),
        ("TagSpecification.1.Tag.1.Value", "v"),
    ];
    let image = one(cloud, far, "CopyImage", &params, "imageId");
    let found = xml::parse(&cloud.ec2(far, "DescribeImages", &[("ImageId.1", &image)])).unwrap();
    let ebs = found.all("ebs")[0];
    assert_eq!((ebs.at("encrypted"), ebs.at("volumeSize")), ("true", "8"));
    assert_eq!((found.all("key")[0].text.as_str(), found.all("sourceImageId")[0].text.as_str()), ("k", IMAGE));
    let snapshot = ebs.at("snapshotId");
    assert_eq!(one(cloud, far, "DescribeSnapshots", &[("SnapshotId.1", snapshot)], "kmsKeyId"), key);
    assert_eq!(code(cloud, far, "DeleteSnapshot", &[("SnapshotId", snapshot)]), "InvalidSnapshot.InUse");
    // Instances of it are encrypted with the image's key.
    let launched = cloud.ec2(far, "RunInstances", &[("ImageId", &image), ("MaxCount", "1")]);
    let instance = xml::text(&launched, "instanceId").unwrap();
    let of = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", instance.as_str())];
    let volumes = cloud.ec2(far, "DescribeVolumes", &of);
    assert_eq!(xml::texts(&volumes, "kmsKeyId"), [key]);
    assert_eq!(xml::texts(&volumes, "deleteOnTermination"), ["true"]);
}
