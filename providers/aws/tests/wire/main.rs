//! The provider over the wire, in front of an emulated AWS: the life of every type, and what the whole promises.

#![allow(clippy::disallowed_macros, reason = "what was counted is shown")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod ami_copy;
mod ami_source;
mod bench;
mod cut;
mod ebs_default_kms_key;
mod ebs_encryption_by_default;
mod ebs_snapshot;
mod ebs_snapshot_copy;
mod ebs_snapshot_source;
mod ebs_volume;
mod ebs_volume_source;
mod ec2_instance_state;
mod eip;
mod instance;
mod internet_gateway;
mod key_pair;
mod kms_alias;
mod kms_grant;
mod kms_key;
mod kms_key_policy;
mod kms_replica_key;
mod kms_sources;
mod launch_template;
mod network_sources;
mod origins;
mod placement_group;
mod places;
mod route;
mod route_table;
mod route_table_association;
mod secrets;
mod security_group;
mod settings;
mod subnet;
mod throttled;
mod together;
mod volume_attachment;
mod vpc;
mod vpcs;
