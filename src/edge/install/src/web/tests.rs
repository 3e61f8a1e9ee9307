use super::served::Served;
use super::*;

fn web() -> Web {
    Web::new(&Settings { retries: 2, ..Settings::default() }).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn redirections_tell_other_hosts_nothing() {
    let (here, there) = (Served::start(), Served::start());
    here.give("/a", 302, &[("location", "/b")], b"");
    here.give("/b", 307, &[("location", &there.url("/c"))], b"");
    there.give("/c", 200, &[("X-Kind", "x")], b"found");
    let web = web();
    let start = here.url("/a").replace("http://", "http://me:p%40ss@");
    let answer = web.get(&url(&start), &[]).unwrap();
    assert_eq!((answer.status, answer.header("x-kind")), (200, Some("x")));
    assert_eq!(answer.url.as_str(), there.url("/c"));
    assert_eq!(web.text(answer, 5), Ok("found".to_string()));
    let [first, second] = <[String; 2]>::try_from(here.asked()).unwrap();
    assert_eq!(first, "/a [Basic bWU6cEBzcw==]");
    assert_eq!(second, "/b");
    assert_eq!(there.asked(), ["/c"]);

    here.give("/round", 302, &[("location", "/round")], b"");
    assert_eq!(web.get(&url(&here.url("/round")), &[]).unwrap_err(), "more than 10 redirections");
    here.give("/file", 302, &[("location", "file:///etc/passwd")], b"");
    assert_eq!(web.get(&url(&here.url("/file")), &[]).unwrap_err(), "it redirects to an address of the kind file:");
}

#[test]
fn servers_in_trouble_are_asked_again() {
    let served = Served::start();
    served.give("/a", 503, &[], b"later");
    served.give("/a", 429, &[], b"later");
    served.give("/a", 200, &[], b"now");
    let web = web();
    let answer = web.get(&url(&served.url("/a")), &[]).unwrap();
    assert_eq!(web.text(answer, 100), Ok("now".to_string()));
    assert_eq!(served.asked().len(), 3);
    served.give("/b", 500, &[], b"never");
    assert_eq!(web.get(&url(&served.url("/b")), &[]).unwrap().status, 500);
    assert_eq!(served.asked().len(), 3);
    assert_eq!(web.get(&url(&served.url("/gone")), &[]).unwrap().status, 404);
    assert_eq!(served.asked().len(), 1);
}

#[test]
fn bodies_are_bounded_and_whole() {
    let served = Served::start();
    served.give("/long", 200, &[], b"123456");
    served.give("/cut", 200, &[("content-length", "10")], b"123");
    let web = web();
    let get = |path| web.get(&url(&served.url(path)), &[]).unwrap();
    assert_eq!(web.text(get("/long"), 5), Err("it is longer than 5 bytes".to_string()));
    assert!(web.text(get("/cut"), 100).is_err());
}

#[test]
fn nobody_answers() {
    let refused = web().get(&url("http://127.0.0.1:9/"), &[]).unwrap_err();
    assert_eq!(refused, "connection refused");
}

/// Only those of the file are trusted.
#[test]
fn certificates_of_a_file() {
    let (served, pem) = Served::secure("127.0.0.1");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    served.give("/a", 200, &[], b"safe");
    let secure = url(&format!("https://{}/a", served.host()));

    let trusting = Web::new(&Settings { certificates: Some(file), ..Settings::default() }).unwrap();
    let answer = trusting.get(&secure, &[]).unwrap();
    assert_eq!(trusting.text(answer, 100), Ok("safe".to_string()));
    let refused = web().get(&secure, &[]).unwrap_err();
    assert_eq!(refused, "its certificate is refused: nobody who is trusted has signed it");
    let missing = Settings { certificates: Some(dir.path().join("none")), ..Settings::default() };
    assert!(Web::new(&missing).unwrap_err().contains("SSL_CERT_FILE"));
}
