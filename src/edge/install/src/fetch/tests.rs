#[cfg(feature = "aws")]
mod emulator;

use super::*;
use crate::Secret;
use crate::fixture::Fixture;
use crate::web::served::Served;
use sha2::Digest;

/// A tar.gz with one file in a directory.
pub(crate) fn packed(text: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "top-1/main.tf", text.as_bytes()).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

fn fetched(source: &str, settings: &Settings) -> Result<String, Failure> {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("to");
    let result = Fetcher::new(settings).fetch(source, &to, None);
    if result.is_err() {
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left of {source}");
    }
    result?;
    let names = ["top-1/main.tf", "main.tf", "a/main.tf"].map(|name| to.join(name));
    Ok(names.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default())
}

#[test]
fn archives_and_pages() {
    let served = Served::start();
    served.give("/m.tar.gz", 200, &[], &packed("plain"));
    served.give("/named", 200, &[], &packed("named"));
    served.give("/moved.tgz", 302, &[("location", "/m.tar.gz")], b"");
    served.give("/header", 200, &[("X-Terraform-Get", "./m.tar.gz")], b"");
    served.give("/header-204", 204, &[("X-Terraform-Get", "./m.tar.gz//top-*")], b"");
    let page =
        format!("<html><head><meta name=\"terraform-get\" content=\"{}\"></head>", served.url("/named?archive=tar.gz"));
    served.give("/page", 200, &[], page.as_bytes());
    served.give("/loop", 200, &[("X-Terraform-Get", "/loop")], b"");
    served.give("/silent", 200, &[], b"<html>");
    served.give("/bad", 200, &[("X-Terraform-Get", "./m.tar.gz//missing")], b"");
    served.give("/run", 200, &[("X-Terraform-Get", "git::ext::sh -c id")], b"");
    served.give("/broken.zip", 200, &[], b"no zip");
    let settings = Settings::default();
    for (path, text) in [
        ("/m.tar.gz", "plain"),
        ("/named?archive=tar.gz", "named"),
        ("/moved.tgz", "plain"),
        ("/header", "plain"),
        ("/header-204", "plain"),
        ("/page", "named"),
        ("/m.tar.gz?filename=x&archive=tgz", "plain"),
    ] {
        assert_eq!(fetched(&served.url(path), &settings).as_deref(), Ok(text), "{path}");
    }
    served.asked();
    fetched(&served.url("/header?a=b"), &settings).unwrap();
    assert_eq!(served.asked(), ["/header?a=b&terraform-get=1", "/m.tar.gz"], "as Terraform asks");
    for (path, part) in [
        ("/gone.zip", "answers with the status 404"),
        ("/silent", "does not tell where the module is"),
        ("/loop", "without end"),
        ("/bad", "has no directory \"missing\""),
        ("/run", "no address of a git repository"),
        ("/broken.zip", "was not unpacked"),
        ("/m.tar.gz?archive=rar", "names no kind of archive"),
    ] {
        let failure = fetched(&served.url(path), &settings).unwrap_err();
        assert!(failure.why.contains(part), "{path}: {}", failure.why);
    }
    assert!(fetched("oci://h/x", &settings).unwrap_err().next.contains("OCI"));
    assert!(fetched("ssh://git@h/x", &settings).unwrap_err().next.contains("git::ssh://git@h/x"));
}

#[test]
fn checksums() {
    let served = Served::start();
    let archive = packed("right");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (md5, sha1) = (hex(&md5::Md5::digest(&archive)), hex(&sha1::Sha1::digest(&archive)));
    let (sha256, sha512) = (hex(&sha2::Sha256::digest(&archive)), hex(&sha2::Sha512::digest(&archive)));
    served.give("/m.tgz", 200, &[], &archive);
    served.give("/sums", 200, &[], format!("0000  other\n{sha256} *./dist/m.tgz\n").as_bytes());
    served.give("/bsd", 200, &[], format!("SHA512 (m.tgz) = {sha512}\n").as_bytes());
    served.give("/alone", 200, &[], format!("{sha1}\n").as_bytes());
    served.give("/other", 200, &[], format!("{sha256}  other.tgz\n").as_bytes());
    let settings = Settings::default();
    for checksum in [
        format!("md5:{md5}"),
        format!("sha1:{sha1}"),
        format!("sha256:{}", sha256.to_uppercase()),
        format!("sha512:{sha512}"),
        sha256.clone(),
        format!("file:{}", served.url("/sums")),
        format!("file:{}", served.url("/bsd")),
        "file:./alone".to_string(),
    ] {
        let source = served.url(&format!("/m.tgz?checksum={checksum}"));
        assert_eq!(fetched(&source, &settings).as_deref(), Ok("right"), "{checksum}");
    }
    for (checksum, part) in [
        (format!("sha256:{}", "0".repeat(64)), format!("its sha256 is {sha256}")),
        ("sha256:00".to_string(), "is no checksum".to_string()),
        (format!("crc:{sha256}"), "is no checksum".to_string()),
        ("file:./other".to_string(), "does not name m.tgz".to_string()),
        ("file:./gone".to_string(), "404".to_string()),
    ] {
        let failure = fetched(&served.url(&format!("/m.tgz?checksum={checksum}")), &settings).unwrap_err();
        assert!(failure.why.contains(&part), "{checksum}: {}", failure.why);
    }
}

#[test]
fn who_asks() {
    let served = Served::start();
    served.give("/m.tgz", 200, &[], &packed("x"));
    served.give("/no.tgz", 401, &[], b"");
    let fixture = Fixture::new("");
    let netrc = fixture.file("netrc", "machine 127.0.0.1 login me password pw\n");
    let settings = Settings { netrc: Some(netrc), ..Settings::default() };
    fetched(&served.url("/m.tgz"), &settings).unwrap();
    // What the address says comes first.
    let source = served.url("/m.tgz").replace("http://", "http://you:there@");
    fetched(&source, &settings).unwrap();
    assert_eq!(served.asked(), ["/m.tgz [Basic bWU6cHc=]", "/m.tgz [Basic eW91OnRoZXJl]"]);
    let source = served.url("/no.tgz?token=abcdefgh").replace("http://", "http://you:there@");
    let failure = fetched(&source, &Settings::default()).unwrap_err();
    assert!(failure.why.contains("you:***@") && failure.why.contains("token=***"), "{}", failure.why);
    assert!(failure.next.contains(".netrc"), "{}", failure.next);
    // A token goes to its own host only.
    let bearer = |host: String| Some(Bearer { host, token: "t0ken".to_string() });
    for (host, shown) in [(served.host(), "/m.tgz [Bearer t0ken]"), ("other:1".to_string(), "/m.tgz")] {
        served.asked();
        let to = tempfile::tempdir().unwrap();
        let fetcher = Fetcher::new(&Settings::default());
        fetcher.fetch(&served.url("/m.tgz"), &to.path().join("to"), bearer(host).as_ref()).unwrap();
        assert_eq!(served.asked(), [shown]);
    }
}

#[test]
fn on_this_machine() {
    let fixture = Fixture::new("");
    fixture.file("with space/main.tf", "linked");
    std::fs::write(fixture.path("m.tgz"), packed("unpacked")).unwrap();
    let at = |path: &str| source::parse(&fixture.path(path).display().to_string()).unwrap().to_string();
    let settings = Settings::default();
    assert_eq!(fetched(&at("with space"), &settings).as_deref(), Ok("linked"));
    assert_eq!(fetched(&at("m.tgz"), &settings).as_deref(), Ok("unpacked"));
    assert!(fetched(&at("gone"), &settings).unwrap_err().why.contains("There is no directory"));
    assert!(fetched(&at("gone.zip"), &settings).unwrap_err().why.contains("was not read"));
}

#[cfg(feature = "aws")]
#[test]
fn objects_of_s3() {
    let served = Served::start();
    served.give("/bucket/m.tar.gz", 200, &[], &packed("from s3"));
    let page = |names: &[&str], more: &str| {
        let keys: String = names.iter().map(|name| format!("<Contents><Key>{name}</Key></Contents>")).collect();
        format!("<?xml version=\"1.0\"?><ListBucketResult>{keys}{more}</ListBucketResult>").into_bytes()
    };
    let first = page(&["dir/", "dir/main.tf"], "<NextContinuationToken>more</NextContinuationToken>");
    served.give("/bucket?list-type=2&prefix=dir%2F", 200, &[], &first);
    served.give(
        "/bucket?list-type=2&prefix=dir%2F&continuation-token=more",
        200,
        &[],
        &page(&["dir/a/b&amp;c.tf"], ""),
    );
    served.give("/bucket/dir/main.tf", 200, &[], b"listed");
    served.give("/bucket/dir/a/b&c.tf", 200, &[], b"");
    served.give("/bucket?list-type=2&prefix=bad%2F", 200, &[], &page(&["bad/../../x"], ""));
    served.give("/bucket?list-type=2&prefix=none%2F", 200, &[], &page(&[], ""));
    served.give("/bucket/no.zip", 403, &[("x-amz-bucket-region", "eu-west-1"), ("x-amz-request-id", "R1")], b"");
    let keys = "aws_access_key_id=AKID&aws_access_key_secret=s3cr3tkey&region=eu-central-1";
    let source = |path: &str| format!("s3::{}?{keys}", served.url(path));
    let settings = Settings::default();
    assert_eq!(fetched(&source("/bucket/m.tar.gz"), &settings).as_deref(), Ok("from s3"));
    let [asked] = <[String; 1]>::try_from(served.asked()).unwrap();
    assert!(asked.starts_with("/bucket/m.tar.gz [AWS4-HMAC-SHA256 Credential=AKID/"), "{asked}");
    assert!(asked.contains("/eu-central-1/s3/aws4_request") && !asked.contains("s3cr3tkey"), "{asked}");
    assert_eq!(fetched(&source("/bucket/dir"), &settings).as_deref(), Ok("listed"));
    assert_eq!(served.asked().len(), 4);
    for (path, why, next) in [
        ("/bucket/bad", "leads out of the package", "Rename"),
        ("/bucket/none", "no object whose name begins with", "?archive=zip"),
        ("/bucket/no.zip", "status 403 (request R1)", "s3.eu-west-1.amazonaws.com"),
        ("/bucket", "does not name an object", "s3::"),
    ] {
        let failure = fetched(&source(path), &settings).unwrap_err();
        assert!(failure.why.contains(why) && failure.next.contains(next), "{path}: {failure:?}");
        assert!(!failure.why.contains("s3cr3tkey"), "{}", failure.why);
    }
}

#[test]
fn objects_of_google() {
    let served = Served::start();
    served.give("/storage/v1/b/bucket/o/dir%2Fm.tgz", 200, &[], &packed("from google"));
    let first = br#"{"items":[{"name":"mod/main.tf"},{"name":"mod/"}],"nextPageToken":"p2"}"#;
    served.give("/storage/v1/b/bucket/o", 200, &[], first);
    served.give("/storage/v1/b/bucket/o", 200, &[], br#"{"items":[{"name":"mod/sub/x.tf"}]}"#);
    served.give("/storage/v1/b/bucket/o/mod%2Fmain.tf", 200, &[], b"listed");
    served.give("/storage/v1/b/bucket/o/mod%2Fsub%2Fx.tf", 200, &[], b"");
    served.give("/storage/v1/b/closed/o/m.zip", 401, &[], b"");
    let anybody = Settings { google_storage: Some(served.host()), ..Settings::default() };
    let settings = Settings { google_token: Some(Secret::new("t0ken")), ..anybody.clone() };
    let source = |path: &str| format!("gcs::https://www.googleapis.com/storage/v1/{path}");
    assert_eq!(fetched(&source("bucket/dir/m.tgz"), &settings).as_deref(), Ok("from google"));
    assert_eq!(served.asked(), ["/storage/v1/b/bucket/o/dir%2Fm.tgz?alt=media [Bearer t0ken]"]);
    assert_eq!(fetched(&source("bucket/mod"), &settings).as_deref(), Ok("listed"));
    assert!(fetched(&source("closed/m.zip"), &anybody).unwrap_err().next.contains("GOOGLE_OAUTH_ACCESS_TOKEN"));
    assert!(fetched(&source("closed/m.zip"), &settings).unwrap_err().next.contains("expired"));
}

#[test]
fn subdirectories() {
    let fixture = Fixture::new("");
    for file in ["p/a/x/m.tf", "p/ab/m.tf", "p/.hidden/m.tf", "p/f"] {
        fixture.file(file, "");
    }
    std::os::unix::fs::symlink("/", fixture.path("p/out")).unwrap();
    let package = fixture.path("p");
    for (wanted, found) in [("", ""), ("a", "a"), ("a/x", "a/x"), ("*b", "ab"), ("a/*", "a/x"), ("ab*", "ab")] {
        assert_eq!(subdirectory(&package, wanted).as_deref(), Ok(found), "{wanted}");
    }
    for (wanted, part) in [
        ("f", "has no directory \"f\""),
        ("c", "has no directory \"c\""),
        ("a*", "means more than one directory of the package: a, ab"),
        ("out", "is a link that leads out"),
    ] {
        let failure = subdirectory(&package, wanted).unwrap_err();
        assert!(failure.why.contains(part), "{wanted}: {}", failure.why);
    }
    assert_eq!(subdirectory(&package, "c").unwrap_err().next, "The package has the directories a, ab, out.");
}
