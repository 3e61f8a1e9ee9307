//! `terraform` as host: through `dev_overrides` and through a mirror. Live whenever `terraform` is on PATH.

use crate::{PROVIDER, directory, text};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One run of `terraform`: arguments, exit code, and what its output must hold.
struct Step {
    arguments: &'static [&'static str],
    zones: &'static str,
    code: i32,
    says: &'static [&'static str],
}

const THREE: &str = r#"["euc1-az1","euc1-az2","euc1-az3"]"#;
const FOUR: &str = r#"["euc1-az1","euc1-az2","euc1-az3","euc1-az4"]"#;

const STEPS: &[Step] = &[
    Step { arguments: &["validate"], zones: THREE, code: 0, says: &["The configuration is valid"] },
    Step {
        arguments: &["plan", "-detailed-exitcode"],
        zones: THREE,
        code: 2,
        // Known while planning, and even: two members in each zone.
        says: &["\"broker-0\" = \"euc1-az", "zones_used = [", "+ 2,", "Plan: 1 to add, 0 to change, 0 to destroy"],
    },
    Step {
        arguments: &["plan", "-var=max=1"],
        zones: THREE,
        code: 1,
        says: &["Members without a zone", "Add a zone to candidates"],
    },
    Step {
        arguments: &["apply", "-auto-approve"],
        zones: THREE,
        code: 0,
        says: &["Resources: 1 added", "region = \"eu-central-1\""],
    },
    Step { arguments: &["plan", "-detailed-exitcode"], zones: THREE, code: 0, says: &["No changes"] },
    // A fourth zone moves nobody: the candidates change, the assignment does not.
    Step {
        arguments: &["plan", "-detailed-exitcode"],
        zones: FOUR,
        code: 2,
        says: &["+ \"euc1-az4\"", "(3 unchanged attributes hidden)"],
    },
    Step { arguments: &["apply", "-auto-approve"], zones: FOUR, code: 0, says: &["0 added, 1 changed, 0 destroyed"] },
    Step {
        arguments: &["plan", "-detailed-exitcode"],
        zones: THREE,
        code: 2,
        says: &["- \"euc1-az4\"", "1 to change"],
    },
    // Nobody moves because a limit came later.
    Step {
        arguments: &["plan", "-var=max=1"],
        zones: THREE,
        code: 0,
        says: &["More members in a zone than allowed", "set max_moves"],
    },
    Step {
        arguments: &["plan", "-var=max=0"],
        zones: THREE,
        code: 1,
        says: &["must be a whole number of at least 1, not 0"],
    },
    Step {
        arguments: &["destroy", "-auto-approve"],
        zones: FOUR,
        code: 0,
        says: &["Destroy complete! Resources: 1 destroyed."],
    },
];

const MAIN: &str = r#"
terraform {
  required_providers {
    drform = { source = "drform/drform" }
  }
}
variable "zones" { type = list(string) }
variable "max" {
  type    = number
  default = null
}
resource "drform_spread" "kafka" {
  group        = "kafka"
  members      = [for i in range(6) : "broker-${i}"]
  candidates   = var.zones
  per_zone_max = var.max
}
output "zones_used" {
  value = [for zone in toset(values(drform_spread.kafka.zone)) : length([for z in drform_spread.kafka.zone : z if z == zone])]
}
output "region" {
  value = provider::drform::region_of("euc1-az1")
}
"#;

fn have_terraform() -> bool {
    Command::new("terraform").arg("version").output().is_ok()
}

fn terraform(directory: &Path, arguments: &[&str], zones: &str) -> (i32, String) {
    let output = Command::new("terraform")
        .args(arguments)
        .current_dir(directory)
        .env("TF_CLI_CONFIG_FILE", directory.join("terraform.rc"))
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .env("TF_CLI_ARGS", "-no-color")
        .env("TF_VAR_zones", zones)
        .env("DRFORM_RECORD_FILE", directory.join("record"))
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&both).into_owned())
}

fn run(directory: &Path, installation: &str) {
    std::fs::write(directory.join("terraform.rc"), installation).unwrap();
    std::fs::write(directory.join("main.tf"), MAIN).unwrap();
    if !installation.contains("dev_overrides") {
        let (code, said) = terraform(directory, &["init"], THREE);
        assert_eq!(code, 0, "{said}");
    }
    for step in STEPS {
        let (code, said) = terraform(directory, step.arguments, step.zones);
        assert_eq!(code, step.code, "terraform {:?}: {said}", step.arguments);
        for part in step.says {
            assert!(said.contains(part), "terraform {:?} does not say {part:?}: {said}", step.arguments);
        }
    }
    let record = text(&directory.join("record"));
    let verbs: Vec<&str> = record.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(verbs, ["create", "update", "delete"], "{record}");
}

#[test]
fn through_dev_overrides() {
    if !have_terraform() {
        return;
    }
    let executables = PathBuf::from(PROVIDER);
    let executables = executables.parent().unwrap().display();
    let installation = format!(
        "provider_installation {{\n dev_overrides {{ \"drform/drform\" = \"{executables}\" }}\n direct {{}}\n}}\n"
    );
    run(&directory("dev-overrides"), &installation);
}

#[test]
fn through_a_mirror() {
    if !have_terraform() {
        return;
    }
    let directory = directory("mirror");
    let platform = format!("linux_{}", if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" });
    let package = directory.join("mirror/registry.terraform.io/drform/drform/0.1.0").join(platform);
    std::fs::create_dir_all(&package).unwrap();
    std::os::unix::fs::symlink(PROVIDER, package.join("terraform-provider-drform_v0.1.0")).unwrap();
    let mirror = directory.join("mirror");
    run(
        &directory,
        &format!("provider_installation {{\n filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display()),
    );
}
