use super::*;
use crate::fixture::{Fixture, told, tree};
use config::Sources;
use expect_test::expect;

fn sources(fixture: &Fixture) -> ModuleSources {
    ModuleSources::new(&fixture.root(), &fixture.root().join(".terraform"))
}

#[test]
fn paths_are_joined_as_terraform_does() {
    for (base, path, joined_path) in [
        (".", "./a", "a"),
        ("a", "./b/", "a/b"),
        ("a/b", "../c", "a/c"),
        ("a", "..", "."),
        (".", "../x", "../x"),
        ("../x", "../y", "../y"),
        ("../x", "../../y", "../../y"),
        (".", "./a//b/./c", "a/b/c"),
        ("/r", "../../x", "/x"),
    ] {
        assert_eq!(joined(base, path), joined_path, "{base} {path}");
    }
}

#[test]
fn files_of_a_directory() {
    let fixture = Fixture::new("");
    for name in [
        "b.tf",
        "a.tf",
        "a.tofu",
        "c.tf.json",
        "d.tofu.json",
        ".hidden.tf",
        "x.tf~",
        "#y.tf#",
        "z.tfvars",
        "n.dr.hcl",
        "o.json",
        "dir.tf/inside.tf",
    ] {
        fixture.file(&format!("site/{name}"), name);
    }
    fixture.file("site/mod/m.tf", "m");
    fixture.file("beside/o.tf", "o");
    std::os::unix::fs::symlink(fixture.path("beside/o.tf"), fixture.path("site/link.tf")).unwrap();
    let sources = sources(&fixture);
    let names = |dir: &str| -> Vec<String> {
        sources.module_files(dir).unwrap().into_iter().map(|(name, _)| name.to_string()).collect()
    };
    assert_eq!(names("."), ["a.tf", "a.tofu", "b.tf", "c.tf.json", "d.tofu.json", "link.tf", "main.tf"]);
    assert_eq!(names("mod"), ["mod/m.tf"]);
    assert_eq!(names("../beside"), ["../beside/o.tf"]);
    assert_eq!(names("dir.tf"), ["dir.tf/inside.tf"]);
    std::fs::create_dir(fixture.path("site/empty")).unwrap();
    assert!(names("empty").is_empty());
}

#[test]
fn unreadable() {
    let fixture = Fixture::new("");
    let sources = sources(&fixture);
    std::fs::write(fixture.path("site/main.tf"), b"# caf\xe9").unwrap();
    std::fs::create_dir(fixture.path("site/broken")).unwrap();
    std::os::unix::fs::symlink("nowhere", fixture.path("site/broken/x.tf")).unwrap();
    let troubles = [".", "missing", "main.tf", "broken"].map(|dir| sources.module_files(dir).unwrap_err());
    expect![[r#"
        Error: Failed to read file
        The file main.tf is not UTF-8 text: byte 5 belongs to no character.
        => Save it as UTF-8.
        Error: Unreadable module directory
        The directory missing could not be read: it does not exist.
        => Check the path; it is relative to the module that it is written in.
        Error: Unreadable module directory
        The directory main.tf could not be read: Not a directory (os error 20).
        => Check the path; it is relative to the module that it is written in.
        Error: Failed to read file
        The file broken/x.tf does not exist.
        => Check the name, or where the link leads.
    "#]]
    .assert_eq(&told(&troubles.into_iter().collect()));
}

#[test]
fn modules_from_elsewhere() {
    let fixture =
        Fixture::new("module \"vpc\" {\n  source = \"x/vpc/aws\"\n}\nmodule \"near\" {\n  source = \"./near\"\n}\n");
    fixture.file("site/near/m.tf", "");
    let (_, diagnostics) = tree(&fixture.root());
    expect![[r#"
        Error: Module not installed
        module.vpc comes from "x/vpc/aws" and is not installed in this directory.
        => drform does not download modules yet: run terraform init once, or copy the module below this directory and call it by its path (./…).
    "#]]
    .assert_eq(&told(&diagnostics));

    fixture.file("site/.terraform/modules/vpc/m.tf", "module \"sub\" {\n  source = \"./sub\"\n}\n");
    fixture.file("site/.terraform/modules/vpc/sub/m.tf", "");
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},
        {"Key":"vpc","Source":"registry.terraform.io/x/vpc/aws","Version":"1.0.0","Dir":".terraform/modules/vpc"}]}"#;
    fixture.file("site/.terraform/modules/modules.json", manifest);
    let (tree_, diagnostics) = tree(&fixture.root());
    assert_eq!(told(&diagnostics), "");
    let dirs: Vec<&str> = tree_.modules.values().map(|module| module.dir.as_ref()).collect();
    assert_eq!(dirs, [".", "near", ".terraform/modules/vpc", ".terraform/modules/vpc/sub"]);

    fixture.file("site/.terraform/modules/modules.json", &manifest.replace("x/vpc", "y/vpc"));
    let (_, diagnostics) = tree(&fixture.root());
    expect![[r#"
        Error: Module source has changed
        module.vpc was installed from "registry.terraform.io/y/vpc/aws"; the configuration now says "x/vpc/aws".
        => drform does not download modules yet: run terraform init once more.
    "#]]
    .assert_eq(&told(&diagnostics));

    fixture.file("site/.terraform/modules/modules.json", "{");
    let (_, diagnostics) = tree(&fixture.root());
    assert_eq!(diagnostics.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>(), ["Unreadable module manifest"]);
}
