use super::*;
use crate::fixture::Fixture;

/// Checksums that Terraform 1.11.4 gave for the same packages are compared live in `init/tests.rs`; these are by hand:
/// sha256 of lines `sha256  name`.
#[test]
fn checksums() {
    let fixture = Fixture::new("");
    fixture.unpacked("example.com/a/b", "1.0.0");
    let dir = fixture.path(&format!("mirror/example.com/a/b/1.0.0/{}", crate::platform::platform()));
    let h1 = h1_of_directory(&dir).unwrap();
    std::os::unix::fs::symlink(&dir, fixture.path("link")).unwrap();
    assert_eq!(h1_of_directory(&fixture.path("link")).unwrap(), h1);
    let package = Package::Unpacked(dir.clone());
    assert!(package.matches_any(&["h1:x".into(), h1.clone()]).unwrap());
    assert!(!package.matches_any(&["zh:00".into()]).unwrap());
    assert!(!package.matches_any(&[]).unwrap());
    fixture.file(&format!("mirror/example.com/a/b/1.0.0/{}/README.md", crate::platform::platform()), "Other.");
    assert!(!package.matches_any(&[h1]).unwrap());
}

#[test]
fn a_known_checksum() {
    let fixture = Fixture::new("");
    fixture.file("p/terraform-provider-x", "hello\n");
    // printf '%s  terraform-provider-x\n' $(sha256sum of "hello\n") | sha256sum, in base64.
    assert_eq!(h1_of_directory(&fixture.path("p")).unwrap(), "h1:WMYHSEbZMyfptcrFAZtN12glI7kotgzya06Mges0Szs=");
}

#[test]
fn an_archive_has_the_checksum_of_its_directory() {
    let fixture = Fixture::new("");
    let archive = fixture.packed("example.com/a/b", "1.0.0");
    let to = fixture.path("unpacked");
    crate::archive::unpack(&archive, &to).unwrap();
    assert_eq!(h1_of_archive(&archive).unwrap(), h1_of_directory(&to).unwrap());
    let package = Package::Packed(archive.clone());
    assert!(package.matches_any(&[zh_of_archive(&archive).unwrap()]).unwrap());
    assert!(package.matches_any(&["zh:0".into(), h1_of_archive(&archive).unwrap()]).unwrap());
    assert!(!package.matches_any(&["zh:0".into(), "h1:0".into()]).unwrap());
}

#[test]
fn executables() {
    let fixture = Fixture::new("");
    let names = [
        "terraform-provider-aws-cc",
        "terraform-provider-awscc",
        "terraform-provider-aws.d",
        "terraform-provider-google_v1",
    ];
    for name in names {
        fixture.file(&format!("p/{name}"), "");
    }
    let found = |kind| {
        let path = executable(&fixture.path("p"), kind).unwrap();
        path.map(|path| path.file_name().unwrap().to_str().unwrap().to_string())
    };
    assert_eq!(found("aws"), None);
    assert_eq!(found("google").as_deref(), Some("terraform-provider-google_v1"));
    fixture.file("p/terraform-provider-aws_v1.0.0_x5", "");
    assert_eq!(found("aws").as_deref(), Some("terraform-provider-aws_v1.0.0_x5"));
    assert!(executable(&fixture.path("nope"), "aws").is_err());
}
