//! The platform as packages name it.

use std::env::consts::{ARCH, OS};

/// `linux_amd64` and the like: Go's names.
pub(crate) fn platform() -> String {
    format!("{}_{}", operating_system(OS), architecture(ARCH))
}

fn operating_system(name: &str) -> &str {
    if name == "macos" { "darwin" } else { name }
}

fn architecture(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}
