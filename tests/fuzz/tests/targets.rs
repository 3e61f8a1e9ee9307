//! Every target, for a number of inputs that takes seconds: the same in every run. `DRFORM_FUZZ_SECONDS` makes it longer.

use drform_fuzz::{fuzz, targets};

#[test]
fn native_syntax() {
    fuzz("native_syntax", 300, targets::native_syntax);
}

#[test]
fn templates() {
    fuzz("templates", 300, targets::templates);
}

#[test]
fn json_syntax() {
    fuzz("json_syntax", 400, targets::json_syntax);
}

#[test]
fn configurations() {
    fuzz("configurations", 500, targets::configurations);
}

#[test]
fn version_constraints() {
    fuzz("version_constraints", 5_000, targets::version_constraints);
}

#[test]
fn function_arguments() {
    fuzz("function_arguments", 1000, targets::function_arguments);
}

#[test]
fn expressions() {
    fuzz("expressions", 300, targets::expressions);
}
