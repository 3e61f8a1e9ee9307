//! `drform version`

use crate::arguments::{self, World};
use crate::shell::{Exit, Shell};
use serde::Serialize;
use std::collections::BTreeMap;

/// Our version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `-json` prints: Terraform's members, for wrappers that read them, and ours.
#[derive(Serialize)]
struct Known {
    terraform_version: &'static str,
    platform: String,
    provider_selections: BTreeMap<String, String>,
    terraform_outdated: bool,
    drform: Own,
}

#[derive(Serialize)]
struct Own {
    version: &'static str,
}

pub(crate) fn run(shell: &Shell, args: &arguments::Version) -> Exit {
    if args.json {
        let site = shell.site(&World::default());
        let selections = ops::provider_selections(&site).into_iter().map(|(provider, v)| (provider.to_string(), v));
        let known = Known {
            terraform_version: ops::TERRAFORM_VERSION,
            platform: format!("{}_{}", std::env::consts::OS, architecture()),
            provider_selections: selections.collect(),
            terraform_outdated: false,
            drform: Own { version: VERSION },
        };
        shell.terminal.out(&format!("{}\n", diag::go_json(&known, true)));
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
