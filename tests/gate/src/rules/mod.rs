//! The rules: each operation that the emulator lacks or gets wrong, by the file of what it is about.

mod addresses;
mod describe;
mod disks;
mod ebs_defaults;
mod images;
mod instances;
mod keys;
mod kms;
mod launch;
mod network;
mod networks;
mod options;
mod placement;
mod routes;
mod snapshots;
mod subnets;
mod templates;

use crate::call::{Answer, Call};
use crate::gate::Gate;

/// An answer, or the refusal that ends the work.
type Done = Result<Answer, Answer>;

/// Carries a request out as AWS would.
pub(crate) fn carry_out(gate: &Gate, call: Call) -> Answer {
    let done = match call.service.as_str() {
        "ec2" => describe::limits(&call).and_then(|()| ec2(gate, call)),
        "kms" => kms::carry_out(gate, call),
        _ => Ok(gate.forward(&call)),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn ec2(gate: &Gate, call: Call) -> Done {
    if call.params.get("DryRun") == Some("true") {
        return Ok(gate.forward(&call));
    }
    match call.operation.as_str() {
        "RunInstances" => launch::run(gate, call),
        "DescribeInstances" => instances::describe(gate, call),
        "StartInstances" | "StopInstances" | "TerminateInstances" => instances::change_state(gate, call),
        "ModifyInstanceAttribute" => instances::modify(gate, call),
        "ReplaceIamInstanceProfileAssociation" => instances::replace_profile(gate, call),
        "ModifyNetworkInterfaceAttribute" => instances::modify_interface(gate, call),
        "ModifyInstanceMetadataOptions" => options::metadata(gate, call),
        "ModifyInstanceMetadataDefaults" => options::set_metadata_defaults(gate, call),
        "GetInstanceMetadataDefaults" => options::metadata_defaults(gate, call),
        "ModifyInstanceMaintenanceOptions" => options::maintenance(gate, call),
        "ModifyPrivateDnsNameOptions" => options::private_dns_name(gate, call),
        "ModifyInstanceCpuOptions" => options::cpu(gate, call),
        "ModifyInstanceCapacityReservationAttributes" => options::capacity_reservation(gate, call),
        "MonitorInstances" | "UnmonitorInstances" => options::monitoring(gate, call),
        "ModifyInstanceCreditSpecification" => options::set_credits(gate, call),
        "DescribeInstanceCreditSpecifications" => options::credits(gate, call),
        "CreatePlacementGroup" => placement::create(gate, call),
        "DescribePlacementGroups" => placement::describe(gate, call),
        "DeletePlacementGroup" => placement::delete(gate, call),
        "ModifyInstancePlacement" => placement::modify_instance(gate, call),
        "CreateTags" | "DeleteTags" | "DescribeTags" => placement::tags(gate, call),
        "CreateVolume" => disks::create(gate, call),
        "DescribeVolumes" => disks::describe(gate, call),
        "DeleteVolume" => disks::delete(gate, call),
        "AttachVolume" => disks::attach(gate, call),
        "DetachVolume" => disks::detach(gate, call),
        "ModifyVolume" => disks::modify(gate, call),
        "DescribeVolumesModifications" => disks::modifications(gate, call),
        "ModifyVolumeAttribute" => disks::modify_attribute(gate, call),
        "DescribeVolumeAttribute" => disks::attribute(gate, call),
        "CreateSnapshot" | "CreateSnapshots" => snapshots::create(gate, call),
        "CopySnapshot" => snapshots::copy(gate, call),
        "DescribeSnapshots" => snapshots::describe(gate, call),
        "CreateImage" | "CopyImage" | "RegisterImage" => images::create(gate, call),
        "DescribeImages" => images::describe(gate, call),
        "ModifyImageAttribute" => images::modify(gate, call),
        "DeregisterImage" => images::deregister(gate, call),
        "EnableImageDeprecation" | "DisableImageDeprecation" => images::deprecation(gate, call),
        "DeleteSubnet" => network::delete_subnet(gate, call),
        "DeleteSecurityGroup" => network::delete_group(gate, call),
        "DeleteVpc" => network::delete_vpc(gate, call),
        "GetEbsDefaultKmsKeyId" | "ModifyEbsDefaultKmsKeyId" | "ResetEbsDefaultKmsKeyId" => {
            ebs_defaults::default_key(gate, call)
        }
        "EnableEbsEncryptionByDefault" | "DisableEbsEncryptionByDefault" => ebs_defaults::switch(gate, call),
        "DescribeAddressesAttribute" | "ModifyAddressAttribute" | "ResetAddressAttribute" => {
            addresses::attribute(gate, call)
        }
        "AssociateAddress" => addresses::associate(gate, call),
        "DescribeAddresses" => addresses::describe(gate, call),
        "DescribeVpcs" | "DescribeInternetGateways" => networks::describe(gate, call),
        "CreateSubnet" => subnets::create(gate, call),
        "ModifySubnetAttribute" => subnets::modify(gate, call),
        "DescribeSubnets" => subnets::describe(gate, call),
        "AssociateRouteTable" => routes::associate(gate, call),
        "EnableVgwRoutePropagation" | "DisableVgwRoutePropagation" => routes::propagation(gate, call),
        "DescribeRouteTables" => routes::describe(gate, call),
        "DescribeLaunchTemplates" => templates::describe(gate, call),
        "DescribeLaunchTemplateVersions" => templates::versions(gate, call),
        _ => Ok(gate.forward(&call)),
    }
}

/// Refuses with status 400, as all client errors of EC2 do.
fn refuse<T>(call: &Call, code: &str, message: impl AsRef<str>) -> Result<T, Answer> {
    Err(Answer::error(call, 400, code, message.as_ref()))
}

/// The emulator's answer where it is a good one.
fn forward(gate: &Gate, call: &Call) -> Done {
    let answer = gate.forward(call);
    if answer.is_ok() { Ok(answer) } else { Err(answer) }
}
