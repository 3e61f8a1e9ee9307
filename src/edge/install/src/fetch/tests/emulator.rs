//! Objects in S3 as an emulator keeps them that verifies who asks: moto, which is what answers here, not what we think
//! of S3. The credentials come from the source, or from the environment of a process of its own.

use super::{fetched, packed};
use crate::Settings;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names the sources that the second process fetches, with what comes of it.
const SECOND: &str = "DRFORM_TEST_S3_SOURCE";
/// Requests of the preparation, which nobody has to sign.
const UNSIGNED: &str = "6";

struct Moto {
    process: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _killed = self.process.kill();
        let _waited = self.process.wait();
    }
}

impl Moto {
    fn start() -> Moto {
        let program = match std::env::var_os("DRFORM_TEST_AWS_EMULATOR") {
            Some(program) => PathBuf::from(program),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/aws-emulator/bin/moto_server"),
        };
        assert!(program.exists(), "The AWS emulator is not installed. ./tests/run installs it.");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("INITIAL_NO_AUTH_ACTION_COUNT", UNSIGNED)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Moto { process, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the emulator does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        moto
    }

    /// A request for a service that nobody has signed.
    fn ask(&self, service: &str, method: &str, path: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let scope = format!("x/20260101/us-east-1/{service}/aws4_request");
        // What is a form it reads as one, whatever it is asked for.
        let kind = if service == "s3" { "octet-stream" } else { "x-www-form-urlencoded" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/{kind}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    fn iam(&self, form: &str) -> String {
        self.ask("iam", "POST", "/", format!("{form}&Version=2010-05-08").as_bytes())
    }

    fn put(&self, path: &str, body: &[u8]) {
        self.ask("s3", "PUT", path, body);
    }

    fn source(&self, rest: &str) -> String {
        format!("s3::http://127.0.0.1:{}{rest}", self.port)
    }
}

fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split(&format!("</{name}>")).next()).unwrap()
}

#[test]
fn objects() {
    if let Ok(source) = std::env::var(SECOND) {
        let came = format!("<came>{}</came>\n", told(&source));
        return std::io::stdout().write_all(came.as_bytes()).unwrap();
    }
    let moto = Moto::start();
    moto.iam("Action=CreateUser&UserName=u");
    let key = moto.iam("Action=CreateAccessKey&UserName=u");
    let (id, secret) = (element(&key, "AccessKeyId"), element(&key, "SecretAccessKey"));
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    moto.iam(&format!("Action=PutUserPolicy&UserName=u&PolicyName=p&PolicyDocument={policy}"));
    moto.put("/mods", b"");
    moto.put("/mods/net/1.0.0.tar.gz", &packed("packed"));
    moto.put("/mods/dir/main.tf", b"listed");

    // What the environment gives, in a process that has it.
    let second = |source: &str, id: &str, secret: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fetch::tests::emulator::objects", "--nocapture"])
            .env(SECOND, source)
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).replace(&moto.port.to_string(), "PORT");
        assert!(!text.contains(secret), "the secret is not told: {text}");
        element(&text, "came").to_string()
    };
    let right = |rest: &str| second(&moto.source(rest), id, secret);
    assert_eq!(right("/mods/net/1.0.0.tar.gz"), "packed");
    assert_eq!(right("/mods/dir?region=eu-west-1"), "listed");
    assert_eq!(
        right("/mods/net/2.0.0.tar.gz"),
        "http://127.0.0.1:PORT/mods/net/2.0.0.tar.gz answers with the status 404 NoSuchKey. => Check bucket, path and version."
    );
    assert_eq!(
        right("/none/net/1.0.0.tar.gz"),
        "http://127.0.0.1:PORT/none/net/1.0.0.tar.gz answers with the status 404 NoSuchBucket. => Check bucket, path and version."
    );
    let wrong = second(&moto.source("/mods/net/1.0.0.tar.gz"), id, "wrong/secret");
    assert_eq!(
        wrong,
        "http://127.0.0.1:PORT/mods/net/1.0.0.tar.gz answers with the status 403 SignatureDoesNotMatch. => The AWS credentials are wrong or have expired: correct them."
    );

    // What the source gives comes first.
    let own: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("aws_access_key_id", id)
        .append_pair("aws_access_key_secret", secret)
        .finish();
    assert_eq!(second(&moto.source(&format!("/mods/net/1.0.0.tar.gz?{own}")), "AKIAOTHER", "other"), "packed");
    let secret = secret.to_string();
    let told = told(&moto.source(&format!("/mods/net/2.0.0.tar.gz?{own}")));
    assert!(told.contains("404") && !told.contains(&secret), "{told}");
}

fn told(source: &str) -> String {
    fetched(source, &Settings::default()).unwrap_or_else(|failure| format!("{} => {}", failure.why, failure.next))
}
