//! Types that KMS owns: a file each.

pub(crate) mod alias;
pub(crate) mod alias_source;
pub(crate) mod grant;
pub(crate) mod key;
pub(crate) mod key_policy;
pub(crate) mod key_source;
pub(crate) mod names;
pub(crate) mod replica_key;
mod steps;
