use super::*;
use crate::fixture::Fixture;
use std::os::unix::fs::{PermissionsExt, symlink};

fn names(fixture: &Fixture, target: &str, depth: Depth) -> String {
    match format_files(&fixture.path("site"), Path::new(target), depth) {
        Ok(files) => files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" "),
        Err(diagnostic) => diagnostic.summary,
    }
}

#[test]
fn finds_what_terraform_finds_and_files_of_ours() {
    let fixture = Fixture::new("");
    for name in [
        "b.tfvars",
        "c.tftest.hcl",
        "d.tfmock.hcl",
        "e.tofu",
        "f.tofutest.hcl",
        "g.dr.hcl",
        "h.hcl",
        "i.tf.json",
        ".j.tf",
        "k.tf~",
        "#l.tf#",
        "m.TF",
        "n.tfvars.json",
        "sub/o.tf",
        "sub/deep/p.tf",
        ".hidden/q.tf",
        "dir.tf/r.tf",
        ".terraform.lock.hcl",
    ] {
        fixture.file(&format!("site/{name}"), "");
    }
    symlink(fixture.path("site/sub"), fixture.path("site/link")).unwrap();
    symlink(fixture.path("site/h.hcl"), fixture.path("site/link.tf")).unwrap();
    let here = "b.tfvars c.tftest.hcl d.tfmock.hcl e.tofu f.tofutest.hcl g.dr.hcl link.tf main.tf";
    assert_eq!(names(&fixture, "", Depth::One), here);
    let all = "b.tfvars c.tftest.hcl d.tfmock.hcl dir.tf/r.tf e.tofu f.tofutest.hcl g.dr.hcl link.tf main.tf \
               sub/deep/p.tf sub/o.tf";
    assert_eq!(names(&fixture, "", Depth::All), all);
    assert_eq!(names(&fixture, "sub", Depth::One), "sub/o.tf");
    assert_eq!(names(&fixture, "../site/sub/o.tf", Depth::One), "../site/sub/o.tf");
    assert_eq!(names(&fixture, ".j.tf", Depth::One), ".j.tf");
    assert_eq!(names(&fixture, "i.tf.json", Depth::One), "Not a file to format");
    assert_eq!(names(&fixture, "none.tf", Depth::One), "No such file or directory");
}

#[test]
fn writing_keeps_mode_and_link() {
    let fixture = Fixture::new("a=1\n");
    let (file, link) = (fixture.path("site/main.tf"), fixture.path("site/link.tf"));
    symlink("main.tf", &link).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
    write_format_file(&link, "link.tf", "a = 1\n").unwrap();
    assert_eq!(fixture.text("site/main.tf"), "a = 1\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

    let directory = fixture.path("site/dir.tf");
    fs::create_dir(&directory).unwrap();
    let refused = write_format_file(&directory, "dir.tf", "").unwrap_err();
    assert_eq!(refused.summary, "Failed to write file");
    assert_eq!(fs::read_dir(fixture.path("site")).unwrap().count(), 3);
}

#[test]
fn says_where_text_is_none() {
    let refused = format_text(b"a = \xff".to_vec(), "<stdin>").unwrap_err();
    assert_eq!(refused.detail, "The file <stdin> is not UTF-8 text: byte 4 belongs to no character.");
}
