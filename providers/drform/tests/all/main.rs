//! The provider under real hosts: Terraform, and our own; and our own host with a provider that others made.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

mod framework;
mod host;
mod terraform;

use std::path::PathBuf;

/// The provider's executable.
const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-drform");

/// A new directory for one test; stays, to be looked at.
fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The file, or nothing when it is not there.
fn text(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
