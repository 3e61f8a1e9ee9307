//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod availability_zones_source;
mod cidr;
mod deleting;
pub(crate) mod ebs_volume;
pub(crate) mod eip;
mod filters;
pub(crate) mod instance_type_offerings_source;
pub(crate) mod internet_gateway;
pub(crate) mod key_pair;
pub(crate) mod subnet;
pub(crate) mod subnets_source;
mod tagging;
pub(crate) mod vpc;
pub(crate) mod vpc_source;
