//! Ids, filters and pages.

use drform_gate::{Cloud, xml};

use crate::raw::{self, IMAGE, code};

const R: &str = "sa-east-1";

#[test]
fn ids_are_answered_in_one_page() {
    let cloud = Cloud::shared();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let made = cloud.ec2(R, "RunInstances", &[("ImageId", IMAGE), ("MinCount", "1"), ("MaxCount", "1")]);
        ids.extend(xml::texts(&made, "instanceId"));
    }
    // The emulator pages reservations at 100: as many instances, each in its own.
    for _ in 0..100 {
        let (_, made) = raw::emulator(cloud, R, &format!("Action=RunInstances&ImageId={IMAGE}&MinCount=1&MaxCount=1"));
        ids.extend(xml::texts(&made, "instanceId"));
    }
    let body: Vec<String> = ids.iter().enumerate().map(|(n, id)| format!("InstanceId.{}={id}", n + 1)).collect();
    let body = format!("Action=DescribeInstances&{}", body.join("&"));
    let (_, alone) = raw::emulator(cloud, R, &body);
    assert_eq!(xml::texts(&alone, "instanceId").len(), 100, "the emulator answers ids in one page now");
    let (_, text) = raw::ec2(cloud, R, &body).unwrap();
    assert_eq!(xml::texts(&text, "instanceId").len(), 102);
    assert!(xml::texts(&text, "nextToken").is_empty());
    assert_eq!(
        cloud.gate().requests().iter().filter(|r| r.region == R && r.operation == "DescribeInstances").count(),
        1
    );

    // Pages where there are no ids.
    let first = cloud.ec2(R, "DescribeInstances", &[("MaxResults", "70")]);
    let token = xml::text(&first, "nextToken").unwrap();
    let second = cloud.ec2(R, "DescribeInstances", &[("MaxResults", "70"), ("NextToken", &token)]);
    assert_eq!((xml::texts(&first, "instanceId").len(), xml::texts(&second, "instanceId").len()), (70, 32));
    assert!(xml::texts(&second, "nextToken").is_empty());

    let both = [("InstanceId.1", ids[0].as_str()), ("MaxResults", "5")];
    assert_eq!(code(cloud, R, "DescribeInstances", &both), "InvalidParameterCombination");
    for size in ["4", "1001"] {
        assert_eq!(code(cloud, R, "DescribeInstances", &[("MaxResults", size)]), "InvalidParameterValue");
        assert_eq!(code(cloud, R, "DescribeVolumes", &[("MaxResults", size)]), "InvalidParameterValue");
    }
}

#[test]
fn unknown_ids_are_all_named() {
    let cloud = Cloud::shared();
    let region = "ap-northeast-1";
    let message = |operation, params: &[(&str, &str)]| {
        let error = cloud.try_ec2(region, operation, params).unwrap_err();
        (xml::text(&error, "Code").unwrap(), xml::text(&error, "Message").unwrap())
    };
    let (a, b) = ("i-00000000000000001", "i-00000000000000002");
    let two = message("DescribeInstances", &[("InstanceId.1", a), ("InstanceId.2", b)]);
    assert_eq!(two.0, "InvalidInstanceID.NotFound");
    assert_eq!(two.1, format!("The instance IDs '{a}, {b}' do not exist"));
    assert_eq!(message("DescribeInstances", &[("InstanceId.1", a)]).1, format!("The instance ID '{a}' does not exist"));
    assert_eq!(message("DescribeInstances", &[("InstanceId.1", "i-x")]).0, "InvalidInstanceID.Malformed");
    let volume = message("DescribeVolumes", &[("VolumeId.1", "vol-00000000000000001")]);
    assert_eq!(volume.0, "InvalidVolume.NotFound");
    let image = message("DescribeImages", &[("ImageId.1", IMAGE), ("ImageId.2", "ami-00000000000000001")]);
    assert_eq!(image.0, "InvalidAMIID.NotFound");
    assert!(image.1.contains("'[ami-00000000000000001]'"), "{}", image.1);
}

#[test]
fn filters_have_two_hundred_values_at_most() {
    let cloud = Cloud::shared();
    let values: Vec<String> = (1..=201).map(|n| format!("Filter.1.Value.{n}")).collect();
    let mut params = vec![("Filter.1.Name", "vpc-id")];
    params.extend(values.iter().map(|n| (n.as_str(), "x")));
    assert_eq!(code(cloud, "ap-northeast-1", "DescribeSubnets", &params), "FilterLimitExceeded");
    params.pop();
    cloud.ec2("ap-northeast-1", "DescribeSubnets", &params);
}
