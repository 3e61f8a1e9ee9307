//! Machines that are reached: an SSH server in this process, which runs what it is told in a shell here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use drform_remote::{Connection, Machine, quoted};
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc;
use value::Value;

/// One client of the server. Its user is `u`, with the password `canary` or the key.
struct Serving {
    key: PublicKey,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl Handler for Serving {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        Ok(if (user, password) == ("u", "canary") { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let known = user == "u" && key.public_key.key_data() == self.key.key_data();
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        let mut there = TcpStream::connect((host, u16::try_from(port).unwrap())).await.unwrap();
        reply.accept().await;
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut there).await });
        Ok(())
    }

    async fn exec_request(&mut self, id: ChannelId, line: &[u8], session: &mut Session) -> Result<(), russh::Error> {
        let (handle, channel) = (session.handle(), self.channels.remove(&id).unwrap());
        session.channel_success(id)?;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(String::from_utf8_lossy(line).into_owned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        tokio::spawn(async move {
            let (mut from, mut to) = tokio::io::split(channel.into_stream());
            let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            let mut errors = child.stderr.take().unwrap();
            let feeding = tokio::spawn(async move { tokio::io::copy(&mut from, &mut input).await });
            let _ = tokio::io::copy(&mut output, &mut to).await;
            let mut said = Vec::new();
            let _ = errors.read_to_end(&mut said).await;
            let _ = handle.extended_data(id, 1, said).await;
            let code = child.wait().await.unwrap().code().unwrap_or(255);
            feeding.abort();
            let _ = handle.exit_status_request(id, u32::try_from(code).unwrap()).await;
            let _ = handle.eof(id).await;
            let _ = handle.close(id).await;
        });
        Ok(())
    }
}

struct Server {
    port: u16,
    host_key: PrivateKey,
    key: PrivateKey,
}

/// A key, the same for the same seed.
fn new_key(seed: u8) -> PrivateKey {
    Ed25519Keypair::from_seed(&[seed; 32]).into()
}

async fn server() -> Server {
    let (host_key, key) = (new_key(1), new_key(2));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config =
        Config { keys: vec![host_key.clone()], auth_rejection_time: Duration::from_millis(10), ..Config::default() };
    let (config, known) = (Arc::new(config), key.public_key().clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serving = Serving { key: known.clone(), channels: HashMap::new() };
            let config = config.clone();
            tokio::spawn(async move { run_stream(config, stream, serving).await.unwrap().await });
        }
    });
    Server { port, host_key, key }
}

impl Server {
    /// A `connection` block with the key, and what else is said.
    fn connection(&self, more: &[(&str, &str)]) -> Connection {
        let key = self.key.to_openssh(russh::keys::ssh_key::LineEnding::LF).unwrap().to_string();
        let mut all: HashMap<&str, Value> = HashMap::from([
            ("host", Value::string("127.0.0.1")),
            ("user", Value::string("u")),
            ("private_key", Value::string(key)),
            ("timeout", Value::string("20s")),
            ("port", Value::int(self.port.into())),
            ("bastion_port", Value::int(self.port.into())),
        ]);
        all.extend(more.iter().map(|(name, text)| (*name, Value::string(*text))));
        Connection::read(&Value::object(all), None).unwrap()
    }
}

/// Runs a command; what it says, and how it ends.
async fn run(machine: &Machine, command: &str) -> (Vec<String>, Result<(), String>) {
    let (lines, mut said) = mpsc::channel(64);
    let ended = machine.run(command, &lines).await;
    drop(lines);
    let mut all = Vec::new();
    while let Some(line) = said.recv().await {
        all.push(line);
    }
    (all, ended)
}

#[tokio::test]
async fn commands_say_and_end() {
    let server = server().await;
    let machine = Machine::reach(&server.connection(&[])).await.unwrap();
    let (mut said, ended) = run(&machine, "printf 'a\\n\\nb\\r\\nlast'; echo err >&2").await;
    // The two streams come side by side.
    said.sort();
    assert_eq!((said, ended), (vec!["a".into(), "b".into(), "err".into(), "last".into()], Ok(())));
    assert_eq!(run(&machine, "exit 7").await.1, Err("exit status 7".into()));
    machine.leave().await;
}

#[tokio::test]
async fn who_we_are() {
    let server = server().await;
    let known = |more: &[(&str, &str)]| server.connection(more);
    for more in [
        &[("private_key", ""), ("password", "canary")][..],
        &[("bastion_host", "127.0.0.1")],
        &[("private_key", ""), ("password", "canary"), ("bastion_host", "localhost")],
    ] {
        let machine = Machine::reach(&known(more)).await.unwrap();
        assert_eq!(run(&machine, "true").await.1, Ok(()), "{more:?}");
    }
    let other = new_key(3).to_openssh(russh::keys::ssh_key::LineEnding::LF).unwrap().to_string();
    let rows: [(&[(&str, &str)], &str); 4] = [
        (&[("private_key", &other), ("timeout", "1s")], "did not accept what was offered"),
        (&[("private_key", ""), ("password", "canary-wrong"), ("timeout", "1s")], "did not accept what was offered"),
        (&[("private_key", "canary-no-key")], "private_key cannot be read"),
        (&[("host_key", "canary-no-key")], "host_key cannot be read"),
    ];
    for (more, expected) in rows {
        let Err(error) = Machine::reach(&known(more)).await else { panic!("{more:?}") };
        assert!(error.contains(expected) && !error.contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn who_the_server_is() {
    let server = server().await;
    let right = server.host_key.public_key().to_openssh().unwrap();
    let wrong = new_key(3).public_key().to_openssh().unwrap();
    let machine = Machine::reach(&server.connection(&[("host_key", &format!("{right} comment\n"))])).await.unwrap();
    assert_eq!(run(&machine, "true").await.1, Ok(()));
    let start = Instant::now();
    let Err(error) = Machine::reach(&server.connection(&[("host_key", &wrong)])).await else { panic!("it is taken") };
    assert!(error.contains("has another key than host_key says"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10), "it is tried again");
}

#[tokio::test]
async fn a_machine_that_is_not_ready_yet() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let block = |timeout: &str| {
        let port = Value::int(port.into());
        Value::object([("host", Value::string("127.0.0.1")), ("port", port), ("timeout", Value::string(timeout))])
    };
    let start = Instant::now();
    let tried = Machine::reach(&Connection::read(&block("2s"), None).unwrap()).await;
    let Err(error) = tried else { panic!("nobody is there") };
    assert!(error.starts_with("not reached within 2 s; at last: 127.0.0.1:"), "{error}");
    assert!(start.elapsed() >= Duration::from_millis(500));
}

fn tree(dir: &Path, into: &mut Vec<String>, root: &Path) {
    let mut all: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    for path in all {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        match path.is_dir() {
            true => tree(&path, into, root),
            false => into.push(format!("{name}: {}", fs::read(&path).unwrap().len())),
        }
    }
}

#[tokio::test]
async fn files_are_copied() {
    let server = server().await;
    let machine = Machine::reach(&server.connection(&[])).await.unwrap();
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = here.path().join("dir");
    fs::create_dir_all(dir.join("sub/empty")).unwrap();
    fs::write(dir.join("a"), "a").unwrap();
    fs::write(dir.join("sub/it's b"), vec![7; 3_000_000]).unwrap();
    let at = |name: &str| there.path().join(name).display().to_string();
    machine.write(b"con\0tent", &at("o'clock $x")).await.unwrap();
    machine.write(b"", &at("nothing")).await.unwrap();
    machine.copy(&dir.join("sub/it's b"), &at("big"), false).await.unwrap();
    machine.copy(&dir, &at(""), false).await.unwrap();
    machine.copy(&dir, &at(""), true).await.unwrap();
    let mut found = Vec::new();
    tree(there.path(), &mut found, there.path());
    let expected = [
        "a: 1",
        "big: 3000000",
        "dir/a: 1",
        "dir/sub/it's b: 3000000",
        "nothing: 0",
        "o'clock $x: 8",
        "sub/it's b: 3000000",
    ];
    assert_eq!(found, expected);
    assert!(there.path().join("dir/sub/empty").is_dir());
    let error = machine.write(b"x", &at("no/such/dir")).await.unwrap_err();
    assert!(error.contains("No such file or directory"), "{error}");
    let error = machine.write(b"x", &at("new\nline")).await.unwrap_err();
    assert!(error.contains("no name of a file"), "{error}");
    let error = machine.copy(&dir.join("nowhere"), &at("x"), false).await.unwrap_err();
    assert!(error.contains("nowhere: No such file"), "{error}");
    // What was copied is still there, and the machine still answers.
    assert_eq!(run(&machine, &format!("test -s {}", quoted(&at("o'clock $x")))).await.1, Ok(()));
}
