use super::*;

#[test]
fn long_forms() {
    for (written, long) in [
        ("./a", "./a"),
        ("./a//./../b", "./b"),
        ("./", "./."),
        ("../x/./y", "../x/y"),
        ("..", ".."),
        ("terraform-aws-modules/vpc/aws", "registry.terraform.io/terraform-aws-modules/vpc/aws"),
        ("terraform-aws-modules/vpc/aws//modules/x", "registry.terraform.io/terraform-aws-modules/vpc/aws//modules/x"),
        ("example.com/ns/name/aws", "example.com/ns/name/aws"),
        ("github.com/o/r", "git::https://github.com/o/r.git"),
        ("github.com/o/r.git//sub?ref=v1", "git::https://github.com/o/r.git//sub?ref=v1"),
        ("github.com/o/r?ref=v1", "git::https://github.com/o/r.git?ref=v1"),
        ("git::https://example.com/x.git//sub", "git::https://example.com/x.git//sub"),
        ("https://example.com/m.zip", "https://example.com/m.zip"),
    ] {
        assert_eq!(long_form(written), long, "{written}");
        assert!(same_source(long, written));
    }
    assert!(!same_source("./a", "./b"));
}

#[test]
fn terraforms_text() {
    let text = concat!(
        r#"{"Modules":[{"Key":"","Source":"","Dir":"."},"#,
        r#"{"Key":"a.b","Source":"registry.terraform.io/x/y/z","Version":"1.2.3","Dir":".terraform/modules/a.b\u0026"}]}"#
    );
    let manifest: ModuleManifest = serde_json::from_str(text).unwrap();
    assert_eq!(super::text(&manifest), text);
    let path = ModulePath(vec!["a".into(), "b".into()]);
    assert_eq!(manifest.entry(&path).unwrap().dir, ".terraform/modules/a.b&");
}
