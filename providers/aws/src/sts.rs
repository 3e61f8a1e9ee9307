//! Who we are: data sources on STS.

pub(crate) mod caller_identity;
