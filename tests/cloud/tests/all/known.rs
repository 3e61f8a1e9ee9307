//! Where `hashicorp/aws` 3.39.0, of May 2021, differs and why.

/// Configurations that it does not understand, or that chance decides.
pub(crate) const NOT_IN_3_39: &[(&str, &str)] = &[
    ("aws_ami_copy", "the emulator makes all images at its start: which is the newest is chance"),
    ("data.aws_ami", "the emulator makes all images at its start: which is the newest is chance"),
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
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
    ("aws_ebs_encryption_by_default", "id", "3.39 makes one up; there is one setting for each region"),
    ("aws_ebs_snapshot_copy", "encrypted", "3.39 fills it in; what is not written stays null here"),
    ("aws_ebs_snapshot_copy", "kms_key_id", "3.39 fills it in; what is not written stays null here"),
    ("aws_eip", "allocation_id", "a later attribute of the resource"),
    ("aws_instance", "metadata_options[].http_endpoint", "3.39 does not read it back from this emulator"),
    ("aws_instance", "metadata_options[].http_tokens", "3.39 does not read it back from this emulator"),
    ("aws_instance", "user_data", "3.39 stores a hash; 6.x stores the text"),
    ("aws_instance", "vpc_security_group_ids", "3.39 reads a form that this emulator does not give"),
    ("aws_kms_alias", "arn", "chance: a made-up name"),
    ("aws_kms_alias", "id", "chance: a made-up name"),
    ("aws_kms_alias", "name", "chance: a made-up name"),
    ("aws_kms_alias", "target_key_id", "3.39 stores the id where an ARN is written; here it stays as written"),
    ("aws_kms_grant", "grant_id", "chance: made up by KMS"),
    ("aws_kms_grant", "grant_token", "chance: made up by KMS"),
    ("aws_kms_grant", "id", "chance: made up by KMS"),
    ("aws_launch_template", "metadata_options[].http_tokens", "3.39 does not store it"),
    ("aws_launch_template", "name", "chance: a made-up name"),
    ("aws_route", "id", "chance: holds the id of the table"),
    ("aws_security_group", "name", "chance: a made-up name"),
    ("aws_subnet", "availability_zone", "chance: a subnet without a zone gets any"),
    ("aws_subnet", "availability_zone_id", "chance: a subnet without a zone gets any"),
    ("aws_vpc", "ipv6_cidr_block", "chance: made up by EC2"),
];
