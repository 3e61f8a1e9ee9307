//! The types that nothing makes once: the provider asks for them once, and says when nobody knows what became of it.

use super::rows::{made, vpc};
use crate::bench::{Bench, OTHER, REGION, fresh_name, fresh_token, texts};
use gate::{Cloud, Fault, What};
use serde_json::{Value as Json, json};

/// One type.
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) config: fn(&Cloud, &str) -> Json,
    /// The operation that makes it.
    create: &'static str,
    /// One of its requests after that.
    after: &'static str,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        kind: "aws_ebs_snapshot",
        config: |cloud, name| {
            let asked = [("AvailabilityZone", "eu-central-1a"), ("Size", "1")];
            json!({ "volume_id": made(cloud, "CreateVolume", &asked, "volumeId"), "tags": { "Name": name } })
        },
        create: "CreateSnapshot",
        after: "DescribeSnapshots",
    },
    Row {
        kind: "aws_ebs_snapshot_copy",
        config: |cloud, name| {
            let volume = cloud.ec2(OTHER, "CreateVolume", &[("AvailabilityZone", "eu-west-1a"), ("Size", "1")]);
            let volume = gate::xml::text(&volume, "volumeId").unwrap();
            let source = cloud.ec2(OTHER, "CreateSnapshot", &[("VolumeId", &volume)]);
            json!({ "source_snapshot_id": gate::xml::text(&source, "snapshotId").unwrap(), "source_region": OTHER,
                    "tags": { "Name": name } })
        },
        create: "CopySnapshot",
        after: "DescribeSnapshots",
    },
    Row {
        kind: "aws_eip",
        config: |cloud, name| {
            let subnet =
                made(cloud, "CreateSubnet", &[("VpcId", &vpc(cloud)), ("CidrBlock", "10.0.1.0/24")], "subnetId");
            let interface = made(cloud, "CreateNetworkInterface", &[("SubnetId", &subnet)], "networkInterfaceId");
            json!({ "domain": "vpc", "network_interface": interface, "tags": { "Name": name } })
        },
        create: "AllocateAddress",
        after: "AssociateAddress",
    },
    Row {
        kind: "aws_internet_gateway",
        config: |cloud, name| json!({ "vpc_id": vpc(cloud), "tags": { "Name": name } }),
        create: "CreateInternetGateway",
        after: "AttachInternetGateway",
    },
    Row {
        kind: "aws_kms_key",
        config: |_, name| json!({ "description": name, "enable_key_rotation": true, "tags": { "Name": name } }),
        create: "CreateKey",
        after: "EnableKeyRotation",
    },
    Row {
        kind: "aws_vpc",
        config: |_, name| json!({ "cidr_block": "10.0.0.0/16", "enable_dns_hostnames": true, "tags": { "Name": name } }),
        create: "CreateVpc",
        after: "ModifyVpcAttribute",
    },
];

#[test]
fn what_nobody_knows_is_said_and_what_is_known_is_kept() {
    let cloud: &'static Cloud = Box::leak(Box::new(Cloud::start()));
    let gate = cloud.gate();
    let bench = Bench::with(cloud, REGION, json!({}));
    for row in ROWS {
        for what in [What::CutBefore, What::CutAfter, What::ServerError, What::Unavailable] {
            let place = format!("{} {what:?}", row.kind);
            let config = (row.config)(cloud, &fresh_name("once"));
            let planned = bench.plan(row.kind, None, &config).0.unwrap();
            gate.reset_counts();
            gate.inject(Fault::new(what).on(row.create));
            let answer = bench.apply(row.kind, None, &planned, &config, &fresh_token(), false);
            let said = texts(&answer.diagnostics);
            assert!(answer.in_doubt && answer.object.is_none(), "{place}: {answer:?}");
            assert!(answer.diagnostics.has_errors() && said.contains("Look in the account"), "{place}: {said}");
            assert_eq!(gate.count(row.create), 1, "{place}: asked again");
        }
        let config = (row.config)(cloud, &fresh_name("once"));
        let refuse = What::Refuse { status: 403, code: "UnauthorizedOperation".into(), message: "no".into() };
        // One that was refused was not made.
        gate.inject(Fault::new(refuse.clone()).on(row.create));
        let planned = bench.plan(row.kind, None, &config).0.unwrap();
        let answer = bench.apply(row.kind, None, &planned, &config, &fresh_token(), false);
        assert!(!answer.in_doubt && answer.diagnostics.has_errors(), "{}: {answer:?}", row.kind);
        assert!(answer.object.is_none_or(|object| object.value.is_null()), "{}: an object", row.kind);
        gate.inject(Fault::new(refuse).on(row.after));
        let (half, said) = bench.try_create(row.kind, config).unwrap_err();
        let half = half.unwrap_or_else(|| panic!("{} is not kept: {said}", row.kind));
        assert!(said.contains("UnauthorizedOperation"), "{}: {said}", row.kind);
        assert!(bench.read(&half).is_some(), "{}: {}", row.kind, half.json());
        bench.try_delete(&half).unwrap();
        assert_eq!(gate.fired().iter().filter(|request| request.operation == row.after).count(), 1, "{}", row.kind);
    }
}
