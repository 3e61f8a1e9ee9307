//! `local-exec`: a command on this machine.

use crate::provisioners::{Job, Stop, list, text, truth};
use diag::{Diagnostic, Diagnostics};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::Sender;
use value::{PathStep, Value};

/// How much of the end of the output an error shows, as in Terraform.
const TAIL_BYTES: usize = 8 << 10;
/// A line that is longer comes in pieces: a command that never ends its line must not fill the memory.
const LINE_BYTES: usize = 16 << 10;
/// How long a command may take to clean up after an interrupt.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the command of a `local-exec` block to its end. Its output goes to `lines` while it runs.
pub(crate) async fn run(job: &Job, lines: &Sender<String>, stop: &mut Stop) -> Diagnostics {
    let config = &job.provision.config;
    let command = text(config, "command").unwrap_or_default();
    if command.is_empty() {
        let trouble = Diagnostic::error("Empty command", "The command of a local-exec provisioner says what to run.");
        return trouble.next("Write a command, or remove the provisioner.").into();
    }
    let mut words: Vec<String> = list(config, "interpreter");
    if words.is_empty() {
        words = vec!["/bin/sh".into(), "-c".into()];
    }
    words.push(command.clone());
    let announced = match truth(config, "quiet") {
        Some(true) => "local-exec: Executing: Suppressed by quiet=true".to_owned(),
        _ => format!("Executing: [{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
    };
    // Nobody listens any more when the run cannot go on; the command still does.
    let _ = lines.send(announced).await;
    let shown = if job.is_secret() || truth(config, "quiet") == Some(true) { None } else { Some(command.as_str()) };
    let (mut child, output) = match spawn(job, &words, config) {
        Ok(started) => started,
        Err(error) => return failed(shown, &error.to_string(), ""),
    };
    let mut tail = VecDeque::new();
    let ended = tokio::select! {
        ended = watch(&mut child, output, (lines, &mut tail)) => ended,
        () = stop.wait() => {
            end(&mut child).await;
            return interrupted();
        }
    };
    let tail: Vec<u8> = tail.into();
    let said = if job.is_secret() { "" } else { &*String::from_utf8_lossy(&tail) };
    match ended {
        Ok(status) if status.success() => Diagnostics::new(),
        Ok(status) => failed(shown, &why(status), said),
        Err(error) => failed(shown, &error.to_string(), said),
    }
}

/// Starts it at the head of a process group, with one pipe for all that it says, so that lines keep their order.
fn spawn(job: &Job, words: &[String], config: &Value) -> std::io::Result<(Child, pipe::Receiver)> {
    let (program, arguments) = words.split_first().ok_or(std::io::ErrorKind::NotFound)?;
    let directory = text(config, "working_dir").filter(|dir| !dir.is_empty());
    let directory = directory.map_or_else(|| job.dir.clone(), |dir| job.dir.join(dir));
    // What is null is not set.
    let environment = config.get("environment").into_iter().flat_map(Value::children);
    let environment = environment.filter_map(|(step, value)| match (step, value.as_str()) {
        (PathStep::Key(name), Some(value)) => Some((name.to_string(), value)),
        _ => None,
    });
    let (reader, writer) = std::io::pipe()?;
    let child = Command::new(program)
        .args(arguments)
        .envs(environment)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .spawn()?;
    Ok((child, pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?))
}

/// Waits until nobody holds the pipe any more and the command has ended.
async fn watch(
    child: &mut Child,
    output: impl AsyncRead + Unpin,
    (lines, tail): (&Sender<String>, &mut VecDeque<u8>),
) -> std::io::Result<ExitStatus> {
    let mut output = BufReader::with_capacity(LINE_BYTES, output);
    let mut line: Vec<u8> = Vec::new();
    loop {
        let part = output.fill_buf().await?;
        let (taken, whole) = match part.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (part.len(), part.is_empty() || line.len() + part.len() >= LINE_BYTES),
        };
        let part = part.get(..taken).unwrap_or_default();
        line.extend(part);
        tail.extend(part);
        tail.drain(..tail.len().saturating_sub(TAIL_BYTES));
        output.consume(taken);
        if whole && !line.is_empty() {
            let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
            let _ = lines.send(text).await;
            line.clear();
        }
        if taken == 0 {
            return child.wait().await;
        }
    }
}

/// Asks the whole process group to end, and ends it when it does not.
async fn end(child: &mut Child) {
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let signal = |signal| group.map(|group| kill_process_group(group, signal));
    let _ = signal(Signal::TERM);
    let _ = tokio::time::timeout(GRACE, child.wait()).await;
    // Whatever is left of the group.
    let _ = signal(Signal::KILL);
    let _ = child.wait().await;
}

fn why(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// `shown` is the command, unless it may hold secrets.
fn failed(shown: Option<&str>, why: &str, output: &str) -> Diagnostics {
    let command = shown.map(|command| format!(" {command:?}")).unwrap_or_default();
    let output = output.trim_end();
    let output = if output.is_empty() { String::new() } else { format!("\nIts output ended with:\n{output}") };
    Diagnostic::error("local-exec provisioner error", format!("The command{command} failed: {why}.{output}"))
        .next("Correct the command, or write on_failure = continue if it may fail.")
        .into()
}

/// What is said of a provisioner that somebody stopped.
fn interrupted() -> Diagnostics {
    Diagnostic::error("local-exec provisioner error", "The command was stopped by an interrupt.").into()
}

/// A word in the quotes of Go, in which Terraform shows commands.
fn quoted(word: &str) -> String {
    let mut out = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
