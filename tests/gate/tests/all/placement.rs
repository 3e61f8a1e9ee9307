//! Placement groups.

use drform_gate::{Cloud, xml};

use crate::raw::{self, code, launch, one};

#[test]
fn groups_are_made_described_tagged_and_deleted() {
    let cloud = Cloud::shared();
    let r = "eu-central-1";
    let (_, alone) = raw::emulator(cloud, r, "Action=DescribePlacementGroups");
    assert!(!alone.contains("placementGroupSet"), "the emulator has placement groups now: {alone}");
    let tag = [
        ("TagSpecification.1.ResourceType", "placement-group"),
        ("TagSpecification.1.Tag.1.Key", "a"),
        ("TagSpecification.1.Tag.1.Value", "b"),
    ];
    let made = [&[("GroupName", "parts"), ("Strategy", "partition"), ("PartitionCount", "3")][..], &tag[..]].concat();
    let id = one(cloud, r, "CreatePlacementGroup", &made, "groupId");
    assert_eq!(code(cloud, r, "CreatePlacementGroup", &made), "InvalidPlacementGroup.Duplicate");
    cloud.ec2(r, "CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "c"), ("Tag.1.Value", "d")]);
    cloud.ec2(r, "DeleteTags", &[("ResourceId.1", &id), ("Tag.1.Key", "a")]);
    let found = cloud.ec2(r, "DescribePlacementGroups", &[("GroupId.1", &id)]);
    assert_eq!(xml::texts(&found, "partitionCount"), ["3"]);
    assert_eq!((xml::texts(&found, "key"), xml::texts(&found, "state")), (vec!["c".into()], vec!["available".into()]));
    let by_tag = [("Filter.1.Name", "tag:c"), ("Filter.1.Value.1", "d")];
    assert_eq!(xml::texts(&cloud.ec2(r, "DescribePlacementGroups", &by_tag), "groupName"), ["parts"]);
    let tags = cloud.ec2(r, "DescribeTags", &[("Filter.1.Name", "resource-id"), ("Filter.1.Value.1", &id)]);
    assert_eq!(xml::texts(&tags, "resourceType"), ["placement-group"]);
    cloud.ec2(r, "DeletePlacementGroup", &[("GroupName", "parts")]);
    assert_eq!(code(cloud, r, "DescribePlacementGroups", &[("GroupName.1", "parts")]), "InvalidPlacementGroup.Unknown");
}

#[test]
fn a_spread_group_holds_seven_running_instances_a_zone() {
    let cloud = Cloud::shared();
    let r = "eu-central-1";
    cloud.ec2(r, "CreatePlacementGroup", &[("GroupName", "seven"), ("Strategy", "spread")]);
    let into = |zone| [("Placement.GroupName", "seven"), ("Placement.AvailabilityZone", zone)];
    let ids: Vec<String> = (0..7).map(|_| launch(cloud, r, &into("eu-central-1a"))).collect();
    let eighth = [&into("eu-central-1a")[..], &[("ImageId", raw::IMAGE), ("MaxCount", "1")]].concat();
    assert_eq!(code(cloud, r, "RunInstances", &eighth), "InsufficientInstanceCapacity");
    launch(cloud, r, &into("eu-central-1b"));
    let found = cloud.ec2(r, "DescribeInstances", &[("InstanceId.1", &ids[0])]);
    assert_eq!(xml::texts(&found, "groupName").iter().filter(|g| *g == "seven").count(), 1, "{found}");
    let all = [("Filter.1.Name", "placement-group-name"), ("Filter.1.Value.1", "seven")];
    assert_eq!(xml::texts(&cloud.ec2(r, "DescribeInstances", &all), "instanceId").len(), 8);
    assert_eq!(code(cloud, r, "DeletePlacementGroup", &[("GroupName", "seven")]), "InvalidPlacementGroup.InUse");

    // Room again where one has stopped; and that one cannot come back while the place is taken.
    cloud.ec2(r, "StopInstances", &[("InstanceId.1", &ids[0])]);
    launch(cloud, r, &into("eu-central-1a"));
    assert_eq!(code(cloud, r, "StartInstances", &[("InstanceId.1", &ids[0])]), "InsufficientInstanceCapacity");
    // Out of its group it can.
    cloud.ec2(r, "ModifyInstancePlacement", &[("InstanceId", &ids[0]), ("GroupName", "")]);
    cloud.ec2(r, "StartInstances", &[("InstanceId.1", &ids[0])]);
    let moved = [("InstanceId", ids[0].as_str()), ("GroupName", "seven")];
    assert_eq!(code(cloud, r, "ModifyInstancePlacement", &moved), "IncorrectInstanceState");
}

#[test]
fn groups_must_exist_and_clusters_stay_in_a_zone() {
    let cloud = Cloud::shared();
    let r = "eu-central-1";
    let launch_into = |group, zone| {
        let params = [("ImageId", raw::IMAGE), ("Placement.GroupName", group), ("Placement.AvailabilityZone", zone)];
        cloud.try_ec2(r, "RunInstances", &params).map_err(|e| xml::text(&e, "Code").unwrap())
    };
    assert_eq!(launch_into("nobody", "eu-central-1a").unwrap_err(), "InvalidPlacementGroup.Unknown");
    cloud.ec2(r, "CreatePlacementGroup", &[("GroupName", "near"), ("Strategy", "cluster")]);
    launch_into("near", "eu-central-1a").unwrap();
    assert_eq!(launch_into("near", "eu-central-1b").unwrap_err(), "InvalidPlacementGroup.InUse");
}
