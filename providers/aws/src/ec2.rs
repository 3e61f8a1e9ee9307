//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod ebs_volume;
mod tagging;
pub(crate) mod unique;
