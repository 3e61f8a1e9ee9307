//! Types that KMS owns: a file each.

pub(crate) mod key;
pub(crate) mod names;
mod steps;
