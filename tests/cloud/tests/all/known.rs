//! Where `hashicorp/aws` 3.39.0, of May 2021, differs and why.

/// Configurations that it does not understand.
pub(crate) const NOT_IN_3_39: &[(&str, &str)] = &[
    ("aws_ebs_snapshot_copy", "multi-Region keys came later"),
    ("aws_ec2_instance_state", "a later type"),
    ("aws_kms_key", "multi-Region keys came later"),
    ("aws_kms_key_policy", "a later type"),
    ("aws_kms_replica_key", "a later type"),
    ("data.aws_ec2_instance_type_offerings", "locations came later"),
    ("data.aws_region", "region was called name"),
    ("data.aws_subnets", "a later data source"),
];

/// Attributes that differ: type (`*` is every), path, reason.
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[];
