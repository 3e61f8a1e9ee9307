//! `required_version` of all modules.

use crate::requirements::invalid;
use crate::{Constraints, Version};
use addrs::ModulePath;
use config::{ModuleTree, VersionConstraint};
use diag::{Diagnostic, Diagnostics};

/// Compares the `required_version` of every module with the version of Terraform that we stand for.
pub fn check_required_version(tree: &ModuleTree, terraform_version: &str) -> Diagnostics {
    let Ok(version) = Version::parse(terraform_version) else {
        let detail = format!("{terraform_version:?} is not a version of Terraform.");
        return Diagnostic::error("Invalid Terraform version", detail).next("Set it to one such as 1.11.4.").into();
    };
    // A prerelease of Terraform matches as the release that it leads to.
    let version = Version { prerelease: String::new(), build: String::new(), ..version };
    let mut diagnostics = Diagnostics::new();
    for module in tree.modules.values() {
        for required in &module.required_version {
            diagnostics.extend(check(required, ("Terraform", "Terraform Core"), &version, &who(tree, &module.path)));
        }
        for required in &module.compatible_with {
            diagnostics.extend(check(required, ("OpenTofu", "OpenTofu"), &OPENTOFU, &who(tree, &module.path)));
        }
    }
    diagnostics
}

/// The version of OpenTofu whose language is read.
const OPENTOFU: Version = Version { numbers: [1, 12, 0], prerelease: String::new(), build: String::new() };

/// The module as the message names it.
fn who(tree: &ModuleTree, path: &ModulePath) -> String {
    match tree.call_of(path) {
        Some(call) => format!("Module {path} (from {})", call.source),
        None => "This configuration".to_string(),
    }
}

fn check(
    required: &VersionConstraint,
    (product, core): (&str, &str),
    version: &Version,
    who: &str,
) -> Option<Diagnostic> {
    let constraints = match Constraints::parse(&required.text) {
        Ok(constraints) => constraints,
        Err(reason) => return Some(invalid(&reason, &required.range)),
    };
    if constraints.prerelease().is_some() {
        let detail = format!(
            "Prerelease version constraints are not supported: {}. Remove the prerelease information from the \
             constraint. Prerelease versions of terraform will match constraints using their version core only.",
            required.text
        );
        let diagnostic = Diagnostic::error("Invalid required_version constraint", detail);
        return Some(diagnostic.at(required.range.clone()).next("Remove what follows the hyphen."));
    }
    if constraints.allow(version) {
        return None;
    }
    let detail = format!(
        "{who} does not support {product} version {version}. To proceed, either choose another supported {product} \
         version or update this version constraint. Version constraints are normally set for good reason, so \
         updating the constraint may lead to other errors or unexpected behavior."
    );
    Some(
        Diagnostic::error(format!("Unsupported {core} version"), detail).at(required.range.clone()).next(format!(
            "drform stands for {product} {version}: widen the constraint if the configuration allows it."
        )),
    )
}

#[cfg(test)]
mod tests;
