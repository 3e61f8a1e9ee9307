//! The cloud: clients by region, and how requests are made: within a budget, again where that is safe, many reads as one.

mod batch;
mod budget;
mod call;
pub(crate) mod describe;
pub(crate) mod describe_network;
mod keys;
pub(crate) mod patience;
mod presign;
mod refusal;
mod region;
mod traffic;
mod trouble;
mod wait;

pub(crate) use call::{Action, ApiError, causes};
pub(crate) use describe::pages;
pub(crate) use keys::{Look, Rotation};
pub(crate) use region::{Aws, Region, partition_of};
pub(crate) use trouble::Trouble;
pub(crate) use wait::{APPEARS, Seen, Wait};
