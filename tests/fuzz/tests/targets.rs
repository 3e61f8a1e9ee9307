//! Every target, for a number of inputs that takes seconds: the same in every run. `DRFORM_FUZZ_SECONDS` makes it longer.

use drform_fuzz::{fuzz, targets};

#[test]
fn native_syntax() {
    fuzz("native_syntax", 2_000, targets::native_syntax);
}

#[test]
fn templates() {
    fuzz("templates", 2_000, targets::templates);
}

#[test]
fn json_syntax() {
    fuzz("json_syntax", 2_000, targets::json_syntax);
}

#[test]
fn configurations() {
    fuzz("configurations", 1_000, targets::configurations);
}

#[test]
fn version_constraints() {
    fuzz("version_constraints", 5_000, targets::version_constraints);
}

#[test]
fn function_arguments() {
    fuzz("function_arguments", 2_000, targets::function_arguments);
}

#[test]
fn expressions() {
    fuzz("expressions", 1_000, targets::expressions);
}
