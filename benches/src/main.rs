//! Holds: benchmarks of whole commands: drform beside `terraform`, same configuration, same machine, same run.
//! What `fmt` of a long file takes, what it takes to show a large plan, and `validate` of a large configuration. What a refresh asks of an emulated AWS, and
//! how long an apply takes where it takes few requests.
//! May touch: processes, temporary directories, tests/cloud, gate.
//! Never: drform's rooms; a verdict.
//!
//! `cargo run --release -p drform-benches [-- COUNT]` builds nothing but itself: it builds `drform` in release mode
//! first. Whichever command needs more than two minutes is stopped and reported as not finished.
#![allow(clippy::print_stdout, clippy::disallowed_macros, clippy::disallowed_methods)]

mod aws_refresh;
mod aws_throttled;
mod fmt;
mod language;
mod render;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// After this long a command has not finished.
const LIMIT: Duration = Duration::from_secs(120);
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(5);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.last().and_then(|n| n.parse().ok());
    let done = match arguments.first().map(String::as_str) {
        Some("language") => language::run(),
        Some("render") => render::run(count),
        Some("fmt") => fmt::run(count.unwrap_or(15)),
        Some("aws-refresh") => match arguments.iter().position(|argument| argument == "runs") {
            Some(_) => aws_refresh::run(1_000, Some(count.unwrap_or(5))),
            None => aws_refresh::run(count.unwrap_or(1_000), None),
        },
        Some("aws-throttled") => aws_throttled::run(count.unwrap_or(200)),
        _ => run(count.unwrap_or(10_000)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(count: usize) -> io::Result<()> {
    let drform = build()?;
    println!("terraform_data × {count}, whole commands; wall seconds and peak memory of the command's own process\n");
    println!("{:32} {:>14} {:>14}", "", "drform", "terraform");
    let ours = tempfile::tempdir()?;
    let theirs = tempfile::tempdir()?;
    for dir in [ours.path(), theirs.path()] {
        fs::write(dir.join("main.tf"), configuration(count))?;
    }
    let rival = which("terraform");
    if let Some(rival) = &rival {
        measure(rival, theirs.path(), &["init"])?;
    }
    for (title, args) in [
        ("plan", &["plan", "-no-color"][..]),
        ("apply", &["apply", "-auto-approve", "-no-color"]),
        ("plan without changes", &["plan", "-no-color"]),
    ] {
        let a = measure(&drform, ours.path(), args)?;
        let b = match &rival {
            Some(rival) => measure(rival, theirs.path(), args)?,
            None => Figure::Absent,
        };
        println!("{title:32} {:>14} {:>14}", a.time(), b.time());
        println!("{:32} {:>14} {:>14}", "", a.memory(), b.memory());
    }
    Ok(())
}

fn configuration(count: usize) -> String {
    format!("resource \"terraform_data\" \"x\" {{\n  count = {count}\n  input = \"item ${{count.index}}\"\n}}\n")
}

fn build() -> io::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "-q", "-p", "drform"]).status()?;
    if !built.success() {
        return Err(io::Error::other("drform does not build"));
    }
    // This program lies beside it.
    let own = std::env::current_exe()?;
    let dir = own.parent().ok_or_else(|| io::Error::other("no directory"))?;
    Ok(dir.join("drform"))
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// What a command took.
enum Figure {
    Took { seconds: f64, peak_kib: u64 },
    Failed(String),
    NotFinished,
    Absent,
}

impl Figure {
    fn time(&self) -> String {
        match self {
            Figure::Took { seconds, .. } => format!("{seconds:.2} s"),
            Figure::Failed(status) => status.clone(),
            Figure::NotFinished => format!("> {} s", LIMIT.as_secs()),
            Figure::Absent => "not here".into(),
        }
    }

    fn memory(&self) -> String {
        match self {
            Figure::Took { peak_kib, .. } => format!("{} MiB", peak_kib / 1024),
            _ => String::new(),
        }
    }
}

fn measure(program: &Path, dir: &Path, args: &[&str]) -> io::Result<Figure> {
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak_kib = 0;
    loop {
        peak_kib = peak(&status).unwrap_or(peak_kib).max(peak_kib);
        if let Some(ended) = child.try_wait()? {
            let seconds = start.elapsed().as_secs_f64();
            return Ok(if ended.success() {
                Figure::Took { seconds, peak_kib }
            } else {
                Figure::Failed(ended.to_string())
            });
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(Figure::NotFinished);
        }
        std::thread::sleep(LOOK);
    }
}

/// The greatest resident set so far, as the kernel counts it.
fn peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
