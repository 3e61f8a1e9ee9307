//! `drform version`

use crate::arguments;
use crate::shell::{Exit, Shell};

/// Our version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn run(shell: &Shell, args: &arguments::Version) -> Exit {
    if args.json {
        let platform = format!("{}_{}", std::env::consts::OS, architecture());
        shell.terminal.out(&format!(
            "{{\n  \"terraform_version\": \"{}\",\n  \"platform\": \"{platform}\",\n  \"provider_selections\": {{}},\n  \
             \"terraform_outdated\": false,\n  \"drform\": {{\n    \"version\": \"{VERSION}\"\n  }}\n}}\n",
            ops::TERRAFORM_VERSION
        ));
    } else {
        shell.terminal.out(&format!(
            "drform v{VERSION}\non {}_{}\nto providers and in state: Terraform v{}\n",
            std::env::consts::OS,
            architecture(),
            ops::TERRAFORM_VERSION
        ));
    }
    Exit::Success
}

/// As Go and provider packages call it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
