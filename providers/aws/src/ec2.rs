//! Types that EC2 owns, EBS and VPC included: a file each.

pub(crate) mod availability_zones_source;
mod cidr;
mod deleting;
pub(crate) mod ebs_default_kms_key;
pub(crate) mod ebs_encryption_by_default;
pub(crate) mod ebs_snapshot;
pub(crate) mod ebs_snapshot_copy;
pub(crate) mod ebs_volume;
mod filters;
pub(crate) mod route;
pub(crate) mod route_table;
pub(crate) mod route_table_association;
mod routes;
pub(crate) mod security_group;
pub(crate) mod subnet;
mod tagging;
pub(crate) mod unique;
pub(crate) mod volume_attachment;
pub(crate) mod vpc;
