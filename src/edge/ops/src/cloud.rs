//! The simulated cloud on disk: an append-only log of events, one JSON object a line, and the world that it makes.
//!
//! An event is on disk before the change that made it is answered, as with a real cloud: what was answered, happened.

use calls::{Answer, ChangeAnswer, ChangeRequest, Question};
use diag::Diagnostic;
use sandbox::{Catalogue, Domain, Event, World};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use value::Value;

/// The world and its log.
pub(crate) struct Cloud {
    path: PathBuf,
    log: File,
    catalogue: Catalogue,
    world: World,
    /// Set when an event could not be written: nothing more is answered, because memory is ahead of the disk.
    broken: Option<Diagnostic>,
}

impl Cloud {
    /// Opens the log of a sandbox directory and replays it. A torn last line is cut off: it was never answered.
    ///
    /// # Errors
    /// A log that cannot be read or that holds an event that is not legal.
    pub(crate) fn open(dir: &Path) -> Result<Cloud, Diagnostic> {
        let path = dir.join("world.jsonl");
        let catalogue =
            Catalogue::shipped().map_err(|e| Diagnostic::error("The shipped schemas are broken", e.to_string()))?;
        fs::create_dir_all(dir).map_err(|e| trouble("make", dir, &e))?;
        let log = OpenOptions::new()
            .append(true)
            .read(true)
            .create(true)
            .open(&path)
            .map_err(|e| trouble("open", &path, &e))?;
        let text = fs::read_to_string(&path).map_err(|e| trouble("read", &path, &e))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            log.set_len(whole as u64).and_then(|()| log.sync_data()).map_err(|e| trouble("cut", &path, &e))?;
        }
        let mut world = World::new();
        for (number, line) in text.get(..whole).unwrap_or("").lines().enumerate() {
            let event = Event::from_json(line).map_err(|e| illegal(&path, number, &e.0))?;
            world.apply_event(&event).map_err(|e| illegal(&path, number, &e.0))?;
        }
        Ok(Cloud { path, log, catalogue, world, broken: None })
    }

    /// What is in the world.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The provider schemas that the sandbox can play.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Answers a question; `config` is the provider block.
    pub(crate) fn answer(&self, config: &Value, question: &Question) -> Answer {
        self.world.answer(&self.catalogue, config, question)
    }

    /// Carries out requests in order; all their events are on disk, by one sync, before any is answered.
    pub(crate) fn change(&mut self, requests: &[(Value, &ChangeRequest)]) -> Vec<ChangeAnswer> {
        let mut lines = String::new();
        let mut answers = Vec::with_capacity(requests.len());
        for (config, request) in requests {
            let (events, answer) = self.world.change(&self.catalogue, config, request);
            for event in &events {
                if let Err(error) = self.world.apply_event(event) {
                    self.broken = Some(illegal(&self.path, 0, &error.0));
                }
                lines.push_str(&event.to_json());
                lines.push('\n');
            }
            answers.push(answer);
        }
        if let Err(error) = self.write(&lines) {
            self.broken = Some(trouble("write", &self.path, &error));
        }
        if let Some(broken) = &self.broken {
            return answers.iter().map(|_| in_doubt(broken)).collect();
        }
        answers
    }

    /// Loses a domain.
    ///
    /// # Errors
    /// A domain that does not exist or is lost already; a log that cannot be written.
    pub(crate) fn lose(&mut self, domain: &Domain) -> Result<(), Diagnostic> {
        let event = self.world.lose(&self.catalogue, domain)?;
        self.happen(&event)
    }

    /// Makes a lost domain usable again.
    ///
    /// # Errors
    /// A domain that is not lost; a log that cannot be written.
    pub(crate) fn restore(&mut self, domain: &Domain) -> Result<(), Diagnostic> {
        let event = self.world.restore(&self.catalogue, domain)?;
        self.happen(&event)
    }

    fn happen(&mut self, event: &Event) -> Result<(), Diagnostic> {
        self.write(&format!("{}\n", event.to_json())).map_err(|e| trouble("write", &self.path, &e))?;
        self.world.apply_event(event).map_err(|e| illegal(&self.path, 0, &e.0))
    }

    fn write(&mut self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.log.write_all(lines.as_bytes())?;
        self.log.sync_data()
    }
}

fn in_doubt(broken: &Diagnostic) -> ChangeAnswer {
    ChangeAnswer { object: None, diagnostics: broken.clone().into(), legacy: false, in_doubt: true }
}

fn trouble(action: &str, path: &Path, error: &io::Error) -> Diagnostic {
    let next = if error.kind() == io::ErrorKind::StorageFull {
        "Free some space on that disk and run the command again: what was made is found by its token."
    } else {
        "Make sure that you may write there and run the command again."
    };
    Diagnostic::error("The sandbox cannot keep its events", format!("Cannot {action} {}: {error}.", path.display()))
        .next(next)
}

fn illegal(path: &Path, line: usize, why: &str) -> Diagnostic {
    Diagnostic::error(
        "The sandbox's events do not fit together",
        format!("{}, line {}: {why}.", path.display(), line + 1),
    )
    .next("Start afresh with drform sandbox reset: the sandbox holds nothing real.")
}
