//! The child process: its end, its kill, and what it said on stderr.

use crate::reattach::{Reattach, Shutdown};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Child;
use tokio::sync::{Notify, watch};

/// How much of stderr is looked at when something went wrong.
const TAIL_BYTES: u64 = 64 << 10;
/// How many lines of it are shown.
const SHOWN_LINES: usize = 12;
/// How often a process that is not our child is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The process behind a plugin.
#[derive(Debug)]
pub(crate) enum Process {
    /// Started by us.
    Own(Own),
    /// Started by somebody else.
    Foreign(Reattach),
}

/// A process that we started.
#[derive(Debug)]
pub(crate) struct Own {
    id: Option<u32>,
    ended: watch::Receiver<Option<ExitStatus>>,
    kill: Arc<Notify>,
    stderr: Stderr,
    /// Where the socket is; goes with us.
    _directory: TempDir,
}

/// The file that stderr goes to, from where on.
#[derive(Clone, Debug)]
pub(crate) struct Stderr {
    pub(crate) path: PathBuf,
    pub(crate) start: u64,
}

impl Own {
    /// Takes over a child; a task of its own waits for the end, so that it is always reaped.
    pub(crate) fn new(mut child: Child, stderr: Stderr, directory: TempDir) -> Own {
        let (tell, ended) = watch::channel(None);
        let id = child.id();
        let kill = Arc::new(Notify::new());
        let killed = kill.clone();
        tokio::spawn(async move {
            let status = tokio::select! {
                status = child.wait() => status,
                () = killed.notified() => {
                    // The process leads a group of its own: wrappers take their children with them.
                    if let Some(group) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
                        let _ = kill_process_group(group, Signal::KILL);
                    }
                    child.wait().await
                }
            };
            let _ = tell.send(status.ok().or(Some(ExitStatus::default())));
        });
        Own { id, ended, kill, stderr, _directory: directory }
    }

    /// Waits for the end.
    pub(crate) async fn ended(&self) -> ExitStatus {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(status) => status.unwrap_or_default(),
            // Only when the runtime goes down.
            Err(_) => ExitStatus::default(),
        }
    }

    pub(crate) fn stderr(&self) -> &Stderr {
        &self.stderr
    }

    pub(crate) fn kill(&self) {
        self.kill.notify_one();
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    /// True when it is known to be gone.
    pub(crate) fn has_ended(&self) -> bool {
        match self {
            Process::Own(own) => own.ended.borrow().is_some(),
            Process::Foreign(_) => false,
        }
    }

    /// Its number, where it is known.
    pub(crate) fn id(&self) -> Option<u32> {
        match self {
            Process::Own(own) => own.id,
            Process::Foreign(reattach) => reattach.pid.and_then(|pid| u32::try_from(pid.as_raw_pid()).ok()),
        }
    }

    /// Waits for the end for so long; `None` when it still runs.
    pub(crate) async fn ended_within(&self, limit: Duration) -> Option<ExitStatus> {
        match self {
            Process::Own(own) => tokio::time::timeout(limit, own.ended()).await.ok(),
            Process::Foreign(reattach) => {
                let gone = async {
                    while reattach.pid.is_some_and(|pid| test_kill_process(pid).is_ok()) {
                        tokio::time::sleep(POLL).await;
                    }
                };
                tokio::time::timeout(limit, gone).await.ok().map(|()| ExitStatus::default())
            }
        }
    }

    /// Kills what is ours to kill, and waits until it is gone.
    pub(crate) async fn kill(&self) {
        match self {
            Process::Own(own) => {
                own.kill();
                own.ended().await;
            }
            Process::Foreign(Reattach { shutdown: Shutdown::WhenDone, pid: Some(pid), .. }) => {
                let _ = kill_process(*pid, Signal::KILL);
            }
            Process::Foreign(_) => {}
        }
    }

    /// What it last said on stderr.
    pub(crate) fn said(&self) -> String {
        match self {
            Process::Own(own) => own.stderr.tail(),
            Process::Foreign(_) => String::new(),
        }
    }
}

impl Stderr {
    /// The panic and what follows it, if there is one, else the last lines.
    pub(crate) fn tail(&self) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = std::fs::File::open(&self.path)?;
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(self.start.max(end.saturating_sub(TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        worth_showing(&read().unwrap_or_default())
    }
}

fn worth_showing(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let is_panic = |line: &&str| line.starts_with("panic: ") || line.starts_with("fatal error: ");
    let from = lines.iter().position(is_panic).unwrap_or(lines.len().saturating_sub(SHOWN_LINES));
    lines.iter().skip(from).take(SHOWN_LINES).copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_shown_before_the_last_lines() {
        let log: String = (0..40).map(|i| format!("line {i}\n")).collect();
        let crash = format!("{log}panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n{log}");
        assert!(worth_showing(&log).starts_with("line 28\n"));
        assert!(worth_showing(&crash).starts_with("panic: nil map\ngoroutine 1 [running]:\nmain.main()\nline 0"));
        assert_eq!(worth_showing(""), "");
    }
}
