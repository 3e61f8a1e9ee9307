//! The process of a provider: from the cookie to the last call.

use crate::Provider;
use crate::connection::connections;
use crate::log;
use crate::service::ProviderService;
use crate::side_services::{Ending, SideServices};
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tfplugin::process::{
    grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
    grpc_stdio_server::GrpcStdioServer,
};
use tfplugin::tfplugin6::provider_server::ProviderServer;
use tfplugin::{Address, Handshake, Identity, MESSAGE_LIMIT, certificate_from_pem, env, server_tls};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tonic::transport::Server;
use tonic::transport::server::Router;

/// The one protocol that is served.
const PROTOCOL: u32 = 6;
/// How often we look whether the host still lives. There is no event for it without `unsafe`.
const PARENT_POLL: Duration = Duration::from_millis(500);
/// How long open connections may take to close when the end has come; hosts kill after two seconds.
const CLOSE: Duration = Duration::from_millis(1_500);

/// What is served, for people and log lines.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// Source address, such as `registry.terraform.io/drform/drform`.
    pub address: &'static str,
    /// Version of the provider.
    pub version: &'static str,
}

impl Served {
    /// The last part of the address, as in `terraform-provider-NAME`.
    fn name(&self) -> &'static str {
        self.address.rsplit('/').next().unwrap_or(self.address)
    }
}

/// Serves a provider until its host is done with it; the whole of a provider's `main`.
///
/// `--debug` waits for any host and prints how to reach it; `--version` prints the version.
pub fn serve(served: Served, provider: impl Provider) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let argument = arguments.next().map(OsString::into_string);
    let start = match argument.as_ref().map(|argument| argument.as_deref()) {
        None => Start::ByHost,
        Some(Ok("--debug" | "-debug")) => Start::ByHand,
        Some(Ok("--version" | "-version")) => {
            return code(say(&format!("terraform-provider-{} {}", served.name(), served.version)));
        }
        Some(_) => return refuse("The only arguments are --debug and --version."),
    };
    if start == Start::ByHost && std::env::var(env::COOKIE).as_deref() != Ok(env::COOKIE_VALUE) {
        return refuse(&format!(
            "This is the provider plugin {}. It is not meant to be run by itself: Terraform, OpenTofu or drform start it.\n\
             To start it by hand for debugging, use --debug.",
            served.address
        ));
    }
    log::init(served.name(), |name| std::env::var(name).ok());
    panics_as_hosts_know_them();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => return refuse(&format!("Could not start: {why}")),
    };
    match runtime.block_on(run(served, Arc::new(provider), start)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => refuse(&format!("The provider plugin {} failed: {why}", served.address)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    ByHost,
    ByHand,
}

fn refuse(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "{why}");
    ExitCode::FAILURE
}

/// Prints one line to stdout, which belongs to the host: called once.
fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn code(result: io::Result<()>) -> ExitCode {
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Hosts look for a line that begins with `panic: `, and show what follows it.
fn panics_as_hosts_know_them() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or("(no text)");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr().lock(), "panic: {text}\n\n{place}");
        usual(panic);
    }));
}

/// Counts running calls, so that the process outlives its host for as long as one runs.
#[derive(Clone)]
pub(crate) struct Running(Arc<watch::Sender<usize>>);

/// One running call; over when dropped.
pub(crate) struct RunningCall(Arc<watch::Sender<usize>>);

impl Running {
    fn new() -> Running {
        Running(Arc::new(watch::Sender::new(0)))
    }

    pub(crate) fn begin(&self) -> RunningCall {
        self.0.send_modify(|calls| *calls += 1);
        RunningCall(self.0.clone())
    }

    async fn none(&self) {
        let _ = self.0.subscribe().wait_for(|calls| *calls == 0).await;
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}

async fn run(served: Served, provider: Arc<dyn Provider>, start: Start) -> io::Result<()> {
    let identity = match std::env::var(env::CLIENT_CERT) {
        Ok(pem) if start == Start::ByHost && !pem.trim().is_empty() => {
            let own = Identity::generate().map_err(|why| io::Error::other(why.0))?;
            let peer = certificate_from_pem(&pem)
                .map_err(|why| io::Error::other(format!("{}: {}", env::CLIENT_CERT, why.0)))?;
            let tls = server_tls(&own, &peer).map_err(|why| io::Error::other(why.0))?;
            Some((own.der().to_vec(), tls))
        }
        _ => None,
    };
    let socket = Socket::new();
    let listener = UnixListener::bind(&socket.0)?;
    let (certificate, tls) = identity.unzip();
    let ending = watch::Sender::new(Ending::NotYet);
    let running = Running::new();
    let router = router(ProviderService::new(provider, running.clone()), SideServices { ending: ending.clone() });
    tokio::spawn(watch_for_the_end(ending.clone(), start)?);
    match start {
        Start::ByHost => {
            let address = Address::Unix(socket.0.clone());
            say(&Handshake { version: PROTOCOL, address, certificate }.line())?;
        }
        Start::ByHand => say(&reattach_line(&served, &socket.0))?,
    }
    let mut asked_to_end = ending.subscribe();
    let mut told = ending.subscribe();
    let server = router.serve_with_incoming_shutdown(connections(listener, tls), async move {
        let _ = told.wait_for(|ending| *ending == Ending::Now).await;
    });
    let server = tokio::spawn(server);
    let _ = asked_to_end.wait_for(|ending| *ending == Ending::Now).await;
    // Calls first: whoever began to make something finishes, and says so if anybody still listens.
    running.none().await;
    match tokio::time::timeout(CLOSE, server).await {
        Ok(Ok(result)) => result.map_err(io::Error::other),
        _ => Ok(()),
    }
}

fn router(provider: ProviderService, services: SideServices) -> Router {
    let provider =
        ProviderServer::new(provider).max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT);
    Server::builder()
        .add_service(provider)
        .add_service(GrpcControllerServer::new(services.clone()))
        .add_service(GrpcStdioServer::new(services.clone()))
        .add_service(GrpcBrokerServer::new(services))
}

/// Serves a provider on a new socket, without a process of its own, until a host tells it to end or the future is
/// dropped: for tests that play the host and look at the provider from both sides. Hosts reach it by
/// `TF_REATTACH_PROVIDERS`.
///
/// # Errors
/// Where there can be no such socket.
pub async fn serve_at(socket: &Path, provider: impl Provider) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    let ending = watch::Sender::new(Ending::NotYet);
    let router =
        router(ProviderService::new(Arc::new(provider), Running::new()), SideServices { ending: ending.clone() });
    let mut told = ending.subscribe();
    let until = async move {
        let _ = told.wait_for(|ending| *ending == Ending::Now).await;
    };
    router.serve_with_incoming_shutdown(connections(listener, None), until).await.map_err(io::Error::other)
}

/// What ends the process besides the Shutdown call: SIGTERM, and the death of the host. Ctrl-C is for the host, which
/// tells us in its own way; started by hand, it is for us.
fn watch_for_the_end(ending: watch::Sender<Ending>, start: Start) -> io::Result<impl std::future::Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let host = parent_id();
    Ok(async move {
        let host_dies = async {
            while start == Start::ByHand || parent_id() == host {
                tokio::time::sleep(PARENT_POLL).await;
            }
        };
        let interrupted = async { while interrupt.recv().await.is_some() && start == Start::ByHost {} };
        tokio::select! {
            _ = terminate.recv() => {}
            () = interrupted => {}
            () = host_dies => {}
        }
        ending.send_replace(Ending::Now);
    })
}

/// How to reach a provider that was started by hand, as a shell takes it.
fn reattach_line(served: &Served, socket: &Path) -> String {
    let entry = serde_json::json!({ served.address: {
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    }});
    format!("{}='{entry}'", env::REATTACH)
}

/// The socket's file; goes with us.
struct Socket(PathBuf);

impl Socket {
    fn new() -> Socket {
        let given = std::env::var_os(env::SOCKET_DIR).filter(|directory| !directory.is_empty()).map(PathBuf::from);
        let directory = given.unwrap_or_else(std::env::temp_dir);
        Socket(directory.join(format!("plugin{}", uuid::Uuid::new_v4().simple())))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
