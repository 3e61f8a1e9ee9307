//! Turning the cranks of planner and applier: asks are answered at once where that needs no waiting, side by side otherwise.

use crate::lanes::{Lane, Lanes};
use crate::progress::{Happening, Progress};
use crate::providers::Providers;
use addrs::ResourceInstance;
use apply::{Applier, Effect, Event, Recovery, Ticket as ApplyTicket};
use backend::{BackendError, JournalFile};
use calls::{Answer, ChangeAnswer, ChangeRequest};
use diag::Diagnostic;
use journal::{Act, Batch};
use plan::{Planner, Ticket};
use state::DeposedKey;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// How many provider calls run side by side, but for those that a provider answers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallelism(pub usize);

/// Asks and answers until the planner is done.
pub(crate) async fn plan(
    planner: &mut Planner,
    providers: &Arc<Providers>,
    parallelism: Parallelism,
    progress: &dyn Progress,
) {
    let mut answers = 0_usize;
    let mut told = Instant::now();
    let mut lanes: Lanes<Ticket> = Lanes::new(parallelism);
    let mut running: JoinSet<(Lane, Ticket, Answer)> = JoinSet::new();
    loop {
        let mut answered = false;
        for (ticket, question) in planner.asks() {
            match providers.at_once(&question) {
                Some(answer) => {
                    planner.answer(ticket, answer);
                    answered = true;
                }
                None => lanes.push(providers.lane(&question), ticket, question),
            }
        }
        while let Some((lane, ticket, question)) = lanes.next() {
            let providers = providers.clone();
            running.spawn(async move { (lane, ticket, providers.ask(&question).await) });
        }
        if answered {
            continue;
        }
        if told.elapsed() >= PATIENCE {
            told = Instant::now();
            let open = lanes.len();
            progress.happens(&Happening::Important(format!("Reading and planning: {answers} answers, {open} to come")));
        }
        match running.join_next().await {
            Some(Ok((lane, ticket, answer))) => {
                answers += 1;
                lanes.answered(lane);
                planner.answer(ticket, answer);
            }
            // A task of ours cannot fail but by a panic, and a panic is a mistake of ours: pass it on.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return,
        }
    }
}

/// What turning the applier's crank needs besides the applier.
pub(crate) struct Crank<'a> {
    pub(crate) providers: &'a Arc<Providers>,
    pub(crate) parallelism: Parallelism,
    pub(crate) progress: &'a dyn Progress,
}

/// How an apply ended that could write its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Interrupted,
}

/// A call that came back.
enum Back {
    Answer(Lane, ApplyTicket, Answer),
    Changed(ApplyTicket, ChangeAnswer),
}

/// Does what the applier wants until it wants nothing more.
///
/// # Errors
/// A journal that cannot be written: nothing more is begun, what runs is waited for.
pub(crate) async fn apply(
    applier: &mut Applier,
    journal: &mut JournalFile,
    crank: &Crank<'_>,
) -> Result<End, Diagnostic> {
    let mut interrupts = Interrupts::listen();
    let mut shown = Shown::default();
    let mut running: JoinSet<Back> = JoinSet::new();
    let mut lanes: Lanes<ApplyTicket> = Lanes::new(crank.parallelism);
    let mut ends = End::Done;
    loop {
        let effects = applier.effects();
        let idle = effects.is_empty();
        let failed = effect(applier, effects, journal, crank, (&mut running, &mut lanes));
        for event in applier.events() {
            shown.event(&event, crank.progress);
        }
        if let Err(error) = failed {
            while running.join_next().await.is_some() {}
            return Err(error);
        }
        while let Some((lane, ticket, question)) = lanes.next() {
            let providers = crank.providers.clone();
            running.spawn(async move { Back::Answer(lane, ticket, providers.ask(&question).await) });
        }
        if interrupts.arrived() && ends == End::Done {
            ends = End::Interrupted;
            crank.progress.happens(&Happening::Important(
                "\nInterrupt received: finishing what is begun. Interrupt again to leave at once; the journal keeps what is in doubt.".into(),
            ));
            applier.interrupt();
            let providers = crank.providers.clone();
            tokio::spawn(async move { providers.interrupt().await });
            continue;
        }
        if !idle {
            continue;
        }
        if applier.is_done() {
            return Ok(ends);
        }
        tokio::select! {
            back = running.join_next() => match back {
                Some(Ok(Back::Answer(lane, ticket, answer))) => {
                    lanes.answered(lane);
                    applier.answer(ticket, answer);
                }
                Some(Ok(Back::Changed(ticket, answer))) => {
                    lanes.answered(Lane::Narrow);
                    applier.changed(ticket, answer);
                }
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => return Ok(ends),
            },
            () = interrupts.next() => {}
            () = tokio::time::sleep(SLOW) => shown.still(crank.progress),
        }
    }
}

/// One round of effects: the journal first, then what its tokens allow.
fn effect(
    applier: &mut Applier,
    effects: Vec<Effect>,
    journal: &mut JournalFile,
    crank: &Crank<'_>,
    calls: (&mut JoinSet<Back>, &mut Lanes<ApplyTicket>),
) -> Result<(), Diagnostic> {
    let (running, lanes) = calls;
    let mut changes = Vec::new();
    for effect in effects {
        match effect {
            Effect::Append(batch) => {
                write(journal, &batch)?;
                applier.appended(batch.id);
            }
            Effect::Ask(ticket, question) => match crank.providers.at_once(&question) {
                Some(answer) => applier.answer(ticket, answer),
                None => lanes.push(crank.providers.lane(&question), ticket, question),
            },
            Effect::Change(ticket, change) => changes.push((ticket, change.request())),
        }
    }
    let requests: Vec<&ChangeRequest> = changes.iter().map(|(_, request)| request).collect();
    let answers = crank.providers.change_at_once(&requests);
    for ((ticket, request), answer) in changes.into_iter().zip(answers) {
        match answer {
            Some(answer) => applier.changed(ticket, answer),
            None => {
                lanes.opened(Lane::Narrow);
                let providers = crank.providers.clone();
                running.spawn(async move { Back::Changed(ticket, providers.change(&request).await) });
            }
        }
    }
    Ok(())
}

/// Appends one batch and syncs it.
pub(crate) fn write(journal: &mut JournalFile, batch: &Batch) -> Result<(), BackendError> {
    if journal.len() != batch.at as u64 {
        // The torn end of an earlier run: what it said never became durable.
        journal.truncate_to(batch.at as u64)?;
    }
    journal.append(&batch.bytes)?;
    journal.sync()
}

/// How long planning may be silent.
const PATIENCE: Duration = Duration::from_secs(3);

/// After so long a call is said to be still running.
const SLOW: Duration = Duration::from_secs(10);

/// Ctrl-C or SIGTERM: once to finish what is begun, twice to leave at once.
struct Interrupts {
    count: Arc<AtomicU32>,
    notify: Arc<tokio::sync::Notify>,
}

impl Interrupts {
    fn listen() -> Interrupts {
        let interrupts = Interrupts { count: Arc::default(), notify: Arc::default() };
        let (count, notify) = (interrupts.count.clone(), interrupts.notify.clone());
        tokio::spawn(async move {
            let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
            loop {
                tokio::select! {
                    interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { return },
                    _ = terminated.recv() => {}
                }
                if count.fetch_add(1, Ordering::SeqCst) > 0 {
                    // Asked twice: the journal holds whatever is in doubt.
                    std::process::exit(130);
                }
                notify.notify_waiters();
            }
        });
        interrupts
    }

    fn arrived(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    async fn next(&mut self) {
        if self.arrived() {
            return std::future::pending().await;
        }
        self.notify.notified().await;
    }
}

/// Changes that are on their way, for lines about them.
#[derive(Default)]
struct Shown {
    started: BTreeMap<(ResourceInstance, Option<DeposedKey>), (Act, Instant)>,
}

impl Shown {
    fn event(&mut self, event: &Event, progress: &dyn Progress) {
        let line = |text: String| progress.happens(&Happening::Line(text));
        match event {
            Event::Started { addr, deposed, act } => {
                line(format!("{}: {}...", named(addr, deposed.as_ref()), doing(*act)));
                self.started.insert((addr.clone(), deposed.clone()), (*act, Instant::now()));
            }
            Event::Finished { addr, deposed, act } => {
                let took = self.over(addr, deposed.as_ref());
                // Terraform names the key of a deposed object only when it begins.
                line(format!("{addr}: {} complete after {took}s", done(*act)));
                progress.happens(&Happening::StepDone);
            }
            Event::Failed { addr, deposed, act } => {
                let took = self.over(addr, deposed.as_ref());
                let text = format!("{}: {} failed after {took}s", named(addr, deposed.as_ref()), done(*act));
                progress.happens(&Happening::Important(text));
                progress.happens(&Happening::StepDone);
            }
            Event::Reading(addr) => line(format!("{addr}: Reading...")),
            Event::Read(addr) => {
                line(format!("{addr}: Read complete"));
                progress.happens(&Happening::StepDone);
            }
        }
    }

    fn over(&mut self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> u64 {
        let started = self.started.remove(&(addr.clone(), deposed.cloned()));
        started.map_or(0, |(_, at)| at.elapsed().as_secs())
    }

    fn still(&self, progress: &dyn Progress) {
        for ((addr, deposed), (act, at)) in &self.started {
            let (name, doing, elapsed) = (named(addr, deposed.as_ref()), doing(*act), at.elapsed().as_secs());
            progress.happens(&Happening::Important(format!(
                "{name}: Still {}... [{elapsed}s elapsed]",
                doing.to_lowercase()
            )));
        }
    }
}

fn named(addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> String {
    match deposed {
        Some(key) => format!("{addr} (deposed object {key})"),
        None => addr.to_string(),
    }
}

fn doing(act: Act) -> &'static str {
    match act {
        Act::Create => "Creating",
        Act::Update => "Modifying",
        Act::Delete => "Destroying",
    }
}

fn done(act: Act) -> &'static str {
    match act {
        Act::Create => "Creation",
        Act::Update => "Modifications",
        Act::Delete => "Destruction",
    }
}

/// Does what a recovery wants until it wants nothing more.
///
/// # Errors
/// A journal that cannot be written.
pub(crate) async fn recover(
    recovery: &mut Recovery,
    journal: &mut JournalFile,
    world: (&Arc<Providers>, Parallelism),
) -> Result<(), Diagnostic> {
    let (providers, parallelism) = world;
    let mut running: JoinSet<Back> = JoinSet::new();
    loop {
        let effects = recovery.effects();
        let idle = effects.is_empty();
        for effect in effects {
            match effect {
                Effect::Append(batch) => {
                    write(journal, &batch)?;
                    recovery.appended(batch.id);
                }
                Effect::Ask(ticket, question) => match providers.at_once(&question) {
                    Some(answer) => recovery.answer(ticket, answer),
                    None => {
                        let providers = providers.clone();
                        let lane = providers.lane(&question);
                        running.spawn(async move { Back::Answer(lane, ticket, providers.ask(&question).await) });
                    }
                },
                Effect::Change(ticket, change) => {
                    let request = change.request();
                    match providers.change_at_once(&[&request]).pop().flatten() {
                        Some(answer) => recovery.changed(ticket, answer),
                        None => {
                            let providers = providers.clone();
                            running.spawn(async move { Back::Changed(ticket, providers.change(&request).await) });
                        }
                    }
                }
            }
        }
        let full = running.len() >= parallelism.0.max(1);
        if !idle && !full {
            continue;
        }
        if recovery.is_done() {
            return Ok(());
        }
        match running.join_next().await {
            Some(Ok(Back::Answer(_, ticket, answer))) => recovery.answer(ticket, answer),
            Some(Ok(Back::Changed(ticket, answer))) => recovery.changed(ticket, answer),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return Ok(()),
        }
    }
}
