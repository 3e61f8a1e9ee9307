//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod ami_copy;
pub(crate) mod ami_source;
pub(crate) mod ebs_default_kms_key;
pub(crate) mod ebs_encryption_by_default;
pub(crate) mod ebs_snapshot;
pub(crate) mod ebs_snapshot_copy;
pub(crate) mod ebs_snapshot_source;
pub(crate) mod ebs_volume;
pub(crate) mod ebs_volume_source;
#[allow(dead_code, reason = "shared by the data sources that come")]
mod filters;
mod images;
mod tagging;
pub(crate) mod volume_attachment;
