//! The provider over the wire, in front of an emulated AWS: the life of every type, and what the whole promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod bench;
mod ebs_default_kms_key;
mod ebs_encryption_by_default;
mod ebs_snapshot;
mod ebs_snapshot_copy;
mod ebs_volume;
mod kms_alias;
mod kms_grant;
mod kms_key;
mod kms_key_policy;
mod kms_replica_key;
mod kms_sources;
mod places;
mod route;
mod route_table;
mod route_table_association;
mod security_group;
mod settings;
mod subnet;
mod volume_attachment;
mod vpc;
mod vpcs;
