//! Rows of expressions and what `console` says to them.

use super::support::check_all;

#[test]
fn constructs() {
    check_all(
        "locals { l = \"a\" }",
        &[
            ("true ? 1 : \"a\"", "\"1\""),
            ("1/0", "+Inf"),
            ("5 % 0", "5"),
            ("null == 1", "false"),
            ("path", "Error: Invalid reference: The \"path\" object cannot be accessed directly. Instead, access one of its attributes."),
        ],
    );
}
