use super::*;
use crate::fixture::Fixture;
use std::os::unix::fs::PermissionsExt;

#[test]
fn unpacks() {
    let fixture = Fixture::new("");
    let archive = fixture.zip("a.zip", &[("bin", "#!", 0o755), ("d/e/f", "text", 0o644)]);
    let to = fixture.path("some/where");
    fixture.file("some/where/old", "");
    unpack(&archive, &to).unwrap();
    assert_eq!(fixture.text("some/where/d/e/f"), "text");
    assert!(!to.join("old").exists());
    let mode = |path: &str| fs::metadata(to.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("bin"), mode("d/e/f"), mode("")), (0o755, 0o644, 0o755));
    let around: Vec<_> = fs::read_dir(fixture.path("some")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(around, ["where"], "nothing is left behind");
}

#[test]
fn stays_inside() {
    let fixture = Fixture::new("");
    for name in ["../evil", "a/../../evil", "/evil", "a\\..\\..\\evil", "C:evil"] {
        let archive = fixture.zip("a.zip", &[("good", "", 0o644), (name, "x", 0o644)]);
        let to = fixture.path("deep/er/target");
        let error = unpack(&archive, &to).unwrap_err().to_string();
        assert!(error.contains("leads out of it"), "{name}: {error}");
        assert!(!to.exists(), "{name}");
        assert_eq!(fs::read_dir(fixture.path("deep/er")).unwrap().count(), 0);
    }
    let path = fixture.path("link.zip");
    let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
    writer.add_symlink("out", "/etc", zip::write::SimpleFileOptions::default()).unwrap();
    writer.finish().unwrap();
    let error = unpack(&path, &fixture.path("t")).unwrap_err().to_string();
    assert_eq!(error, "the archive has an entry \"out\" that is a link");
    assert!(unpack(&fixture.file("no.zip", "text"), &fixture.path("t")).is_err());
}

#[test]
fn ten_at_once() {
    let fixture = Fixture::new("");
    let archive = fixture.packed("example.com/a/b", "1.0.0");
    let to = fixture.path("cache/x/y");
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| unpack_into_cache(&archive, &fixture.path("cache"), &to).unwrap());
        }
    });
    assert_eq!(package::h1_of_directory(&to).unwrap(), package::h1_of_archive(&archive).unwrap());
    // What is right stays; what is not is replaced.
    let inode = || std::os::unix::fs::MetadataExt::ino(&fs::metadata(&to).unwrap());
    let before = inode();
    unpack_into_cache(&archive, &fixture.path("cache"), &to).unwrap();
    assert_eq!(inode(), before);
    fixture.file("cache/x/y/LICENSE", "changed");
    unpack_into_cache(&archive, &fixture.path("cache"), &to).unwrap();
    assert_eq!(fixture.text("cache/x/y/LICENSE"), "Free.\n");
}
