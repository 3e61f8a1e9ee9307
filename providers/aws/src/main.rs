//! The provider program `terraform-provider-aws`.

use sdk::Served;
use std::process::ExitCode;

fn main() -> ExitCode {
    let served = Served { address: "registry.terraform.io/drform/aws", version: env!("CARGO_PKG_VERSION") };
    sdk::serve(served, drform_aws::AwsProvider::new())
}
