//! Our own provider: in Terraform through the plugin, in drform built in, and all is the same.

use crate::case::Case;
use crate::plugin::{overrides, own, own_program};
use crate::tool::{Setting, directory};
use crate::transcript::agree_each;

#[test]
fn through_dev_overrides() {
    let overridden = Setting { installation: overrides(&[("drform/drform", own())]), ..Setting::default() };
    agree_each(&Case::read("provider_spread"), &Setting::default(), &overridden);
}

#[test]
fn through_the_plugin_in_drform_too() {
    let overridden = Setting { installation: overrides(&[("drform/drform", own())]), ..Setting::default() };
    agree_each(&Case::read("provider_spread"), &overridden, &overridden);
}

#[test]
fn through_a_mirror() {
    let mirror = directory();
    let platform = format!("linux_{}", if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" });
    let package = mirror.path().join("registry.terraform.io/drform/drform/0.1.0").join(platform);
    std::fs::create_dir_all(&package).unwrap();
    std::os::unix::fs::symlink(own_program(), package.join("terraform-provider-drform_v0.1.0")).unwrap();
    let installation =
        format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.path().display());
    let mirrored = Setting { installation, ..Setting::default() };
    agree_each(&Case::read("provider_spread_mirror"), &Setting::default(), &mirrored);
}
