//! Data sources about AWS itself: partitions and regions. They ask nobody.

pub(crate) mod partition;
pub(crate) mod region;
