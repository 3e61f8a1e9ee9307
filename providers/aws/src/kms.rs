//! Types that KMS owns: a file each.

pub(crate) mod names;
