//! Packages in S3 need the AWS SDK's credentials, which take longer to compile than all of the engine.

use super::request::Request;
use super::{Failure, Fetcher};
use std::fs::File;
use std::path::Path;

fn refused() -> Failure {
    Failure::new(
        "This drform was built without its feature \"aws\", which reads from S3.",
        "Build it with: cargo install --locked --path . --features aws",
    )
}

pub(super) fn directory(_: &Fetcher, _: &Request, _: &Path) -> Result<(), Failure> {
    Err(refused())
}

pub(super) fn file(_: &Fetcher, _: &Request, _: &File) -> Result<(), Failure> {
    Err(refused())
}
