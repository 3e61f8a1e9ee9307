//! Provisioners of an apply: run side by side, as many as provider calls; what they say, and how they are stopped.

use crate::drive::Parallelism;
use crate::progress::{Happening, Progress};
use crate::{Site, World, local_exec};
use addrs::ResourceInstance;
use apply::{Provision, Ticket};
use diag::Diagnostics;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use value::{Marks, Value};

/// How many lines of output may wait until they are shown; whoever says more waits.
const LINES: usize = 64;

/// One provisioner that is to run.
pub(crate) struct Job {
    pub(crate) provision: Provision,
    /// Where commands run, and where files are found.
    pub(crate) dir: PathBuf,
    /// The socket of the SSH agent.
    #[cfg(feature = "ssh")]
    pub(crate) agent: Option<PathBuf>,
    /// The home directory.
    #[cfg(feature = "ssh")]
    pub(crate) home: Option<PathBuf>,
    world: World,
}

impl Job {
    /// Whether neither its output nor its arguments may be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.provision.hidden != Marks::NONE
    }

    /// A line of output as it is shown.
    fn shown(&self, line: &str) -> String {
        let hidden = self.provision.hidden;
        let why = match (hidden.contains(Marks::SENSITIVE), hidden.contains(Marks::EPHEMERAL)) {
            (true, true) => Some("sensitive, ephemeral value"),
            (true, false) => Some("sensitive value"),
            (false, true) => Some("ephemeral value"),
            (false, false) => None,
        };
        let text = why.map(|why| format!("(output suppressed due to {why} in config)"));
        let text = text.unwrap_or_else(|| line.trim_end().to_owned());
        match text.is_empty() {
            true => text,
            false => format!("{} ({}): {text}", self.provision.addr, self.provision.kind),
        }
    }
}

/// Says when to stop.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until somebody says so.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            // Whoever could say so is gone.
            std::future::pending::<()>().await;
        }
    }
}

/// Those of a run.
pub(crate) struct Provisioners {
    site: Site,
    limit: usize,
    waiting: VecDeque<(Ticket, Provision)>,
    running: usize,
    /// Objects whose provisioners have begun: they go on before others begin.
    begun: BTreeSet<ResourceInstance>,
    stop: watch::Sender<bool>,
    say: mpsc::Sender<String>,
    said: mpsc::Receiver<String>,
}

impl Provisioners {
    pub(crate) fn new(site: &Site, parallelism: Parallelism) -> Provisioners {
        let (say, said) = mpsc::channel(LINES);
        Provisioners {
            site: site.clone(),
            limit: parallelism.0.max(1),
            waiting: VecDeque::new(),
            running: 0,
            begun: BTreeSet::new(),
            stop: watch::Sender::new(false),
            say,
            said,
        }
    }

    /// One more is to run.
    pub(crate) fn push(&mut self, ticket: Ticket, provision: Provision) {
        match self.begun.insert(provision.addr.clone()) {
            true => self.waiting.push_back((ticket, provision)),
            false => self.waiting.push_front((ticket, provision)),
        }
    }

    /// The next that may run now: what it is, and its work.
    pub(crate) fn next(&mut self) -> Option<(Ticket, impl Future<Output = Diagnostics> + Send + 'static)> {
        if self.running >= self.limit {
            return None;
        }
        let (ticket, provision) = self.waiting.pop_front()?;
        self.running += 1;
        let job = Job {
            provision,
            dir: self.site.dir.clone(),
            #[cfg(feature = "ssh")]
            agent: self.site.environment.get("SSH_AUTH_SOCK").map(PathBuf::from),
            #[cfg(feature = "ssh")]
            home: self.site.environment.get("HOME").map(PathBuf::from),
            world: self.site.world,
        };
        Some((ticket, run(Arc::new(job), self.say.clone(), Stop(self.stop.subscribe()))))
    }

    /// One has come to its end: everything that it said is shown.
    pub(crate) fn ended(&mut self, progress: &dyn Progress) {
        self.running = self.running.saturating_sub(1);
        while let Ok(line) = self.said.try_recv() {
            progress.happens(&Happening::Important(line));
        }
    }

    /// What one of them says.
    pub(crate) async fn line(&mut self) -> String {
        match self.said.recv().await {
            Some(line) => line,
            None => std::future::pending().await,
        }
    }

    /// Stops those that run; gives those that never began.
    pub(crate) fn stop(&mut self) -> Vec<Ticket> {
        self.stop.send_replace(true);
        std::mem::take(&mut self.waiting).into_iter().map(|(ticket, _)| ticket).collect()
    }

    /// Nobody listens any more.
    pub(crate) fn close(&mut self) {
        self.said.close();
        while self.said.try_recv().is_ok() {}
    }
}

async fn run(job: Arc<Job>, say: mpsc::Sender<String>, mut stop: Stop) -> Diagnostics {
    if job.world == World::Sandbox {
        let line = format!("{} ({}): not run in the sandbox", job.provision.addr, job.provision.kind);
        let _ = say.send(line).await;
        return Diagnostics::new();
    }
    let (lines, mut out) = mpsc::channel::<String>(1);
    let telling = async {
        while let Some(line) = out.recv().await {
            let _ = say.send(job.shown(&line)).await;
        }
    };
    let working = async {
        let lines = lines;
        match &*job.provision.kind {
            "local-exec" => local_exec::run(&job, &lines, &mut stop).await,
            #[cfg(feature = "ssh")]
            _ => crate::over_ssh::run(&job, &lines, &mut stop).await,
            // Refused before anything is planned.
            #[cfg(not(feature = "ssh"))]
            _ => Diagnostics::new(),
        }
    };
    tokio::join!(working, telling).0
}

/// An argument that is text.
pub(crate) fn text(config: &Value, name: &str) -> Option<String> {
    config.get(name)?.as_str().map(str::to_owned)
}

/// An argument that is true or false.
pub(crate) fn truth(config: &Value, name: &str) -> Option<bool> {
    config.get(name)?.as_bool()
}

/// The texts of an argument that is a list; nulls are left out, as in Terraform.
pub(crate) fn list(config: &Value, name: &str) -> Vec<String> {
    let items = config.get(name).and_then(Value::as_items).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
