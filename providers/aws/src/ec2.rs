//! Types that EC2 owns, EBS and VPC included: a file each.

mod cidr;
pub(crate) mod ebs_volume;
pub(crate) mod launch_template;
pub(crate) mod route;
pub(crate) mod route_table;
pub(crate) mod route_table_association;
mod routes;
pub(crate) mod security_group;
mod tagging;
mod unique;
