//! Which files of a directory are read.

use super::{check_mistakes, loaded, source_of};
use expect_test::expect;

#[test]
fn a_tofu_file_hides_its_namesake() {
    let (tree, texts, diagnostics) = loaded(
        "#- a.tf\nlocals {\n  a = 1\n}\n#- a.tofu\nlocals {\n  a = 2\n}\n#- a.tf.json\n{\"locals\": {\"b\": 1}}\n#- b.tf.json\n{\"locals\": {\"c\": 1}}\n#- b.tofu.json\n{\"locals\": {\"c\": 2}}\n#- b.tf\nlocals {\n  d = 1\n}\n#- c.tofu\nlocals {\n  e = 1\n}\n#- x_override.tf\nlocals {\n  d = 2\n}\n#- x_override.tofu\nlocals {\n  d = 3\n}\n",
    );
    let root = tree.root().unwrap();
    let value = |name: &str| source_of(&root.locals[name].expr, &texts);
    assert_eq!(["a", "b", "c", "d", "e"].map(value), ["2", "1", "2", "3", "1"]);
    assert!(!diagnostics.has_errors());
    let told: Vec<&str> = diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert_eq!(
        told,
        [
            "a.tofu is read in place of a.tf, which is ignored. Terraform does the opposite.",
            "b.tofu.json is read in place of b.tf.json, which is ignored. Terraform does the opposite.",
            "x_override.tofu is read in place of x_override.tf, which is ignored. Terraform does the opposite.",
        ]
    );
}

#[test]
fn nothing_to_read() {
    check_mistakes(
        "#- a.tfvars\na = 1\n",
        expect![[r#"
        No configuration files
            The directory . has no configuration files (.tf or .tf.json).
            > Change to a directory with configuration, or write a first main.tf.
    "#]],
    );
}
