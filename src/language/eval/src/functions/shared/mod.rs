//! What several functions have in common.

pub(in crate::functions) mod assume;
pub(in crate::functions) mod conversion;
pub(in crate::functions) mod decimal;
pub(in crate::functions) mod digests;
pub(in crate::functions) mod encodings;
pub(in crate::functions) mod floats;
pub(in crate::functions) mod formatting;
pub(in crate::functions) mod glob;
pub(in crate::functions) mod gzip;
pub(in crate::functions) mod letters;
pub(in crate::functions) mod moment;
pub(in crate::functions) mod paths;
pub(in crate::functions) mod pattern;
pub(in crate::functions) mod prefix;
pub(in crate::functions) mod re2;
pub(in crate::functions) mod rsa;
pub(in crate::functions) mod sets;
pub(in crate::functions) mod signature;
pub(in crate::functions) mod surroundings;
