//! The functions beside `terraform` 1.11.4: what it answers to generated expressions stands in `recorded/`; where it is
//! on PATH it is asked anew with other expressions, from a seed that is printed. `UPDATE_EXPECT=1` records anew.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod gzip;
mod matrix;
mod random;
mod rsa;
mod signatures;
mod site;
mod terraform;
