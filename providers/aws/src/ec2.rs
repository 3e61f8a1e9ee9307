//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod ami_copy;
pub(crate) mod ami_source;
pub(crate) mod availability_zones_source;
mod cidr;
mod deleting;
pub(crate) mod ebs_default_kms_key;
pub(crate) mod ebs_encryption_by_default;
pub(crate) mod ebs_snapshot;
pub(crate) mod ebs_snapshot_copy;
pub(crate) mod ebs_snapshot_source;
pub(crate) mod ebs_volume;
pub(crate) mod ebs_volume_source;
pub(crate) mod ec2_instance_state;
pub(crate) mod eip;
mod filters;
mod images;
pub(crate) mod instance;
pub(crate) mod instance_type_offerings_source;
pub(crate) mod internet_gateway;
pub(crate) mod key_pair;
pub(crate) mod launch_template;
pub(crate) mod placement;
pub(crate) mod placement_group;
pub(crate) mod route;
pub(crate) mod route_table;
pub(crate) mod route_table_association;
mod routes;
pub(crate) mod security_group;
pub(crate) mod subnet;
pub(crate) mod subnets_source;
mod tagging;
pub(crate) mod unique;
pub(crate) mod volume_attachment;
pub(crate) mod vpc;
pub(crate) mod vpc_source;

#[allow(dead_code, reason = "shared by the data sources that come")]
