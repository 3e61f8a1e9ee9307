//! Types that KMS owns: a file each.

pub(crate) mod alias;
pub(crate) mod key;
pub(crate) mod key_policy;
pub(crate) mod names;
pub(crate) mod replica_key;
mod steps;
