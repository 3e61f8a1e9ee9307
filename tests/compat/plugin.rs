//! Provider executables for both tools.

use crate::case::here;
use crate::tool::Setting;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A CLI configuration in which providers come from directories.
pub fn overrides(rows: &[(&str, &Path)]) -> String {
    let rows: String = rows.iter().map(|(source, dir)| format!("    \"{source}\" = \"{}\"\n", dir.display())).collect();
    format!("provider_installation {{\n  dev_overrides {{\n{rows}  }}\n  direct {{}}\n}}\n")
}

/// The Python that has the framework. It is never skipped: without it, nothing of others' making is tested.
fn python() -> PathBuf {
    const INSTALL: &str = "python3 -m venv target/test-venv && target/test-venv/bin/pip install tf==1.2.0";
    let named = std::env::var_os("DRFORM_TEST_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python"));
    assert!(python.exists(), "The Python framework is not installed. ./tests/run installs it; or: {INSTALL}");
    python
}

/// A directory with `terraform-provider-shelf`.
pub fn shelf() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let dir = work_directory("shelf");
        let script = here().join("provider_python/terraform_provider_shelf.py");
        let program = dir.join("terraform-provider-shelf");
        let text = format!("#!/bin/sh\nexec '{}' -B '{}' \"$@\"\n", python().display(), script.display());
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        dir
    })
}

/// A setting in which drform and Terraform use the provider in Python.
pub fn shelf_setting() -> Setting {
    Setting { installation: overrides(&[("drform.test/dev/shelf", shelf())]), ..Setting::default() }
}

/// A setting in which both tools install it from a directory, as configurations with modules need it.
pub fn shelf_mirrored() -> Setting {
    let platform = format!("linux_{}", if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" });
    let mirror = shelf().join("mirror");
    let package = mirror.join("drform.test/dev/shelf/1.0.0").join(platform);
    fs::create_dir_all(&package).unwrap();
    let program = package.join("terraform-provider-shelf_v1.0.0");
    if !program.exists() {
        std::os::unix::fs::symlink(shelf().join("terraform-provider-shelf"), program).unwrap();
    }
    let installation =
        format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display());
    Setting { installation, ..Setting::default() }
}

/// A directory that holds nothing but our own provider, which is built beside drform.
pub fn own() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let dir = work_directory("own");
        std::os::unix::fs::symlink(own_program(), dir.join("terraform-provider-drform")).unwrap();
        dir
    })
}

/// Our own provider's executable.
pub fn own_program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_drform")).with_file_name("terraform-provider-drform");
    assert!(program.exists(), "Build our provider first: cargo build -p terraform-provider-drform");
    program
}

/// A new directory below the target directory, one for each process of tests.
fn work_directory(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}
