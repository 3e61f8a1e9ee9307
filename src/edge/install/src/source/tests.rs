use super::*;

/// What Terraform 1.11.4 makes of sources: seen in its output (`Downloading … for …`) and its errors.
#[test]
fn as_terraform_understands_them() {
    for (written, understood) in [
        ("./a/../b", "local ./b"),
        ("./", "local ./."),
        (".\\a\\b", "local ./a/b"),
        ("../x/./y", "local ../x/y"),
        ("./a//./../b", "local ./b"),
        ("ns/name/system", "registry registry.terraform.io/ns/name/system"),
        ("ns/name/system//sub", "registry registry.terraform.io/ns/name/system | sub"),
        ("ns/name/system//sub/./x/", "registry registry.terraform.io/ns/name/system | sub/x"),
        ("Ns/Na-me_x/aws", "registry registry.terraform.io/Ns/Na-me_x/aws"),
        ("example.com/ns/name/aws", "registry example.com/ns/name/aws"),
        ("example.com:8080/ns/name/aws", "registry example.com:8080/ns/name/aws"),
        ("example.com:443/ns/name/aws", "registry example.com/ns/name/aws"),
        ("127.0.0.1:1/ns/name/aws", "registry 127.0.0.1:1/ns/name/aws"),
        ("EXAMPLE.com/ns/name/aws", "registry example.com/ns/name/aws"),
        ("github.com/o/r", "package git::https://github.com/o/r.git"),
        ("github.com/o/r.git//sub?ref=v1", "package git::https://github.com/o/r.git?ref=v1 | sub"),
        ("github.com/o/r?ref=v1", "package git::https://github.com/o/r.git?ref=v1"),
        ("github.com/o/r/sub/dir", "package git::https://github.com/o/r.git | sub/dir"),
        ("github.com/ns/name/aws", "package git::https://github.com/ns/name.git | aws"),
        ("github.com/ns/name/aws//deep", "package git::https://github.com/ns/name.git | aws/deep"),
        ("bitbucket.org/o/r", "package git::https://bitbucket.org/o/r.git"),
        ("bitbucket.org/ns/name/aws", "package git::https://bitbucket.org/ns/name/aws.git"),
        ("git@github.com:o/r.git", "package git::ssh://git@github.com/o/r.git"),
        ("git@github.com:o/r.git//sub?ref=a/b", "package git::ssh://git@github.com/o/r.git?ref=a%2Fb | sub"),
        ("git@example.com:/abs/r.git", "package git::ssh://git@example.com/abs/r.git"),
        ("git::git@example.com:o/r.git?ref=v1&depth=1", "package git::ssh://git@example.com/o/r.git?depth=1&ref=v1"),
        ("git::ssh://git@example.com:2222/o/r.git", "package git::ssh://git@example.com:2222/o/r.git"),
        ("git::https://example.com/r.git//sub/../x?ref=v1", "package git::https://example.com/r.git?ref=v1 | x"),
        ("git::https://user:pw@example.com/r.git", "package git::https://user:pw@example.com/r.git"),
        ("git::file:///nowhere/r.git", "package git::file:///nowhere/r.git"),
        ("git::/nowhere/abs.git", "package git::file:///nowhere/abs.git"),
        ("hg::http://example.com/r.hg", "package hg::http://example.com/r.hg"),
        ("https://example.com/m.zip//*?archive=zip", "package https://example.com/m.zip?archive=zip | *"),
        ("http://h/m.tar.gz?checksum=md5:00", "package http://h/m.tar.gz?checksum=md5:00"),
        ("https://h/m?u=https://x//y", "package https://h/m?u=https://x//y"),
        ("s3::https://s3-eu-west-1.amazonaws.com/b/m.zip", "package s3::https://s3-eu-west-1.amazonaws.com/b/m.zip"),
        ("s3-eu-west-1.amazonaws.com/b/m.zip", "package s3::https://s3-eu-west-1.amazonaws.com/b/m.zip"),
        ("s3.amazonaws.com/b/m.zip", "package s3::https://s3.amazonaws.com/b/m.zip"),
        ("b.s3.amazonaws.com/m.zip", "package s3::https://s3.amazonaws.com/b/m.zip"),
        ("b.s3-eu-west-1.amazonaws.com/m.zip", "package s3::https://s3-eu-west-1.amazonaws.com/b/m.zip"),
        ("b.s3.eu-west-1.amazonaws.com/m.zip", "package s3::https://s3.eu-west-1.amazonaws.com/b/m.zip"),
        ("www.googleapis.com/storage/v1/b/m.zip", "package gcs::https://www.googleapis.com/storage/v1/b/m.zip"),
        ("/nowhere/abs//sub", "package file:///nowhere/abs | sub"),
        ("file:///nowhere/x", "package file:///nowhere/x"),
        ("ftp://example.com/x", "package ftp://example.com/x"),
        ("git::ext::sh -c touch", "package git::ext::sh -c touch"),
        ("C:\\x", "package C:\\x"),
    ] {
        let source = parse(written).unwrap_or_else(|error| panic!("{written}: {error:?}"));
        let shown = match &source {
            Source::Local(path) => format!("local {path}"),
            Source::Registry(module) => with("registry", &module.address(), &module.subdirectory),
            Source::Package(package) => with("package", &package.address, &package.subdirectory),
        };
        assert_eq!(shown, understood, "{written}");
        // The long form means the same.
        assert_eq!(parse(&source.to_string()).as_ref(), Ok(&source), "{written}");
    }
}

fn with(kind: &str, address: &str, subdirectory: &str) -> String {
    if subdirectory.is_empty() { format!("{kind} {address}") } else { format!("{kind} {address} | {subdirectory}") }
}

/// Terraform refuses these too.
#[test]
fn not_understood() {
    for (written, part) in [
        ("", "is empty"),
        (".", "neither a path"),
        ("..", "neither a path"),
        ("vpc", "neither a path"),
        ("a/b", "neither a path"),
        ("a/b/c/d/e", "neither a path"),
        ("ns/name/AWS", "neither a path"),
        ("-ns/name/aws", "neither a path"),
        ("localhost/ns/name/aws", "neither a path"),
        ("xn--bcher-kva.example/ns/name/aws", "neither a path"),
        ("gitlab.com/o/r", "neither a path"),
        ("~/x", "neither a path"),
        ("git::./rel", "neither a path"),
        ("me@example.com:o/r.git", "neither a path"),
        ("ssh://git@example.com:o/r.git", "is no address"),
        ("github.com/o", "does not name a repository"),
        ("www.googleapis.com/storage/v1", "does not name an object"),
        ("s3.eu.x.y.z.amazonaws.com/b/k", "does not name an object"),
        ("ns/name/system//../x", "leads out of the package"),
        ("git::https://example.com/r.git//../x", "leads out of the package"),
        ("github.com/o/r/../../x", "leads out of the package"),
    ] {
        match parse(written) {
            Ok(source) => panic!("{written}: {source:?}"),
            Err(error) => assert!(error.why.contains(part), "{written}: {}", error.why),
        }
    }
}

#[test]
fn as_the_manifest_has_them() {
    for (written, text) in [
        ("github.com/o/r//sub?ref=v1", "git::https://github.com/o/r.git//sub?ref=v1"),
        ("x/y/z//sub", "registry.terraform.io/x/y/z//sub"),
        ("../a", "../a"),
        ("a.b.c/x/y/z", "a.b.c/x/y/z"),
    ] {
        assert_eq!(parse(written).unwrap().to_string(), text);
    }
}
