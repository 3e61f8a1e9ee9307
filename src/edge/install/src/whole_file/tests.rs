use super::*;
use crate::fixture::Fixture;
use std::os::unix::fs::PermissionsExt;

#[test]
fn writes_and_links() {
    let fixture = Fixture::new("");
    let path = fixture.path("a/b/c");
    write(&path, "one").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    write(&path, "two").unwrap();
    assert_eq!(fixture.text("a/b/c"), "two");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(fixture.path("a/b")).unwrap().count(), 1);

    let link = fixture.path("x/link");
    link_directory(&fixture.path("a/b"), &link).unwrap();
    assert_eq!(fixture.text("x/link/c"), "two");
    // A mirror that is the data directory itself loses nothing.
    link_directory(&link, &fixture.path("a/b")).unwrap();
    assert_eq!(fixture.text("a/b/c"), "two");
    fixture.file("other/c", "three");
    link_directory(&fixture.path("other"), &link).unwrap();
    assert_eq!((fixture.text("x/link/c"), fixture.text("a/b/c")), ("three".into(), "two".into()));
    remove(&link).unwrap();
    remove(&link).unwrap();
    assert_eq!(fixture.text("other/c"), "three");
    copy_directory(&fixture.path("a"), &fixture.path("x")).unwrap();
    assert_eq!(fixture.text("x/b/c"), "two");
}
