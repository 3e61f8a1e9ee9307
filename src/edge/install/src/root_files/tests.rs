use super::*;
use crate::fixture::{Fixture, told};
use expect_test::expect;

#[test]
fn variable_files_in_order() {
    let fixture = Fixture::new("");
    for name in [
        "terraform.tfvars.json",
        "terraform.tfvars",
        "b.auto.tfvars",
        "a.auto.tfvars.json",
        "c.tfvars",
        ".x.auto.tfvars",
        "y.auto.tfvars~",
        "dir.auto.tfvars/x",
    ] {
        fixture.file(&format!("site/{name}"), "");
    }
    let root = fixture.root();
    let files = variable_files(&root).unwrap();
    let names: Vec<&str> = files.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars.json", "b.auto.tfvars"]);
    assert_eq!(
        told(&variable_files(&fixture.path("nope")).unwrap_err().into()).lines().next(),
        Some("Error: Unreadable directory")
    );
}

#[test]
fn unreadable_variable_files() {
    let fixture = Fixture::new("");
    fixture.file("good", "a = 1");
    std::fs::write(fixture.path("bad"), b"a\xff").unwrap();
    assert_eq!(&*variable_file(&fixture.path("good")).unwrap(), "a = 1");
    let troubles = ["nope", "bad", "site"].map(|name| variable_file(&fixture.path(name)).unwrap_err());
    let told = told(&troubles.into_iter().collect()).replace(fixture.path("").to_str().unwrap(), "DIR/");
    expect![[r#"
        Error: Failed to read variables file
        Given variables file DIR/nope does not exist.
        => Check the name after -var-file; it is relative to the root module's directory.
        Error: Failed to read variables file
        The file DIR/bad is not UTF-8 text: byte 1 belongs to no character.
        => Save it as UTF-8.
        Error: Failed to read variables file
        The file DIR/site could not be read: Is a directory (os error 21).
        => Check that it is a file and may be read.
    "#]]
    .assert_eq(&told);
}

#[test]
fn dr_files_in_order() {
    let fixture = Fixture::new("");
    fixture.file("site/z.dr.hcl", "z");
    fixture.file("site/a.dr.hcl", "a");
    fixture.file("site/a.hcl", "");
    let files = dr_files(&fixture.root()).unwrap();
    assert_eq!(files, [("a.dr.hcl".into(), "a".into()), ("z.dr.hcl".into(), "z".into())]);
    assert!(dr_files(&fixture.path("mirror")).unwrap().is_empty());
}
