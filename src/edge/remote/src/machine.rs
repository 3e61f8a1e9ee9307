//! A machine that was reached: commands on it, and files that are copied to it.

use crate::client::{self, Client};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::lines::Lines;
use crate::scp::Copy;
use russh::client::Handle;
use russh::{Channel, ChannelMsg, Disconnect, Pty};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};

/// Pauses between attempts, as in Terraform: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// An open session. What it runs ends when it is dropped.
pub struct Machine {
    session: Handle<Client>,
    /// What the session goes through.
    bastion: Option<Handle<Client>>,
}

impl Machine {
    /// Tries until the machine lets us in, or the time of the connection is over.
    ///
    /// # Errors
    /// The last thing that went wrong, in a sentence.
    pub async fn reach(connection: &Connection) -> Result<Machine, String> {
        let end = Instant::now() + connection.timeout;
        let mut pause = PAUSES.0;
        loop {
            let tried = tokio::time::timeout_at(end, attempt(connection)).await;
            let why = match tried {
                Ok(Ok(machine)) => return Ok(machine),
                Ok(Err(Failure::ForGood(why))) => return Err(why),
                Ok(Err(Failure::ForNow(why))) => why,
                Err(_) => "nobody answered".into(),
            };
            if Instant::now() + pause >= end {
                let seconds = connection.timeout.as_secs_f64();
                return Err(format!("not reached within {seconds} s; at last: {why}"));
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Runs a command in a terminal, so that it ends when we go. What it says goes to `lines`.
    ///
    /// # Errors
    /// It did not end with 0.
    pub async fn run(&self, command: &str, lines: &Sender<String>) -> Result<(), String> {
        let mut channel = self.session.channel_open_session().await.map_err(|error| error.to_string())?;
        let modes = [(Pty::ECHO, 0), (Pty::TTY_OP_ISPEED, 14_400), (Pty::TTY_OP_OSPEED, 14_400)];
        let started = async {
            channel.request_pty(false, "xterm", 80, 40, 0, 0, &modes).await?;
            channel.exec(true, command).await
        };
        started.await.map_err(|error| error.to_string())?;
        let mut ended = Err("the connection broke before it ended".to_owned());
        let (mut out, mut errors) = (Lines::default(), Lines::default());
        while let Some(message) = channel.wait().await {
            let whole = match message {
                ChannelMsg::Data { data } => out.take(&data),
                ChannelMsg::ExtendedData { data, .. } => errors.take(&data),
                ChannelMsg::ExitStatus { exit_status: 0 } => {
                    ended = Ok(());
                    continue;
                }
                ChannelMsg::ExitStatus { exit_status } => {
                    ended = Err(format!("exit status {exit_status}"));
                    continue;
                }
                ChannelMsg::ExitSignal { signal_name, .. } => {
                    ended = Err(format!("signal {signal_name:?}"));
                    continue;
                }
                ChannelMsg::Failure => {
                    ended = Err("the server refused to run it".to_owned());
                    break;
                }
                _ => continue,
            };
            tell(lines, whole).await;
        }
        tell(lines, out.rest().into_iter().chain(errors.rest()).collect()).await;
        ended
    }

    /// Makes or replaces a file. Its directory is there.
    ///
    /// # Errors
    /// What `scp` there says.
    pub async fn write(&self, content: &[u8], to: &str) -> Result<(), String> {
        let (directory, name) = split(to);
        let mut copy = Copy::begin(self.channel().await?, &directory, false).await?;
        copy.bytes(&name, content).await?;
        copy.finish().await
    }

    /// Copies a file or a directory, the directory itself or, with a slash at its end, what is in it.
    ///
    /// # Errors
    /// What `scp` there says, or why something cannot be read here.
    pub async fn copy(&self, from: &Path, to: &str, contents_only: bool) -> Result<(), String> {
        let here = |error: std::io::Error| format!("{}: {error}", from.display());
        if !tokio::fs::metadata(from).await.map_err(here)?.is_dir() {
            let (directory, name) = split(to);
            let mut copy = Copy::begin(self.channel().await?, &directory, false).await?;
            copy.file(&name, from).await?;
            return copy.finish().await;
        }
        let mut copy = Copy::begin(self.channel().await?, to, true).await?;
        match contents_only {
            true => copy.contents(from).await?,
            false => copy.directory(from).await?,
        }
        copy.finish().await
    }

    /// Says goodbye.
    pub async fn leave(self) {
        for session in [Some(self.session), self.bastion].into_iter().flatten() {
            let _ = session.disconnect(Disconnect::ByApplication, "", "").await;
        }
    }

    async fn channel(&self) -> Result<Channel<russh::client::Msg>, String> {
        self.session.channel_open_session().await.map_err(|error| error.to_string())
    }
}

async fn attempt(connection: &Connection) -> Result<Machine, Failure> {
    let agent = connection.agent.as_ref();
    let bastion = match &connection.bastion {
        None => None,
        Some(bastion) => Some(client::open(bastion, None, agent).await?),
    };
    let session = client::open(&connection.host, bastion.as_ref(), agent).await?;
    Ok(Machine { session, bastion })
}

async fn tell(lines: &Sender<String>, whole: Vec<String>) {
    for line in whole {
        // Nobody listens any more when the run cannot go on; the command still does.
        let _ = lines.send(line).await;
    }
}

/// Directory and name of a path there.
fn split(path: &str) -> (String, String) {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", name)) => ("/".into(), name.into()),
        Some((directory, name)) => (directory.into(), name.into()),
        None => (".".into(), path.into()),
    }
}
