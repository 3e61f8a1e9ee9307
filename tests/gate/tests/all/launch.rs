//! RunInstances and the state of instances.

use drform_gate::{Cloud, xml};

use crate::raw::{self, code, launch, one};

const R: &str = "us-west-2";

#[test]
fn a_zone_that_is_not_the_subnets_is_refused() {
    let cloud = Cloud::shared();
    let in_a = [("Filter.1.Name", "availability-zone"), ("Filter.1.Value.1", "us-west-2a")];
    let subnet = one(cloud, R, "DescribeSubnets", &in_a, "subnetId");
    let body = format!(
        "Action=RunInstances&ImageId={}&MinCount=1&MaxCount=1&SubnetId={subnet}&Placement.AvailabilityZone=us-west-2b",
        raw::IMAGE
    );
    assert_eq!(raw::emulator(cloud, R, &body).0, 200, "the emulator compares zones now");
    let (status, text) = raw::ec2(cloud, R, &body).unwrap();
    assert_eq!((status, xml::text(&text, "Code").as_deref()), (400, Some("InvalidParameterValue")));
    assert!(text.contains("is in the availability zone us-west-2a"), "{text}");
}

#[test]
fn the_root_volume_is_what_the_image_says() {
    let cloud = Cloud::shared();
    let key = cloud.kms(R, "CreateKey", serde_json::json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_string();
    let body = format!(
        "Action=RunInstances&ImageId={}&MinCount=1&MaxCount=1&BlockDeviceMapping.1.DeviceName=/dev/sda1\
         &BlockDeviceMapping.1.Ebs.Encrypted=true&BlockDeviceMapping.1.Ebs.KmsKeyId={key}",
        raw::IMAGE
    );
    assert_ne!(raw::emulator(cloud, R, &body).0, 200, "the emulator takes a mapping without size now");
    let id = xml::text(&raw::ec2(cloud, R, &body).unwrap().1, "instanceId").unwrap();
    let of = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", id.as_str())];
    let volumes = cloud.ec2(R, "DescribeVolumes", &of);
    assert_eq!(xml::texts(&volumes, "size"), ["8"]);
    assert_eq!(xml::texts(&volumes, "kmsKeyId"), [key]);

    // Another volume beside it does not replace it.
    let id = launch(
        cloud,
        R,
        &[
            ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "5"),
            ("BlockDeviceMapping.1.Ebs.VolumeType", "io1"),
            ("BlockDeviceMapping.1.Ebs.Iops", "200"),
        ],
    );
    let of = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", id.as_str())];
    let volumes = xml::parse(&cloud.ec2(R, "DescribeVolumes", &of)).unwrap();
    let mut found: Vec<_> =
        volumes.items("volumeSet").map(|v| (v.at("size"), v.at("volumeType"), v.at("iops"))).collect();
    found.sort_unstable();
    assert_eq!(found, [("5", "io1", "200"), ("8", "gp2", "100")]);
}

#[test]
fn an_image_must_exist_and_a_lost_key_ends_the_launch() {
    let cloud = Cloud::shared();
    let unknown = [("ImageId", "ami-0123456789abcdef0"), ("MaxCount", "1")];
    assert_eq!(code(cloud, R, "RunInstances", &unknown), "InvalidAMIID.NotFound");
    let with = |name, value| [("ImageId", raw::IMAGE), ("MaxCount", "1"), (name, value)];
    assert_eq!(code(cloud, R, "RunInstances", &with("KeyName", "nobody")), "InvalidKeyPair.NotFound");
    assert_eq!(code(cloud, R, "RunInstances", &with("InstanceType", "zz.big")), "InvalidParameterValue");
    let id = launch(
        cloud,
        R,
        &[
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
            ("BlockDeviceMapping.1.Ebs.KmsKeyId", "arn:aws:kms:eu-west-1:123456789012:key/elsewhere"),
        ],
    );
    let found = xml::parse(&cloud.ec2(R, "DescribeInstances", &[("InstanceId.1", &id)])).unwrap();
    assert_eq!(found.all("instanceState")[0].at("name"), "terminated");
    assert_eq!(found.all("stateReason")[0].at("code"), "Client.InvalidKMSKey.InvalidState");
}

#[test]
fn type_and_user_data_change_only_while_stopped() {
    let cloud = Cloud::shared();
    let id = launch(cloud, R, &[("DisableApiTermination", "true")]);
    let change = [("InstanceId", id.as_str()), ("InstanceType.Value", "t3.small")];
    let body = format!("Action=ModifyInstanceAttribute&InstanceId={id}&InstanceType.Value=t3.medium");
    assert_eq!(raw::emulator(cloud, R, &body).0, 200, "the emulator looks at the state now");
    assert_eq!(code(cloud, R, "ModifyInstanceAttribute", &change), "IncorrectInstanceState");
    let data = [("InstanceId", id.as_str()), ("UserData.Value", "aGk=")];
    assert_eq!(code(cloud, R, "ModifyInstanceAttribute", &data), "IncorrectInstanceState");
    cloud.ec2(R, "StopInstances", &[("InstanceId.1", &id)]);
    cloud.ec2(R, "ModifyInstanceAttribute", &change);
    cloud.ec2(R, "ModifyInstanceAttribute", &data);
    assert_eq!(one(cloud, R, "DescribeInstances", &[("InstanceId.1", &id)], "instanceType"), "t3.small");
    let shown = [("InstanceId", id.as_str()), ("Attribute", "userData")];
    assert_eq!(one(cloud, R, "DescribeInstanceAttribute", &shown, "value"), "aGk=");
    assert_eq!(code(cloud, R, "TerminateInstances", &[("InstanceId.1", &id)]), "OperationNotPermitted");
}

#[test]
fn an_interface_goes_with_its_instance() {
    let cloud = Cloud::shared();
    let group = [("GroupName", "gone"), ("GroupDescription", "x")];
    let group = one(cloud, R, "CreateSecurityGroup", &group, "groupId");
    let id = launch(cloud, R, &[("SecurityGroupId.1", &group)]);
    let found = cloud.ec2(R, "DescribeInstances", &[("InstanceId.1", &id)]);
    assert!(xml::texts(&found, "groupId").contains(&group));
    let interface = xml::text(&found, "networkInterfaceId").unwrap();
    let subnet = xml::text(&found, "subnetId").unwrap();
    assert_eq!(code(cloud, R, "DeleteSecurityGroup", &[("GroupId", &group)]), "DependencyViolation");
    assert_eq!(code(cloud, R, "DeleteSubnet", &[("SubnetId", &subnet)]), "DependencyViolation");
    cloud.ec2(R, "TerminateInstances", &[("InstanceId.1", &id)]);
    let there = [("Filter.1.Name", "network-interface-id"), ("Filter.1.Value.1", interface.as_str())];
    assert_eq!(xml::texts(&cloud.ec2(R, "DescribeNetworkInterfaces", &there), "networkInterfaceId"), [""; 0]);
    cloud.ec2(R, "DeleteSecurityGroup", &[("GroupId", &group)]);
}
