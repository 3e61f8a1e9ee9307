//! Operations that the emulator lacks.

use drform_gate::{Cloud, xml};

use crate::raw::{launch, one};

const R: &str = "ca-central-1";

#[test]
fn options_are_kept_and_shown() {
    let cloud = Cloud::shared();
    let id =
        launch(cloud, R, &[("CreditSpecification.CpuCredits", "standard"), ("MetadataOptions.HttpTokens", "required")]);
    let id = id.as_str();
    cloud.ec2(R, "ModifyInstanceMaintenanceOptions", &[("InstanceId", id), ("AutoRecovery", "disabled")]);
    cloud.ec2(R, "ModifyInstanceMetadataOptions", &[("InstanceId", id), ("HttpPutResponseHopLimit", "2")]);
    cloud.ec2(R, "MonitorInstances", &[("InstanceId.1", id)]);
    cloud.ec2(R, "StopInstances", &[("InstanceId.1", id)]);
    let named = [("InstanceId", id), ("PrivateDnsHostnameType", "resource-name")];
    cloud.ec2(R, "ModifyPrivateDnsNameOptions", &named);
    let found = xml::parse(&cloud.ec2(R, "DescribeInstances", &[("InstanceId.1", id)])).unwrap();
    let instance = found.all("instancesSet")[0].children[0].clone();
    for (path, text) in [
        ("maintenanceOptions/autoRecovery", "disabled"),
        ("metadataOptions/httpTokens", "required"),
        ("metadataOptions/httpPutResponseHopLimit", "2"),
        ("monitoring/state", "enabled"),
        ("privateDnsNameOptions/hostnameType", "resource-name"),
        ("placement/tenancy", "default"),
    ] {
        assert_eq!(instance.at(path), text, "{path}");
    }
    let credits = [("InstanceId.1", id)];
    assert_eq!(one(cloud, R, "DescribeInstanceCreditSpecifications", &credits, "cpuCredits"), "standard");
    let change =
        [("InstanceCreditSpecification.1.InstanceId", id), ("InstanceCreditSpecification.1.CpuCredits", "unlimited")];
    cloud.ec2(R, "ModifyInstanceCreditSpecification", &change);
    assert_eq!(one(cloud, R, "DescribeInstanceCreditSpecifications", &credits, "cpuCredits"), "unlimited");
}

#[test]
fn the_reverse_name_of_an_address_is_kept() {
    let cloud = Cloud::shared();
    let id = one(cloud, R, "AllocateAddress", &[("Domain", "vpc")], "allocationId");
    let id = id.as_str();
    assert_eq!(one(cloud, R, "DescribeAddressesAttribute", &[("AllocationId.1", id)], "allocationId"), id);
    cloud.ec2(R, "ModifyAddressAttribute", &[("AllocationId", id), ("DomainName", "a.example.com")]);
    assert_eq!(one(cloud, R, "DescribeAddressesAttribute", &[("AllocationId.1", id)], "ptrRecord"), "a.example.com");
}

#[test]
fn what_nobody_has_is_said_plainly() {
    let cloud = Cloud::shared();
    // The emulator looks at filters only where there is something to filter.
    cloud.ec2(R, "CreateVolume", &[("AvailabilityZone", &format!("{R}a")), ("Size", "1")]);
    let (status, text) =
        crate::raw::ec2(cloud, R, "Action=DescribeVolumes&Filter.1.Name=fast-restored&Filter.1.Value.1=x").unwrap();
    assert_eq!((status, xml::text(&text, "Code").as_deref()), (400, Some("EmulatorLacks")), "{text}");
    let (status, text) = crate::raw::ec2(cloud, R, "Action=EnableFastSnapshotRestores").unwrap();
    assert_eq!((status, xml::text(&text, "Code").as_deref()), (400, Some("EmulatorLacks")), "{text}");
}
