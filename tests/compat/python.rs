//! A provider that others could have written: under drform it has the plan, values and state that it has under
//! Terraform.

use crate::case::Case;
use crate::plugin::{shelf_mirrored, shelf_setting};
use crate::transcript::agree;

#[test]
fn the_same_plan_values_and_state() {
    agree(&Case::read("provider_python"), &shelf_setting());
}

#[test]
fn functions_of_known_and_unknown_values() {
    agree(&Case::read("provider_python_functions"), &shelf_mirrored());
}

#[test]
fn functions_in_template_files_only() {
    agree(&Case::read("provider_python_functions_in_templates"), &shelf_setting());
}

#[test]
fn data_sources_before_and_during_apply() {
    agree(&Case::read("provider_python_data"), &shelf_setting());
}
