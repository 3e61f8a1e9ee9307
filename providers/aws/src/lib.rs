//! Holds: the AWS provider: instances, encrypted disks, keys and replica regions, on the AWS SDK.
//! May touch: sdk, configschema, value; the AWS SDK.
//! Never: the engine, the language, state: any Terraform may be the host.

mod arns;
mod cloud;
mod ec2;
mod fields;
mod kind;
mod kms;
mod meta;
mod missing;
mod planning;
mod provider;
mod settings;
mod shape;
mod source;
mod sts;
mod tags;
mod unique;

pub use provider::AwsProvider;
