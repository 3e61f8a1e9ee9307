//! Start and end of a plugin.

use crate::process::{Own, Process, Stderr};
use crate::reattach::{Reattach, Shutdown};
use crate::trouble::{described, not_started, protocol, with_said, wrong_version};
use crate::{Plugin, Protocol, connect};
use diag::Diagnostic;
use std::ffi::OsString;
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tfplugin::process as wire;
use tfplugin::{Address, Handshake, HandshakeError, Identity, MESSAGE_LIMIT, client_tls, client_tls_unasked, env};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStdout, Command};
use tokio::sync::OnceCell;
use tonic::transport::Channel;

/// How long a plugin may take to end after it was asked to; Terraform gives the same.
const GRACE: Duration = Duration::from_secs(2);
/// Paths of sockets have at most 108 bytes; the name of the socket needs some of them.
const DIRECTORY_MAX_BYTES: usize = 70;
/// No handshake is longer.
const LINE_MAX_BYTES: u64 = 64 << 10;

/// How to start a plugin.
#[derive(Clone, Debug)]
pub struct LaunchSpec {
    /// Name in messages, usually the provider's address.
    pub name: Arc<str>,
    /// The executable.
    pub path: PathBuf,
    /// Variables added to the inherited environment.
    pub env: Vec<(OsString, OsString)>,
    /// File that stderr is appended to; `None` for one that goes with the plugin.
    ///
    /// Never a pipe: a Go plugin dies at its next line when the host is gone, in the middle of a create.
    pub log: Option<PathBuf>,
    /// Whether to talk through TLS.
    pub transport: Transport,
    /// How long the plugin may take until it is ready.
    pub start_timeout: Duration,
    /// Version of Terraform that the provider is told.
    pub terraform_version: Arc<str>,
}

impl LaunchSpec {
    /// Starts `path` the usual way: no TLS, up to a minute, as Terraform 1.11.4.
    pub fn new(name: impl Into<Arc<str>>, path: impl Into<PathBuf>) -> LaunchSpec {
        LaunchSpec {
            name: name.into(),
            path: path.into(),
            env: Vec::new(),
            log: None,
            transport: Transport::Plain,
            start_timeout: Duration::from_secs(60),
            terraform_version: "1.11.4".into(),
        }
    }
}

/// What is spoken on the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain gRPC, unless the plugin speaks TLS unasked; the directory of the socket lets nobody else in. Saves a quarter of a second for each Go provider.
    Plain,
    /// TLS with throw-away certificates on both sides.
    Tls,
}

impl Plugin {
    /// Starts a plugin and agrees with it on protocol 5 or 6.
    ///
    /// # Errors
    /// One diagnostic: which plugin, what it said, what to do. Nothing is left running.
    pub async fn start(spec: LaunchSpec) -> Result<Plugin, Diagnostic> {
        let identity = match spec.transport {
            Transport::Plain => None,
            Transport::Tls => Some(Identity::generate().map_err(|why| not_started(&spec.name, why.0, ""))?),
        };
        let (own, stdout) = spawn(&spec, identity.as_ref()).map_err(|diagnostic| *diagnostic)?;
        let started = match tokio::time::timeout(spec.start_timeout, meet(&spec, &own, stdout, identity.as_ref())).await
        {
            Ok(met) => met,
            Err(_) => {
                let waited = spec.start_timeout.as_secs_f64();
                Err(not_started(
                    &spec.name,
                    format!(
                        "was started but said nothing for {waited} second{}.",
                        if waited == 1.0 { "" } else { "s" }
                    ),
                    &own.stderr().tail(),
                )
                .next("Start it by hand to see what it waits for."))
            }
        };
        let process = Process::Own(own);
        match started {
            Ok((protocol, address, channel)) => Ok(Plugin::over(spec, process, protocol, address, channel)),
            Err(diagnostic) => {
                process.kill().await;
                Err(diagnostic)
            }
        }
    }

    /// Talks to a plugin that somebody else started; `name` is for messages.
    ///
    /// # Errors
    /// When nobody answers at its address.
    pub async fn attach(name: impl Into<Arc<str>>, reattach: Reattach) -> Result<Plugin, Diagnostic> {
        let spec = LaunchSpec::new(name, PathBuf::new());
        let (protocol, address) = (reattach.protocol, reattach.address.clone());
        match connect::connect(&address, None).await {
            Ok(channel) => Ok(Plugin::over(spec, Process::Foreign(reattach), protocol, address, channel)),
            Err(why) => Err(Diagnostic::error(
                "Could not reach the provider plugin",
                format!(
                    "{} says that {} runs already, but nobody answers there: {}.",
                    env::REATTACH,
                    spec.name,
                    root_cause(&why)
                ),
            )
            .about(spec.name.as_ref())
            .next(format!(
                "Start the provider again and use the {} that it prints, or unset the variable.",
                env::REATTACH
            ))),
        }
    }

    fn over(spec: LaunchSpec, process: Process, protocol: Protocol, address: Address, channel: Channel) -> Plugin {
        let stdio = tokio::spawn(drain_stdio(channel.clone()));
        Plugin {
            name: spec.name,
            protocol,
            channel,
            process,
            address,
            schema: OnceCell::new(),
            terraform_version: spec.terraform_version,
            stdio,
        }
    }

    /// Ends the plugin: asks it, waits two seconds, kills. One that somebody else started for a test goes on.
    pub async fn stop(&self) {
        if matches!(&self.process, Process::Foreign(Reattach { shutdown: Shutdown::Never, .. })) {
            return;
        }
        if !self.process.has_ended() {
            let mut controller = wire::grpc_controller_client::GrpcControllerClient::new(self.channel.clone());
            // It often fails, because the process is faster gone than its answer; the end of the process counts.
            let _ = tokio::time::timeout(GRACE, controller.shutdown(wire::Empty {})).await;
            if self.process.ended_within(GRACE).await.is_none() {
                self.process.kill().await;
            }
        }
        self.stdio.abort();
        if let Address::Unix(socket) = &self.address {
            // Go plugins leave it behind when they are killed.
            let _ = std::fs::remove_file(socket);
        }
    }
}

/// Starts the process in a directory of its own, where nobody else can reach the socket.
fn spawn(spec: &LaunchSpec, identity: Option<&Identity>) -> Result<(Own, ChildStdout), Box<Diagnostic>> {
    let failed = |what: &str, why: std::io::Error| {
        let told = not_started(&spec.name, format!("could not be started: {what}: {why}."), "");
        Box::new(told.next("Check that the file is there, is executable, and is made for this machine."))
    };
    let directory = socket_directory().map_err(|why| failed("no directory for its socket", why))?;
    let log = spec.log.clone().unwrap_or_else(|| directory.path().join("stderr"));
    let stderr = OpenOptions::new().create(true).append(true).open(&log);
    let stderr = stderr.map_err(|why| failed(&format!("no log file {}", log.display()), why))?;
    let start = stderr.metadata().map_or(0, |metadata| metadata.len());
    let mut command = Command::new(&spec.path);
    command
        .env_remove(env::CLIENT_CERT)
        .env_remove("PLUGIN_MULTIPLEX_GRPC")
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .env(env::COOKIE, env::COOKIE_VALUE)
        .env(env::PROTOCOL_VERSIONS, "5,6")
        .env(env::MIN_PORT, "10000")
        .env(env::MAX_PORT, "25000")
        .env(env::SOCKET_DIR, directory.path())
        // Plugins of before 2023 put their socket there.
        .env("TMPDIR", directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        // Ctrl-C is for us; plugins are told in their own way.
        .process_group(0)
        .kill_on_drop(true);
    if let Some(identity) = identity {
        command.env(env::CLIENT_CERT, identity.pem());
    }
    let mut child = command.spawn().map_err(|why| failed(&spec.path.display().to_string(), why))?;
    let Some(stdout) = child.stdout.take() else {
        return Err(Box::new(not_started(&spec.name, "has no stdout.", "")));
    };
    Ok((Own::new(child, Stderr { path: log, start }, directory), stdout))
}

fn socket_directory() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("drform-").permissions(Permissions::from_mode(0o700));
    let usual = std::env::temp_dir();
    if usual.as_os_str().len() <= DIRECTORY_MAX_BYTES { builder.tempdir_in(usual) } else { builder.tempdir_in("/tmp") }
}

/// Waits for the handshake, checks it, connects.
async fn meet(
    spec: &LaunchSpec,
    own: &Own,
    stdout: ChildStdout,
    identity: Option<&Identity>,
) -> Result<(Protocol, Address, Channel), Diagnostic> {
    let mut stdout = BufReader::new(stdout);
    let mut line = Vec::new();
    // An error of the pipe is its end: what was read until then counts.
    let _ = (&mut stdout).take(LINE_MAX_BYTES).read_until(b'\n', &mut line).await;
    if line.is_empty() {
        // Closed stdout: it is about to end, or will never say anything.
        let status = own.ended().await;
        return Err(not_started(
            &spec.name,
            format!("{} before it was ready.", described(status)),
            &own.stderr().tail(),
        )
        .next("Start it by hand: it should say that it is a plugin and not meant to be run directly."));
    }
    let Ok(line) = String::from_utf8(line) else {
        return Err(unrecognized(spec, "something that is no text", &own.stderr().tail()));
    };
    let handshake = Handshake::parse(&line).map_err(|why| refused(spec, &line, why, &own.stderr().tail()))?;
    let protocol = protocol(handshake.version).ok_or_else(|| wrong_version(&spec.name, handshake.version))?;
    tokio::spawn(async move {
        // A plugin that prints must not be held up by a full pipe.
        let _ = tokio::io::copy_buf(&mut stdout, &mut tokio::io::sink()).await;
    });
    let channel = channel(spec, &handshake, identity).await.map_err(|diagnostic| Diagnostic {
        detail: with_said(diagnostic.detail, &own.stderr().tail()),
        ..diagnostic
    })?;
    Ok((protocol, handshake.address, channel))
}

async fn channel(spec: &LaunchSpec, handshake: &Handshake, identity: Option<&Identity>) -> Result<Channel, Diagnostic> {
    let failed = |why: String| {
        Diagnostic::error("Could not connect to the provider plugin", format!("{} is ready, but {why}.", spec.name))
            .about(spec.name.as_ref())
    };
    let tls = match (identity, &handshake.certificate) {
        (None, None) => None,
        // Some plugins speak TLS unasked. They know no certificate of ours, so any will do; and the socket's directory
        // is what keeps others out.
        (None, Some(peer)) => {
            let own = Identity::generate().map_err(|why| failed(why.0))?;
            Some(client_tls_unasked(&own, peer).map_err(|why| failed(why.0))?)
        }
        (Some(_), None) => {
            return Err(failed("shows no certificate although TLS was asked for".into())
                .next("Run without TLS to providers: the sockets let nobody else in."));
        }
        (Some(own), Some(peer)) => Some(client_tls(own, peer).map_err(|why| failed(why.0))?),
    };
    let next = match identity {
        None => "Run again; if it happens again, report it to the authors of the provider.",
        Some(_) => "Run without TLS to providers: the sockets let nobody else in.",
    };
    connect::connect(&handshake.address, tls).await.map_err(|why| failed(root_cause(&why)).next(next))
}

fn refused(spec: &LaunchSpec, line: &str, why: HandshakeError, said: &str) -> Diagnostic {
    match why {
        HandshakeError::Unrecognized => unrecognized(spec, &format!("{:?}", shortened(line.trim_end())), said),
        HandshakeError::Core(version) => {
            not_started(&spec.name, format!("offers handshake {version}; drform knows number 1."), said)
                .next("Use an older version of this provider, or a newer drform.")
        }
        HandshakeError::NotGrpc(kind) => not_started(&spec.name, format!("speaks {kind} instead of gRPC."), said)
            .next("Use a newer version of this provider: this one was made for Terraform before 0.12."),
        HandshakeError::Version(text) | HandshakeError::Address(text) | HandshakeError::Certificate(text) => {
            not_started(&spec.name, format!("sent an invalid handshake ({}).", shortened(&text)), said)
                .next("This is a fault of the provider: report it to its authors.")
        }
    }
}

fn unrecognized(spec: &LaunchSpec, what: &str, said: &str) -> Diagnostic {
    not_started(&spec.name, format!("printed {what} where a plugin prints its handshake."), said).next(
        "Check that the file is a Terraform provider. A provider must print nothing to stdout before its handshake.",
    )
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}

/// The innermost reason: what wraps it says only "transport error".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(inner) = at.source() {
        at = inner;
    }
    at.to_string()
}

/// Reads and forgets what the plugin prints. Old plugins have no such service.
async fn drain_stdio(channel: Channel) {
    let mut client = wire::grpc_stdio_client::GrpcStdioClient::new(channel).max_decoding_message_size(MESSAGE_LIMIT);
    if let Ok(stream) = client.stream_stdio(()).await {
        let mut stream = stream.into_inner();
        while let Ok(Some(_)) = stream.message().await {}
    }
}
