//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod ebs_volume;
pub(crate) mod ec2_instance_state;
pub(crate) mod instance;
pub(crate) mod placement;
pub(crate) mod placement_group;
mod tagging;
