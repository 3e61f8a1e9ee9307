use super::*;

#[test]
fn recorded_sources() {
    for (recorded, written, same) in [
        ("./a", "./a", true),
        ("./b", "./a//./../b", true),
        ("./a", "./b", false),
        ("registry.terraform.io/x/y/aws", "x/y/aws", true),
        ("x/y/aws", "registry.terraform.io/x/y/aws", true),
        ("registry.terraform.io/x/y/aws//modules/x", "x/y/aws//modules/x", true),
        ("registry.terraform.io/x/y/aws", "example.com/x/y/aws", false),
        ("git::https://github.com/o/r.git//sub?ref=v1", "github.com/o/r.git//sub?ref=v1", true),
        ("git::https://github.com/o/r.git?ref=v2", "github.com/o/r?ref=v1", false),
    ] {
        assert_eq!(same_source(recorded, &source::parse(written).unwrap()), same, "{written}");
    }
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
