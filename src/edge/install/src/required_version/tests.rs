use super::*;
use crate::fixture::{Fixture, told};

fn check(constraint: &str, version: &str) -> String {
    let fixture = Fixture::new(&format!("terraform {{\n  required_version = \"{constraint}\"\n}}\n"));
    told(&check_required_version(&fixture.tree(), version)).lines().take(2).collect::<Vec<_>>().join(" | ")
}

#[test]
fn as_terraform_says() {
    for constraint in [">= 1.0", "~> 1.11", "1.11.4", "~> 1.11.0, != 1.11.3", ">= v1.5, < 2"] {
        assert_eq!(check(constraint, "1.11.4"), "", "{constraint}");
    }
    assert_eq!(check("~> 1.12", "1.12.0-beta1"), "", "a prerelease counts as its release");
    assert_eq!(
        check("~> 1.0.0", "1.11.4"),
        "Error: Unsupported Terraform Core version | This configuration does not support Terraform version 1.11.4. To \
         proceed, either choose another supported Terraform version or update this version constraint. Version \
         constraints are normally set for good reason, so updating the constraint may lead to other errors or \
         unexpected behavior."
    );
    assert_eq!(
        check("~> 1.11.0-beta1", "1.11.4"),
        "Error: Invalid required_version constraint | Prerelease version constraints are not supported: ~> \
         1.11.0-beta1. Remove the prerelease information from the constraint. Prerelease versions of terraform will \
         match constraints using their version core only."
    );
    assert!(check("x", "1.11.4").starts_with("Error: Invalid version constraint | This string does not use correct"));
    assert!(check("", "1.11.4").starts_with("Error: Invalid version constraint"));
    assert!(check(">= 1.0", "x").starts_with("Error: Invalid Terraform version"));
}

#[test]
fn modules_have_their_say() {
    let fixture = Fixture::new("module \"a\" {\n  source = \"./a\"\n}\n");
    fixture.file("site/a/main.tf", "terraform {\n  required_version = \"< 1.0\"\n}\n");
    let diagnostics = check_required_version(&fixture.tree(), "1.11.4");
    let one = diagnostics.iter().next().unwrap();
    assert!(one.detail.starts_with("Module module.a (from ./a) does not support Terraform version 1.11.4."));
    assert_eq!(one.subject.as_ref().unwrap().file.as_ref(), "a/main.tf");
}
