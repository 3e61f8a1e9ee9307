//! Resource types, one file each.

pub(crate) mod drform_spread;
