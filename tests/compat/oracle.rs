//! `terraform_data` in every form: drform and Terraform say and write the same.

use crate::case::{Case, here};
use crate::tool::Setting;
use crate::transcript::agree;
use std::collections::BTreeSet;
use std::fs;

/// One test for each case, so that they run side by side and fail by name.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        const CASES: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            agree(&Case::read(stringify!($name)), &Setting::default());
        })+
    };
}

cases! {
    check_blocks,
    conditions,
    conditions_later,
    count,
    count_of_unknown_length,
    count_to_single,
    create_before_destroy,
    depends_on,
    destroy_order,
    dynamic_values,
    ephemeral_values,
    for_each_chain,
    for_each_map,
    functions,
    ignore_changes,
    import_blocks,
    json,
    locals_chain,
    moved,
    moved_shapes,
    module_scope,
    modules_between,
    modules_for_each,
    modules_nested,
    multi_line_changes,
    nulls,
    optional_attributes,
    outputs_multi_line,
    outputs_only,
    outputs_sensitive,
    overrides,
    prevent_destroy,
    refresh_only,
    remote_state,
    removed_block,
    replace_flag,
    replace_triggered_by,
    sensitive_flow,
    templates,
    triggers_replace,
    unknown_flow,
    unknown_shapes,
    variables_precedence,
    variables_types,
    variables_untyped,
    variables_validation,
}

#[test]
fn every_case_is_run() {
    let files: BTreeSet<String> = fs::read_dir(here().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("provider_"))
        .collect();
    assert_eq!(files, CASES.iter().map(ToString::to_string).collect());
}
