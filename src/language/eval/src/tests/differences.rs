//! What we do as later versions of Terraform and OpenTofu do, and 1.11.4 does not.

use super::support::check_all;

#[test]
fn the_other_side_of_a_decided_condition_does_not_matter() {
    let short_circuit = [
        ("false && null.x", "false"),
        ("true || null.x", "true"),
        ("null.x && false", "false"),
        ("null.x || true", "true"),
        ("local.m != null && local.m.a > 1", "false"),
        ("local.m == null || local.m.a > 1", "true"),
        (
            "true && null.x",
            "Error: Attempt to get attribute from null value: This value is null, so it does not have any attributes.",
        ),
        ("false && sensitive(true)", "(sensitive value)"),
        ("terraform_data.a.id == \"x\" && [][0]", "(known after apply)"),
        (
            "[][0] && terraform_data.a.id == \"x\"",
            "Error: Invalid index: The given key does not identify an element in this collection value: the collection has \
             no elements.",
        ),
        // Wrong types and wrong names are told all the same.
        ("false && []", "Error: Invalid operand: Unsuitable value for right operand: bool required."),
        (
            "false && local.nope",
            "Error: Reference to undeclared local value: A local value with the name \"nope\" has not been declared.",
        ),
    ];
    check_all("locals { m = null }\nresource \"terraform_data\" \"a\" {}", &short_circuit);
}

#[test]
fn null_is_compared_with_the_whole_only() {
    let rows = [
        ("{ a = sensitive(1) } == null", "false"),
        ("null != [sensitive(1)]", "true"),
        ("sensitive({ a = 1 }) == null", "(sensitive value)"),
        ("{ a = sensitive(1) } == { a = 1 }", "(sensitive value)"),
    ];
    check_all("", &rows);
}

#[test]
fn bounds_decide_comparisons() {
    let rows = [
        ("length(terraform_data.a.output) >= 0", "(known after apply)"),
        ("length(tolist(terraform_data.a.output)) < 0", "(known after apply)"),
        ("length(tolist(terraform_data.a.output)) + 5 > 4", "true"),
        ("length(tolist(terraform_data.a.output)) - 5 > 4", "(known after apply)"),
        ("5 - length(tolist(terraform_data.a.output)) < 6", "true"),
    ];
    check_all("resource \"terraform_data\" \"a\" { input = tolist([\"x\"]) }", &rows);
}

/// `convert` of OpenTofu 1.13 and Terraform 1.15.
#[test]
fn conversions_to_a_written_type() {
    let rows = [
        ("convert(\"1\", number)", "1"),
        ("core::convert([\"a\"], set(string))", "toset([ \"a\", ])"),
        ("convert({}, object({ a = optional(string, \"x\") }))", "{ \"a\" = \"x\" }"),
        ("convert([{ a = 1 }], list(object({ a = string })))", "tolist([ { \"a\" = \"1\" }, ])"),
        ("convert(null, string)", "tostring(null)"),
        ("convert(sensitive(1), string)", "(sensitive value)"),
        ("convert(\"a\", any)", "\"a\""),
        (
            "convert(\"x\", number)",
            "Error: Invalid function argument: Invalid value for \"value\" parameter: a number is required.",
        ),
        (
            "convert(\"x\")",
            "Error: Not enough function arguments: Function \"convert\" expects 2 argument(s). Missing value for \"type\".",
        ),
    ];
    check_all("locals { l = convert([1], list(string)) }", &rows);
}

#[test]
fn functions_by_their_long_names() {
    check_all("", &[("core::upper(\"a\")", "\"A\""), ("core::try(null.x, 1)", "1"), ("core::can(null.x)", "false")]);
}
