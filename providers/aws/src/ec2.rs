//! Types that EC2 owns, EBS and VPC included: a file each.

mod cidr;
mod deleting;
pub(crate) mod ebs_snapshot;
pub(crate) mod ebs_snapshot_copy;
pub(crate) mod ebs_volume;
#[allow(dead_code, reason = "shared by the data sources that come")]
mod filters;
mod tagging;
pub(crate) mod vpc;
