use super::*;
use crate::fixture::Fixture;

#[test]
fn as_terraform_reads() {
    let fixture = Fixture::new("hello");
    fixture.file("beside/x", "x");
    std::fs::create_dir(fixture.path("site/d")).unwrap();
    std::os::unix::fs::symlink("nowhere", fixture.path("site/broken")).unwrap();
    std::os::unix::net::UnixListener::bind(fixture.path("site/socket")).unwrap();
    let files = ModuleFiles::new(&fixture.root());
    assert_eq!(&*files.read("main.tf").unwrap(), b"hello");
    assert_eq!(&*files.read("../beside/x").unwrap(), b"x");
    assert_eq!(&*files.read(fixture.path("beside/x").to_str().unwrap()).unwrap(), b"x");
    let not_there = |name: &str| {
        format!(
            "no file exists at \"{name}\"; this function works only with files that are distributed as part of the \
             configuration source code, so if this file will be created by a resource in this configuration you must \
             instead obtain this result from an attribute of that resource"
        )
    };
    assert_eq!(files.read("nope"), Err(not_there("nope")));
    assert_eq!(files.read("broken"), Err(not_there("broken")));
    assert_eq!(files.read("d"), Err("failed to read file: read d: is a directory".into()));
    assert_eq!(files.read("main.tf/x"), Err("open main.tf/x: not a directory".into()));

    assert_eq!(files.exists("main.tf"), Ok(true));
    assert_eq!(files.exists("nope"), Ok(false));
    assert_eq!(files.exists("broken"), Ok(false));
    assert_eq!(files.exists("d"), Err("\"d\" is a directory, not a file".into()));
    assert_eq!(files.exists("/dev/null"), Err("\"/dev/null\" is a device node, not a regular file".into()));
    assert_eq!(files.exists("socket"), Err("\"socket\" is a unix domain socket, not a regular file".into()));
    assert_eq!(files.exists("main.tf/x"), Err("failed to stat \"main.tf/x\"".into()));

    let entries = files.list(".").unwrap();
    let shown: Vec<(&str, EntryKind)> = entries.iter().map(|e| (e.name.as_ref(), e.kind)).collect();
    let (file, directory, other) = (EntryKind::File, EntryKind::Directory, EntryKind::Other);
    assert_eq!(shown, [("broken", other), ("d", directory), ("main.tf", file), ("socket", other)]);
    assert_eq!(files.list("nope"), Ok(Vec::new()));
    assert_eq!(files.list("main.tf"), Ok(Vec::new()));
}
