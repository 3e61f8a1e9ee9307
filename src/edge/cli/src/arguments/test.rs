//! `drform test`

use super::{Telling, Variables, World};
use clap::Args;
use std::path::PathBuf;

/// `drform test`
#[derive(Args, Debug)]
pub struct Test {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    /// Run only this test file, such as tests/main.tftest.hcl.
    #[arg(long, value_name = "FILE")]
    pub filter: Vec<String>,
    /// Where the test files are, beside those of the directory itself.
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
    /// Show the plan or the state of every run.
    #[arg(long)]
    pub verbose: bool,
    /// Write what came of it into this file as well, as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub junit_xml: Option<PathBuf>,
    /// How many provider calls at once.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub parallelism: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub telling: Telling,
}
